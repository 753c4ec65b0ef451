#include "core/changes/admin_power.h"

#include <algorithm>

#include "base/limits.h"
#include "core/realm_defaults.h"

namespace cardea {
namespace {

Stored<std::vector<RoleId>> assigned_roles(Rows& rows, const Repositories& repositories, const Realm& realm,
                                           const UserId& user) {
  auto subject = repositories.subjects.load(rows, realm.id, user);
  if (!subject) return refuse(subject.error());
  if (!*subject) return std::vector<RoleId>();
  auto out = std::move((*subject)->roles);
  for (const auto& direct : (*subject)->groups) {
    std::optional<GroupId> next = direct;
    for (int depth = 0; next && depth < kGroupDepthMax; ++depth) {
      const auto group = repositories.groups.find(rows, realm.id, *next);
      if (!group) return refuse(group.error());
      if (!*group) break;
      out.insert(out.end(), (*group)->roles.begin(), (*group)->roles.end());
      next = (*group)->parent;
    }
  }
  return out;
}

}  // namespace

Stored<bool> has_admin_power(Rows& rows, const Repositories& repositories, const Realm& realm, const UserId& user) {
  const auto assigned = assigned_roles(rows, repositories, realm, user);
  if (!assigned) return refuse(assigned.error());
  if (assigned->empty()) return false;
  const auto reached = repositories.roles.reached(rows, realm.id, *assigned);
  if (!reached) return refuse(reached.error());
  const bool is_master = realm.name == kMasterRealm;
  const auto own_client = admin_client_id(realm.name);
  return std::ranges::any_of(*reached, [&](const Role& role) {
    if (!role.client) return is_master && (role.name == "admin" || role.name == "create-realm");
    return role.client_name == own_client || (is_master && role.client_name.ends_with("-realm"));
  });
}

}  // namespace cardea
