-- Events that realms keep. A time of 0 in expires_at means never.

CREATE TABLE user_events (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  type TEXT NOT NULL,
  client_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  ip TEXT NOT NULL,
  document TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX user_events_time ON user_events (realm_id, at, id);
CREATE INDEX user_events_user ON user_events (realm_id, user_id, at);
CREATE INDEX user_events_expiry ON user_events (expires_at) WHERE expires_at > 0;

-- What an administrator saw of a client or a realm is as secret as the thing itself: the document is sealed.
CREATE TABLE admin_events (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  operation TEXT NOT NULL,
  resource TEXT NOT NULL,
  path TEXT NOT NULL,
  by_realm TEXT NOT NULL,
  by_client TEXT NOT NULL,
  by_user TEXT NOT NULL,
  ip TEXT NOT NULL,
  document BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX admin_events_time ON admin_events (realm_id, at, id);
CREATE INDEX admin_events_expiry ON admin_events (expires_at) WHERE expires_at > 0;
