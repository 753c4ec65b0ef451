-- Clients that must hear of the end of a session (OpenID Connect Back-Channel Logout 1.0): an outbox, leased by one node.

CREATE TABLE logout_notices (
  id TEXT PRIMARY KEY,
  realm_id TEXT NOT NULL,
  realm_name TEXT NOT NULL,
  client_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  issuer TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX logout_notices_due ON logout_notices (next_attempt_at);
CREATE INDEX logout_notices_expiry ON logout_notices (expires_at);
