-- What upstream providers say of people by SCIM. `user_key` is the user name in lower case; an external id that was not
-- said is empty. `document` is JSON.

CREATE TABLE provisioned_users (
  realm_id TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  external_id TEXT NOT NULL,
  user_name TEXT NOT NULL,
  user_key TEXT NOT NULL,
  is_made INTEGER NOT NULL,
  is_stopped INTEGER NOT NULL,
  document TEXT,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, provider)
) WITHOUT ROWID;
CREATE UNIQUE INDEX provisioned_users_name ON provisioned_users (realm_id, provider, user_key);
CREATE UNIQUE INDEX provisioned_users_external ON provisioned_users (realm_id, provider, external_id)
  WHERE external_id <> '';
