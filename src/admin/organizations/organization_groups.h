// Groups inside of an organization (keycloak.md section 6.14, Keycloak 26.7): a tree of its own, apart from the realm's
// groups, whose members are members of the organization. Their roles give nobody a right: tokens name groups and roles,
// of the organization alone, by the mapper `oidc-organization-group-membership-mapper`.
#pragma once

#include "admin/roles/role_mappings.h"
#include "admin/seam/call.h"

namespace cardea::admin {

/// Those at the top, or with `search` and `q` those that match, wherever they stand.
Answer list_organization_groups(Call& call);
Answer get_organization_group_by_path(Call& call);
/// Makes a group at the top, or moves the one with the body's id there.
Answer create_organization_group(Call& call);
Answer get_organization_group(Call& call);
Answer update_organization_group(Call& call);
Answer delete_organization_group(Call& call);
Answer list_organization_group_children(Call& call);
/// Makes a group below {groupId}, or moves the one with the body's id there.
Answer create_organization_group_child(Call& call);

/// Who reads members needs a right to see users as well.
Answer list_organization_group_members(Call& call);
Answer join_organization_group(Call& call);
Answer leave_organization_group(Call& call);
Answer list_groups_of_organization_member(Call& call);

/// {groupId} of {orgId}, for role mappings.
[[nodiscard]] Or<RoleHolder> organization_group_holder(Call& call, bool to_change);

}  // namespace cardea::admin
