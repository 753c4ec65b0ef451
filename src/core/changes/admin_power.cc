#include "core/changes/admin_power.h"

#include <algorithm>

#include "base/limits.h"
#include "core/realm_defaults.h"

namespace cardea {
Stored<std::vector<RoleId>> assigned_roles(Rows& rows, const Repositories& repositories, const RealmId& realm,
                                           const Subject& subject) {
  auto roles = subject.roles;
  for (const auto& direct : subject.groups) {
    std::optional<GroupId> next = direct;
    for (int depth = 0; next && depth < kGroupDepthMax; ++depth) {
      const auto group = repositories.groups.find(rows, realm, *next);
      if (!group) return refuse(group.error());
      if (!*group) break;
      roles.insert(roles.end(), (*group)->roles.begin(), (*group)->roles.end());
      next = (*group)->parent;
    }
  }
  return roles;
}

Stored<std::vector<RoleId>> assigned_roles(Rows& rows, const Repositories& repositories, const RealmId& realm,
                                           const UserId& user) {
  const auto subject = repositories.subjects.load(rows, realm, user);
  if (!subject) return refuse(subject.error());
  if (!*subject) return std::vector<RoleId>();
  return assigned_roles(rows, repositories, realm, **subject);
}

Stored<bool> has_admin_power(Rows& rows, const Repositories& repositories, const Realm& realm, const UserId& user) {
  const auto assigned = assigned_roles(rows, repositories, realm.id, user);
  if (!assigned) return refuse(assigned.error());
  if (assigned->empty()) return false;
  const auto reached = repositories.roles.reached(rows, realm.id, *assigned);
  if (!reached) return refuse(reached.error());
  const bool is_master = realm.name == kMasterRealm;
  return std::ranges::any_of(*reached, [&](const Role& role) {
    if (!role.client) return is_master && (role.name == "admin" || role.name == "create-realm");
    return is_reserved_client_id(realm.name, role.client_name);
  });
}

}  // namespace cardea
