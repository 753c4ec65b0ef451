#include "core/changes/admin_power.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "core/realm_defaults.h"

namespace cardea {

Stored<std::vector<std::vector<RoleId>>> assigned_roles(Rows& rows, const Repositories& repositories,
                                                        const RealmId& realm, std::span<const Subject> subjects) {
  std::set<GroupId> direct;
  for (const auto& subject : subjects) direct.insert(subject.groups.begin(), subject.groups.end());
  std::vector<Group> groups;
  if (!direct.empty()) {
    auto found = repositories.groups.find_with_parents(rows, realm, {direct.begin(), direct.end()});
    if (!found) return refuse(found.error());
    groups = std::move(*found);
  }
  std::vector<std::vector<RoleId>> assigned;
  for (const auto& subject : subjects) {
    auto& roles = assigned.emplace_back(subject.roles);
    for (const auto& group : subject.groups) {
      std::optional<GroupId> next = group;
      for (int depth = 0; next && depth < kGroupDepthMax; ++depth) {
        const auto at = std::ranges::find(groups, *next, &Group::id);
        if (at == groups.end()) break;
        roles.insert(roles.end(), at->roles.begin(), at->roles.end());
        next = at->parent;
      }
    }
  }
  return assigned;
}

Stored<std::vector<RoleId>> assigned_roles(Rows& rows, const Repositories& repositories, const RealmId& realm,
                                           const Subject& subject) {
  auto assigned = assigned_roles(rows, repositories, realm, std::span(&subject, 1));
  if (!assigned) return refuse(assigned.error());
  return std::move(assigned->front());
}

Stored<std::vector<RoleId>> assigned_roles(Rows& rows, const Repositories& repositories, const RealmId& realm,
                                           const UserId& user) {
  const auto subject = repositories.subjects.load(rows, realm, user);
  if (!subject) return refuse(subject.error());
  if (!*subject) return std::vector<RoleId>();
  return assigned_roles(rows, repositories, realm, **subject);
}

Stored<bool> has_admin_power(Rows& rows, const Repositories& repositories, const Realm& realm, const UserId& user) {
  const auto subject = repositories.subjects.load(rows, realm.id, user);
  if (!subject) return refuse(subject.error());
  return *subject ? has_admin_power(rows, repositories, realm, **subject) : Stored<bool>(false);
}

Stored<bool> has_admin_power(Rows& rows, const Repositories& repositories, const Realm& realm, const Subject& subject) {
  const auto assigned = assigned_roles(rows, repositories, realm.id, subject);
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
