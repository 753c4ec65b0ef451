-- Sessions of scope offline_access (OpenID Connect Core section 11). They have the id of the browser's session they came
-- from, and stay when that one ends. purge_hour moves with use, at most once in a quarter of the idle time, because most
-- of them have no other end.

CREATE TABLE offline_sessions (
  id TEXT PRIMARY KEY,
  realm_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  auth_time INTEGER NOT NULL,
  remember_me INTEGER NOT NULL,
  ip_address TEXT NOT NULL,
  notes TEXT,
  purge_hour INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX offline_sessions_purge ON offline_sessions (purge_hour);
CREATE INDEX offline_sessions_user ON offline_sessions (user_id);

CREATE TABLE offline_client_sessions (
  session_id TEXT NOT NULL REFERENCES offline_sessions (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  scope TEXT NOT NULL,
  refresh_id TEXT NOT NULL,
  previous_refresh_id TEXT NOT NULL,
  rotated_at INTEGER NOT NULL,
  use_count INTEGER NOT NULL,
  PRIMARY KEY (session_id, client_id)
) WITHOUT ROWID;
