-- Events that realms keep. A time of 0 in expires_at means never.

CREATE TABLE user_events (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  type TEXT COLLATE "C" NOT NULL,
  client_id TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  ip TEXT COLLATE "C" NOT NULL,
  document TEXT COLLATE "C" NOT NULL
);
CREATE INDEX user_events_time ON user_events (realm_id, at, id);
CREATE INDEX user_events_user ON user_events (realm_id, user_id, at);
CREATE INDEX user_events_expiry ON user_events (expires_at) WHERE expires_at > 0;

-- What an administrator saw of a client or a realm is as secret as the thing itself: the document is sealed.
CREATE TABLE admin_events (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  operation TEXT COLLATE "C" NOT NULL,
  resource TEXT COLLATE "C" NOT NULL,
  path TEXT COLLATE "C" NOT NULL,
  by_realm TEXT COLLATE "C" NOT NULL,
  by_client TEXT COLLATE "C" NOT NULL,
  by_user TEXT COLLATE "C" NOT NULL,
  ip TEXT COLLATE "C" NOT NULL,
  document BYTEA NOT NULL
);
CREATE INDEX admin_events_time ON admin_events (realm_id, at, id);
CREATE INDEX admin_events_expiry ON admin_events (expires_at) WHERE expires_at > 0;
