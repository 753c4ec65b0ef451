-- Handles of pushed requests (RFC 9126) and tokens of client registration (RFC 7591, RFC 7592), as hashes. kind: 0 pushed
-- request, 1 initial access, 2 registration access. And what else a code is bound to (RFC 8707, RFC 9449 section 10).

CREATE TABLE tickets (
  hash TEXT PRIMARY KEY,
  realm_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  content TEXT NOT NULL,
  uses INTEGER NOT NULL,
  uses_left INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tickets_expiry ON tickets (expires_at);
CREATE INDEX tickets_realm ON tickets (realm_id, kind);

ALTER TABLE codes ADD COLUMN resources TEXT NOT NULL DEFAULT '';
ALTER TABLE codes ADD COLUMN claims TEXT NOT NULL DEFAULT '';
ALTER TABLE codes ADD COLUMN dpop_jkt TEXT NOT NULL DEFAULT '';
