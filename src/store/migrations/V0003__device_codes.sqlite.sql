-- Devices that wait for a person (RFC 8628). Neither code is stored, only its hash. state: 0 pending, 1 approved, 2 denied.

CREATE TABLE device_codes (
  hash TEXT PRIMARY KEY,
  user_code_hash TEXT NOT NULL,
  realm_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  scope TEXT NOT NULL,
  code_challenge TEXT NOT NULL,
  challenge_method INTEGER NOT NULL,
  poll_interval INTEGER NOT NULL,
  polled_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  state INTEGER NOT NULL,
  session_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  acr TEXT NOT NULL,
  used_at INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX device_codes_user_code ON device_codes (realm_id, user_code_hash);
CREATE INDEX device_codes_expiry ON device_codes (expires_at);
