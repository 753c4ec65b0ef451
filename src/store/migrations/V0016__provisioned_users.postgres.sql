-- What upstream providers say of people by SCIM. `user_key` is the user name in lower case; an external id that was not
-- said is empty. `document` is JSON.

CREATE TABLE provisioned_users (
  realm_id TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider TEXT COLLATE "C" NOT NULL,
  external_id TEXT COLLATE "C" NOT NULL,
  user_name TEXT COLLATE "C" NOT NULL,
  user_key TEXT COLLATE "C" NOT NULL,
  is_made BOOLEAN NOT NULL,
  is_stopped BOOLEAN NOT NULL,
  document TEXT,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, provider)
);
CREATE UNIQUE INDEX provisioned_users_name ON provisioned_users (realm_id, provider, user_key);
CREATE UNIQUE INDEX provisioned_users_external ON provisioned_users (realm_id, provider, external_id)
  WHERE external_id <> '';
