-- The first schema. Ids and names are typed columns; the rest of a realm, client, scope, role or group is one JSON
-- document. Times are milliseconds since 1970. No column that changes when a session is used is indexed, so that using
-- it is a heap-only update. Keys compare by bytes (COLLATE "C"), as on SQLite and faster than by language.

CREATE TABLE server (
  name TEXT COLLATE "C" PRIMARY KEY,
  value BYTEA NOT NULL
);

CREATE TABLE realms (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL UNIQUE,
  document TEXT NOT NULL
);

-- Apart from the document, which may be large: raised by every write to the realm's settings, read every second.
CREATE TABLE realm_versions (
  realm_id TEXT COLLATE "C" PRIMARY KEY REFERENCES realms (id) ON DELETE CASCADE,
  version BIGINT NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE scopes (
  id TEXT COLLATE "C" PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  name TEXT COLLATE "C" NOT NULL,
  document TEXT NOT NULL,
  UNIQUE (realm_id, name)
);

CREATE TABLE realm_keys (
  id TEXT COLLATE "C" PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  name TEXT COLLATE "C" NOT NULL,
  provider TEXT NOT NULL,
  kid TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  usage TEXT NOT NULL,
  status BIGINT NOT NULL,
  priority BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  secret BYTEA NOT NULL,
  certificate BYTEA NOT NULL
);
CREATE INDEX realm_keys_realm ON realm_keys (realm_id);

CREATE TABLE clients (
  id TEXT COLLATE "C" PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  client_id TEXT COLLATE "C" NOT NULL,
  secret BYTEA,
  document TEXT NOT NULL,
  UNIQUE (realm_id, client_id)
);

CREATE TABLE roles (
  id TEXT COLLATE "C" PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  client_id TEXT COLLATE "C" REFERENCES clients (id) ON DELETE CASCADE,
  name TEXT COLLATE "C" NOT NULL,
  document TEXT NOT NULL
);
CREATE UNIQUE INDEX roles_name ON roles (realm_id, coalesce(client_id, ''), name);
CREATE INDEX roles_client ON roles (client_id) WHERE client_id IS NOT NULL;

-- A child may be inserted after its parent, so it is not a foreign key.
CREATE TABLE role_composites (
  parent_id TEXT COLLATE "C" NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  child_id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (parent_id, child_id)
);

CREATE TABLE realm_groups (
  id TEXT COLLATE "C" PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  parent_id TEXT COLLATE "C" REFERENCES realm_groups (id) ON DELETE CASCADE,
  name TEXT COLLATE "C" NOT NULL,
  document TEXT NOT NULL
);
CREATE UNIQUE INDEX realm_groups_name ON realm_groups (realm_id, coalesce(parent_id, ''), name);
CREATE INDEX realm_groups_parent ON realm_groups (parent_id) WHERE parent_id IS NOT NULL;

-- email_slot is empty where an address may stand once, and the user's id where the realm allows it twice: one index
-- finds by address and keeps it unique.
CREATE TABLE users (
  id TEXT COLLATE "C" PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  username TEXT COLLATE "C" NOT NULL,
  email TEXT COLLATE "C",
  email_slot TEXT COLLATE "C" NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  email_verified BOOLEAN NOT NULL,
  enabled BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  not_before BIGINT NOT NULL,
  service_account_client TEXT COLLATE "C" REFERENCES clients (id) ON DELETE CASCADE,
  required_actions TEXT,
  attributes TEXT,
  extra TEXT
);
CREATE UNIQUE INDEX users_username ON users (realm_id, username);
CREATE UNIQUE INDEX users_email ON users (realm_id, email, email_slot) WHERE email IS NOT NULL;
CREATE UNIQUE INDEX users_service_account ON users (service_account_client) WHERE service_account_client IS NOT NULL;

CREATE TABLE user_roles (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role_id TEXT COLLATE "C" NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, role_id)
);
CREATE INDEX user_roles_role ON user_roles (role_id);

CREATE TABLE user_groups (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  group_id TEXT COLLATE "C" NOT NULL REFERENCES realm_groups (id) ON DELETE CASCADE,
  PRIMARY KEY (user_id, group_id)
);
CREATE INDEX user_groups_group ON user_groups (group_id);

CREATE TABLE credentials (
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id TEXT COLLATE "C" NOT NULL,
  type TEXT COLLATE "C" NOT NULL,
  label TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  priority BIGINT NOT NULL,
  credential_data TEXT NOT NULL,
  secret_data BYTEA NOT NULL,
  PRIMARY KEY (user_id, id)
);

-- Sign-in rows name realm, user and client without foreign keys: they come and go by the thousand and expire anyway.
-- purge_hour is fixed when the session begins: hours since 1970 after which it cannot be alive.
CREATE TABLE user_sessions (
  id TEXT COLLATE "C" PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  started_at BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  auth_time BIGINT NOT NULL,
  remember_me BOOLEAN NOT NULL,
  ip_address TEXT NOT NULL,
  notes TEXT,
  purge_hour BIGINT NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX user_sessions_purge ON user_sessions (purge_hour);
CREATE INDEX user_sessions_user ON user_sessions (user_id);

CREATE TABLE client_sessions (
  session_id TEXT COLLATE "C" NOT NULL REFERENCES user_sessions (id) ON DELETE CASCADE,
  client_id TEXT COLLATE "C" NOT NULL,
  started_at BIGINT NOT NULL,
  scope TEXT NOT NULL,
  refresh_id TEXT COLLATE "C" NOT NULL,
  previous_refresh_id TEXT NOT NULL,
  rotated_at BIGINT NOT NULL,
  use_count BIGINT NOT NULL,
  PRIMARY KEY (session_id, client_id)
) WITH (fillfactor = 85);

CREATE TABLE codes (
  hash TEXT COLLATE "C" PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL,
  client_id TEXT COLLATE "C" NOT NULL,
  session_id TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  redirect_uri TEXT NOT NULL,
  redirect_uri_sent BOOLEAN NOT NULL,
  scope TEXT NOT NULL,
  nonce TEXT NOT NULL,
  code_challenge TEXT NOT NULL,
  challenge_method BIGINT NOT NULL,
  acr TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
) WITH (fillfactor = 85);
CREATE INDEX codes_expiry ON codes (expires_at);

CREATE TABLE interactions (
  hash TEXT COLLATE "C" PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT NOT NULL,
  document BYTEA NOT NULL
);
CREATE INDEX interactions_expiry ON interactions (expires_at);

CREATE TABLE revocations (
  realm_id TEXT COLLATE "C" NOT NULL,
  token_id TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (realm_id, token_id)
);
CREATE INDEX revocations_expiry ON revocations (expires_at);
