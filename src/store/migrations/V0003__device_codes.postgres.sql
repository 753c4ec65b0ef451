-- Devices that wait for a person (RFC 8628). Neither code is stored, only its hash. state: 0 pending, 1 approved, 2 denied.

CREATE TABLE device_codes (
  hash TEXT COLLATE "C" PRIMARY KEY,
  user_code_hash TEXT COLLATE "C" NOT NULL,
  realm_id TEXT COLLATE "C" NOT NULL,
  client_id TEXT COLLATE "C" NOT NULL,
  scope TEXT NOT NULL,
  code_challenge TEXT NOT NULL,
  challenge_method BIGINT NOT NULL,
  poll_interval BIGINT NOT NULL,
  polled_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  state BIGINT NOT NULL,
  session_id TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  acr TEXT NOT NULL,
  used_at BIGINT
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX device_codes_user_code ON device_codes (realm_id, user_code_hash);
CREATE INDEX device_codes_expiry ON device_codes (expires_at);
