-- Clients that must hear of the end of a session (OpenID Connect Back-Channel Logout 1.0): an outbox, leased by one node.

CREATE TABLE logout_notices (
  id TEXT COLLATE "C" PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL,
  realm_name TEXT NOT NULL,
  client_id TEXT COLLATE "C" NOT NULL,
  session_id TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  issuer TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  next_attempt_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX logout_notices_due ON logout_notices (next_attempt_at);
CREATE INDEX logout_notices_expiry ON logout_notices (expires_at);
