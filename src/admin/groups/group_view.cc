#include "admin/groups/group_view.h"

#include "domain/representation/group_json.h"

namespace cardea::admin {
namespace {

/// Roles by name; what is gone is left out.
Or<RoleNames> role_names(Call& call, const std::vector<RoleId>& roles) {
  RoleNames names;
  for (const auto& id : roles) {
    CARDEA_TRY(role, call.repositories().roles.find(call.rows(), call.realm().id, id));
    if (!role) continue;
    (role->client ? names.client[role->client_name] : names.realm).push_back(role->name);
  }
  return names;
}

}  // namespace

Or<json::object> group_json(Call& call, const Group& group, GroupView view) {
  GroupRepresentation shown;
  shown.group = group;
  if (view == GroupView::kBrief) {
    shown.group.attributes.clear();
  } else {
    CARDEA_TRY(names, role_names(call, group.roles));
    shown.roles = std::move(names);
  }
  auto out = to_json(shown);
  if (view == GroupView::kBrief) {
    out.erase("attributes");
  } else {
    if (!out.contains("realmRoles")) out["realmRoles"] = json::array();
    if (!out.contains("clientRoles")) out["clientRoles"] = json::object();
  }
  if (view == GroupView::kSingle) {
    const bool manage = call.may(AdminRole::kManageUsers);
    json::object access;
    access["view"] = true;
    access["viewMembers"] = true;
    access["manageMembers"] = manage;
    access["manage"] = manage;
    access["manageMembership"] = manage;
    out["access"] = std::move(access);
  }
  return out;
}

Or<Group> load_group(Call& call) {
  CARDEA_TRY(group, call.repositories().groups.find(call.rows(), call.realm().id, GroupId(call.path("groupId", "id"))));
  if (!group) return refuse(not_found("Could not find group by id"));
  return std::move(*group);
}

}  // namespace cardea::admin
