-- Organizations of realms, with their domains, members and invitations.

CREATE TABLE organizations (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  realm_id TEXT COLLATE "C" NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
  name TEXT COLLATE "C" NOT NULL,
  alias TEXT COLLATE "C" NOT NULL,
  enabled BOOLEAN NOT NULL,
  description TEXT COLLATE "C" NOT NULL,
  redirect_url TEXT COLLATE "C" NOT NULL,
  attributes TEXT
);
CREATE UNIQUE INDEX organizations_name ON organizations (realm_id, name);
CREATE UNIQUE INDEX organizations_alias ON organizations (realm_id, alias);

CREATE TABLE organization_domains (
  realm_id TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  verified BOOLEAN NOT NULL,
  PRIMARY KEY (realm_id, name)
);
CREATE INDEX organization_domains_of ON organization_domains (organization_id);

CREATE TABLE organization_members (
  organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  managed BOOLEAN NOT NULL,
  PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX organization_members_user ON organization_members (user_id);

CREATE TABLE organization_invitations (
  organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  email TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  first_name TEXT COLLATE "C" NOT NULL,
  last_name TEXT COLLATE "C" NOT NULL,
  sent_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (organization_id, email)
);
