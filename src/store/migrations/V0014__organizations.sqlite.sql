-- Organizations of realms, with their domains, members and invitations.

CREATE TABLE organizations (
  id TEXT NOT NULL PRIMARY KEY,
  realm_id TEXT NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  alias TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  description TEXT NOT NULL,
  redirect_url TEXT NOT NULL,
  attributes TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX organizations_name ON organizations (realm_id, name);
CREATE UNIQUE INDEX organizations_alias ON organizations (realm_id, alias);

CREATE TABLE organization_domains (
  realm_id TEXT NOT NULL,
  name TEXT NOT NULL,
  organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  verified INTEGER NOT NULL,
  PRIMARY KEY (realm_id, name)
) WITHOUT ROWID;
CREATE INDEX organization_domains_of ON organization_domains (organization_id);

CREATE TABLE organization_members (
  organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  managed INTEGER NOT NULL,
  PRIMARY KEY (organization_id, user_id)
) WITHOUT ROWID;
CREATE INDEX organization_members_user ON organization_members (user_id);

CREATE TABLE organization_invitations (
  organization_id TEXT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  email TEXT NOT NULL,
  id TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, email)
) WITHOUT ROWID;
