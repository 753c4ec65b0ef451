-- Who people are at upstream providers. `token` is sealed, or has no bytes.

CREATE TABLE federated_identities (
  realm_id TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  upstream_id TEXT NOT NULL,
  upstream_name TEXT NOT NULL,
  token BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  last_login_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, provider)
) WITHOUT ROWID;
CREATE UNIQUE INDEX federated_identities_upstream ON federated_identities (realm_id, provider, upstream_id);
