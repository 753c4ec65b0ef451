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

/// Which roles give a right that the caller does not have. What the caller may elsewhere is read once, when a role of
/// another realm's administration comes up.
class Lacking {
 public:
  Lacking(Call& call, Rows& rows) : call_(call), rows_(rows), is_master_(call.realm().name == kMasterRealm) {}

  Or<bool> is(const Role& role) {
    if (!role.client) {
      if (!is_master_ || (role.name != "admin" && role.name != "create-realm")) return false;
      if (!creates_) {
        CARDEA_TRY(creates, may_create_realms(rows_, call_.dependencies(), call_.caller()));
        creates_ = creates;
      }
      return !*creates_;
    }
    if (!is_admin_role(role.name)) return false;
    if (role.client_name == admin_client_id(call_.realm().name)) return !has_role(call_.caller().roles, role.name);
    constexpr std::string_view kSuffix = "-realm";
    if (!is_master_ || !role.client_name.ends_with(kSuffix)) return false;
    if (!elsewhere_) {
      CARDEA_TRY(realms, admin_realms(rows_, call_.dependencies(), call_.caller()));
      elsewhere_ = std::move(realms);
    }
    const auto there = elsewhere_->find(role.client_name.substr(0, role.client_name.size() - kSuffix.size()));
    return there == elsewhere_->end() || !has_role(there->second, role.name);
  }

 private:
  Call& call_;
  Rows& rows_;
  bool is_master_;
  std::optional<bool> creates_;
  std::optional<std::map<std::string, AdminRoles>> elsewhere_;  // by realm
};

}  // namespace

Or<bool> are_roles_covered(Call& call, const std::vector<RoleId>& roles) {
  if (roles.empty()) return true;
  return are_roles_covered(call, call.rows(), roles);
}

Or<bool> are_roles_covered(Call& call, Rows& rows, const std::vector<RoleId>& roles) {
  CARDEA_TRY(cover, RoleCover::load(call, rows, roles));
  return cover.covers(roles);
}

Or<RoleCover> RoleCover::load(Call& call, Rows& rows, const std::vector<RoleId>& roles) {
  RoleCover cover;
  if (roles.empty()) return cover;
  CARDEA_TRY(reached, call.repositories().roles.reached(rows, call.realm().id, roles));
  Lacking lacking(call, rows);
  std::vector<RoleId> next;
  std::map<RoleId, std::vector<RoleId>> holders;  // role -> those composed of it
  for (const auto& role : reached) {
    for (const auto& child : role.composites) holders[child].push_back(role.id);
    CARDEA_TRY(lacks, lacking.is(role));
    if (lacks) next.push_back(role.id);
  }
  while (!next.empty()) {
    const auto id = std::move(next.back());
    next.pop_back();
    if (!cover.beyond_.insert(id).second) continue;
    const auto above = holders.find(id);
    if (above != holders.end()) next.insert(next.end(), above->second.begin(), above->second.end());
  }
  return cover;
}

bool RoleCover::covers(const std::vector<RoleId>& roles) const {
  return std::ranges::none_of(roles, [&](const RoleId& role) { return beyond_.contains(role); });
}

Or<void> require_roles_covered(Call& call, const std::vector<RoleId>& roles) {
  CARDEA_TRY(covered, are_roles_covered(call, roles));
  if (!covered) return refuse(forbidden());
  return {};
}

Or<std::vector<Role>> covered_roles(Call& call, std::vector<Role> roles) {
  std::vector<RoleId> ids;
  for (const auto& role : roles) ids.push_back(role.id);
  CARDEA_TRY(cover, RoleCover::load(call, call.rows(), ids));
  std::erase_if(roles, [&](const Role& role) { return !cover.covers({role.id}); });
  return roles;
}

Or<void> require_full_admin(Call& call) {
  const auto& realm = call.realm();
  auto& roles = call.repositories().roles;
  std::optional<RoleId> top;
  if (realm.name == kMasterRealm) {
    CARDEA_TRY(admin, roles.find_id(call.rows(), realm.id, std::nullopt, "admin"));
    top = std::move(admin);
  } else {
    const auto id = admin_client_id(realm.name);
    CARDEA_TRY(client, call.repositories().clients.find_by_client_id(call.rows(), realm.id, id));
    if (client) {
      CARDEA_TRY(admin, roles.find_id(call.rows(), realm.id, client->id, "realm-admin"));
      top = std::move(admin);
    }
  }
  if (!top) return refuse(forbidden());
  return require_roles_covered(call, {*top});
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
