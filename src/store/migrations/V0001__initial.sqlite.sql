-- The first schema. Ids and names are typed columns; the rest of a realm, client, scope, role or group is one JSON
-- document. Times are milliseconds since 1970. No column that changes when a session is used is indexed.

CREATE TABLE server (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE realms (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  document TEXT NOT NULL
);

-- Apart from the document, which may be large: raised by every write to the realm's settings, read every second.
CREATE TABLE realm_versions (
  realm_id TEXT PRIMARY KEY REFERENCES realms (id) ON DELETE CASCADE,
  version INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE scopes (
  id TEXT PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  UNIQUE (realm_id, name)
);

CREATE TABLE realm_keys (
  id TEXT PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  provider TEXT NOT NULL,
  kid TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  usage TEXT NOT NULL,
  status INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  secret BLOB NOT NULL,
  certificate BLOB NOT NULL
);
CREATE INDEX realm_keys_realm ON realm_keys (realm_id);

CREATE TABLE clients (
  id TEXT PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL,
  secret BLOB,
  document TEXT NOT NULL,
  UNIQUE (realm_id, client_id)
);

CREATE TABLE roles (
  id TEXT PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  client_id TEXT REFERENCES clients (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  document TEXT NOT NULL
);
CREATE UNIQUE INDEX roles_name ON roles (realm_id, coalesce(client_id, ''), name);
CREATE INDEX roles_client ON roles (client_id) WHERE client_id IS NOT NULL;

-- A child may be inserted after its parent, so it is not a foreign key.
CREATE TABLE role_composites (
  parent_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  child_id TEXT NOT NULL,
  PRIMARY KEY (parent_id, child_id)
) WITHOUT ROWID;

CREATE TABLE realm_groups (
  id TEXT PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  parent_id TEXT REFERENCES realm_groups (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  document TEXT NOT NULL
);
CREATE UNIQUE INDEX realm_groups_name ON realm_groups (realm_id, coalesce(parent_id, ''), name);
CREATE INDEX realm_groups_parent ON realm_groups (parent_id) WHERE parent_id IS NOT NULL;

-- email_slot is empty where an address may stand once, and the user's id where the realm allows it twice: one index
-- finds by address and keeps it unique.
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  username TEXT NOT NULL,
  email TEXT,
  email_slot TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  email_verified INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  service_account_client TEXT REFERENCES clients (id) ON DELETE CASCADE,
  required_actions TEXT,
  attributes TEXT,
  extra TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX users_username ON users (realm_id, username);
CREATE UNIQUE INDEX users_email ON users (realm_id, email, email_slot) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX users_service_account ON users (service_account_client) WHERE service_account_client IS NOT NULL;

CREATE TABLE user_roles (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, role_id)
) WITHOUT ROWID;
CREATE INDEX user_roles_role ON user_roles (role_id);

CREATE TABLE user_groups (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  group_id TEXT NOT NULL REFERENCES realm_groups (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, group_id)
) WITHOUT ROWID;
CREATE INDEX user_groups_group ON user_groups (group_id);

CREATE TABLE credentials (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  credential_data TEXT NOT NULL,
  secret_data BLOB NOT NULL,
  PRIMARY KEY (user_id, id)
) WITHOUT ROWID;

-- Sign-in rows name realm, user and client without foreign keys: they come and go by the thousand and expire anyway.
-- purge_hour is fixed when the session begins: hours since 1970 after which it cannot be alive.
CREATE TABLE user_sessions (
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
CREATE INDEX user_sessions_purge ON user_sessions (purge_hour);
CREATE INDEX user_sessions_user ON user_sessions (user_id);

CREATE TABLE client_sessions (
  session_id TEXT NOT NULL REFERENCES user_sessions (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  scope TEXT NOT NULL,
  refresh_id TEXT NOT NULL,
  previous_refresh_id TEXT NOT NULL,
  rotated_at INTEGER NOT NULL,
  use_count INTEGER NOT NULL,
  PRIMARY KEY (session_id, client_id)
) WITHOUT ROWID;

CREATE TABLE codes (
  hash TEXT PRIMARY KEY,
  realm_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  redirect_uri_sent INTEGER NOT NULL,
  scope TEXT NOT NULL,
  nonce TEXT NOT NULL,
  code_challenge TEXT NOT NULL,
  challenge_method INTEGER NOT NULL,
  acr TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) WITHOUT ROWID;
CREATE INDEX codes_expiry ON codes (expires_at);

CREATE TABLE interactions (
  hash TEXT PRIMARY KEY,
  realm_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  document BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX interactions_expiry ON interactions (expires_at);

CREATE TABLE revocations (
  realm_id TEXT NOT NULL,
  token_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (realm_id, token_id)
) WITHOUT ROWID;
CREATE INDEX revocations_expiry ON revocations (expires_at);
