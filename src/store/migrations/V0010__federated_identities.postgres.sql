-- Who people are at upstream providers. `token` is sealed, or has no bytes.

CREATE TABLE federated_identities (
  realm_id TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider TEXT COLLATE "C" NOT NULL,
  upstream_id TEXT COLLATE "C" NOT NULL,
  upstream_name TEXT COLLATE "C" NOT NULL,
  token BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  last_login_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, provider)
);
CREATE UNIQUE INDEX federated_identities_upstream ON federated_identities (realm_id, provider, upstream_id);
