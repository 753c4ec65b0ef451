-- Roles of groups inside of organizations. They give no right: tokens say them of the organization, where a mapper asks.

CREATE TABLE organization_group_roles (
  group_id TEXT NOT NULL REFERENCES organization_groups (id) ON DELETE CASCADE,
  role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, role_id)
) WITHOUT ROWID;
CREATE INDEX organization_group_roles_role ON organization_group_roles (role_id);
