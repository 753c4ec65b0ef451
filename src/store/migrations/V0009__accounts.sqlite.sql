-- What people allowed to clients, and what wrong passwords left behind.

CREATE TABLE consents (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, client_id)
) WITHOUT ROWID;
CREATE INDEX consents_client ON consents (client_id);

CREATE TABLE login_failures (
  realm_id TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  failures INTEGER NOT NULL,
  temporary_lockouts INTEGER NOT NULL,
  locked_until INTEGER NOT NULL,
  last_failure_at INTEGER NOT NULL,
  last_ip TEXT NOT NULL,
  PRIMARY KEY (realm_id, user_id)
) WITHOUT ROWID;
CREATE INDEX login_failures_user ON login_failures (user_id);
