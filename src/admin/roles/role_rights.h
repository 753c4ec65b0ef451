// Nobody gives away what they do not have: admin roles are mapped, put into composites and changed by those alone who
// hold them (keycloak.md section 6.6; attack class 21).
#pragma once

#include <vector>

#include "admin/seam/call.h"
#include "domain/group.h"
#include "domain/role.h"

namespace cardea::admin {

/// 403 when these roles reach an admin role that the caller does not have.
[[nodiscard]] Or<void> require_roles_covered(Call& call, const std::vector<RoleId>& roles);
/// The same as a question, before a transaction: with rows of the asker's own.
[[nodiscard]] Or<bool> are_roles_covered(Call& call, Rows& rows, const std::vector<RoleId>& roles);
/// 403 when a member of this group, through it or those above it, would have an admin role that the caller does not
/// have.
[[nodiscard]] Or<void> require_group_covered(Call& call, Group group);
/// 403 unless the caller holds everything that an administrator of this realm can hold; in master, of all realms: for
/// what makes its owner everybody, such as a signing key that they know.
[[nodiscard]] Or<void> require_full_admin(Call& call);
/// The same as a question, for lists of what may be mapped.
[[nodiscard]] Or<bool> are_roles_covered(Call& call, const std::vector<RoleId>& roles);

}  // namespace cardea::admin
