// Nobody gives away what they do not have: admin roles are mapped, put into composites and changed by those alone who
// hold them (keycloak.md section 6.6; attack class 21).
#pragma once

#include <set>
#include <vector>

#include "admin/seam/call.h"
#include "domain/group.h"
#include "domain/role.h"

namespace cardea::admin {

/// The same question about many roles, or about many holders of roles, with as few statements as about one.
class RoleCover {
 public:
  /// `roles`: all that will be asked about.
  [[nodiscard]] static Or<RoleCover> load(Call& call, Rows& rows, const std::vector<RoleId>& roles);
  /// False when one of them reaches an admin role that the caller does not have.
  [[nodiscard]] bool covers(const std::vector<RoleId>& roles) const;

 private:
  std::set<RoleId> beyond_;
};

/// 403 when these roles reach an admin role that the caller does not have.
[[nodiscard]] Or<void> require_roles_covered(Call& call, const std::vector<RoleId>& roles);
/// The same as a question, before a transaction: with rows of the asker's own.
[[nodiscard]] Or<bool> are_roles_covered(Call& call, Rows& rows, const std::vector<RoleId>& roles);
/// Those of them that the caller may give away.
[[nodiscard]] Or<std::vector<Role>> covered_roles(Call& call, std::vector<Role> roles);
/// 403 when a member of this group, through it or those above it, would have an admin role that the caller does not
/// have.
[[nodiscard]] Or<void> require_group_covered(Call& call, Group group);
/// 403 unless the caller holds everything that an administrator of this realm can hold; in master, of all realms: for
/// what makes its owner everybody, such as a signing key that they know.
[[nodiscard]] Or<void> require_full_admin(Call& call);
/// The same as a question, for lists of what may be mapped.
[[nodiscard]] Or<bool> are_roles_covered(Call& call, const std::vector<RoleId>& roles);

}  // namespace cardea::admin
