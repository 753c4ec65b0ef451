-- What people allowed to clients, and what wrong passwords left behind.

CREATE TABLE consents (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id TEXT COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  scopes TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, client_id)
);
CREATE INDEX consents_client ON consents (client_id);

CREATE TABLE login_failures (
  realm_id TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  failures BIGINT NOT NULL,
  temporary_lockouts BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  last_failure_at BIGINT NOT NULL,
  last_ip TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (realm_id, user_id)
);
CREATE INDEX login_failures_user ON login_failures (user_id);
