#include "admin/roles/role_rights.h"

#include <algorithm>
#include <map>

#include "core/realm_defaults.h"

namespace cardea::admin {
namespace {

bool is_admin_role(std::string_view role) { return std::ranges::find(kAdminRoleNames, role) != kAdminRoleNames.end(); }

bool has_role(AdminRoles roles, std::string_view name) {
  AdminRoles wanted;
  wanted.add(name);
  return roles.has_any_of(wanted);
}

}  // namespace

Or<bool> are_roles_covered(Call& call, const std::vector<RoleId>& roles) {
  if (roles.empty()) return true;
  return are_roles_covered(call, call.rows(), roles);
}

Or<bool> are_roles_covered(Call& call, Rows& rows, const std::vector<RoleId>& roles) {
  if (roles.empty()) return true;
  CARDEA_TRY(reached, call.repositories().roles.reached(rows, call.realm().id, roles));
  const bool is_master = call.realm().name == kMasterRealm;
  const auto own_client = admin_client_id(call.realm().name);
  constexpr std::string_view kSuffix = "-realm";
  std::map<std::string, AdminRoles> elsewhere;  // realm -> what the caller may there
  for (const auto& role : reached) {
    if (!role.client) {
      if (!is_master || (role.name != "admin" && role.name != "create-realm")) continue;
      CARDEA_TRY(creates, may_create_realms(rows, call.dependencies(), call.caller()));
      if (!creates) return false;
      continue;
    }
    if (!is_admin_role(role.name)) continue;
    if (role.client_name == own_client) {
      if (!has_role(call.caller().roles, role.name)) return false;
    } else if (is_master && role.client_name.ends_with(kSuffix)) {
      const auto target = role.client_name.substr(0, role.client_name.size() - kSuffix.size());
      auto known = elsewhere.find(target);
      if (known == elsewhere.end()) {
        CARDEA_TRY(rights, admin_roles(rows, call.dependencies(), call.caller(), target));
        known = elsewhere.emplace(target, rights).first;
      }
      if (!has_role(known->second, role.name)) return false;
    }
  }
  return true;
}

Or<void> require_roles_covered(Call& call, const std::vector<RoleId>& roles) {
  CARDEA_TRY(covered, are_roles_covered(call, roles));
  if (!covered) return refuse(forbidden());
  return {};
}

Or<void> require_full_admin(Call& call) {
  const auto& realm = call.realm();
  auto& roles = call.repositories().roles;
  std::optional<Role> top;
  if (realm.name == kMasterRealm) {
    CARDEA_TRY(admin, roles.find_by_name(call.rows(), realm.id, std::nullopt, "admin"));
    top = std::move(admin);
  } else {
    const auto id = admin_client_id(realm.name);
    CARDEA_TRY(client, call.repositories().clients.find_by_client_id(call.rows(), realm.id, id));
    if (client) {
      CARDEA_TRY(admin, roles.find_by_name(call.rows(), realm.id, client->id, "realm-admin"));
      top = std::move(admin);
    }
  }
  if (!top) return refuse(forbidden());
  return require_roles_covered(call, {top->id});
}

Or<void> require_group_covered(Call& call, Group group) {
  for (std::optional<Group> each = std::move(group); each;) {
    CARDEA_DO(require_roles_covered(call, each->roles));
    if (!each->parent) break;
    CARDEA_TRY(parent, call.repositories().groups.find(call.rows(), call.realm().id, *each->parent));
    each = std::move(parent);
  }
  return {};
}

}  // namespace cardea::admin
