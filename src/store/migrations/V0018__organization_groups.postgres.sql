-- Groups inside of organizations: a tree of its own for each, apart from the realm's groups. Who leaves the organization
-- leaves its groups with the same statement.

CREATE TABLE organization_groups (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  organization_id TEXT COLLATE "C" NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
  parent_id TEXT COLLATE "C" REFERENCES organization_groups (id) ON DELETE CASCADE,
  name TEXT COLLATE "C" NOT NULL,
  description TEXT COLLATE "C" NOT NULL,
  attributes TEXT COLLATE "C"
);
CREATE UNIQUE INDEX organization_groups_name ON organization_groups (organization_id, coalesce(parent_id, ''), name);
CREATE INDEX organization_groups_parent ON organization_groups (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE organization_group_members (
  group_id TEXT COLLATE "C" NOT NULL REFERENCES organization_groups (id) ON DELETE CASCADE,
  organization_id TEXT COLLATE "C" NOT NULL,
  user_id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (group_id, user_id),
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX organization_group_members_of ON organization_group_members (organization_id, user_id);
