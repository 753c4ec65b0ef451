#include "admin/groups/group_view.h"

#include <set>

#include "domain/representation/group_json.h"

namespace cardea::admin {

Or<GroupRoles> load_group_roles(Call& call, std::span<const Group> groups, GroupView view) {
  GroupRoles roles;
  std::set<RoleId> ids;
  if (view == GroupView::kBrief) return roles;
  for (const auto& group : groups) ids.insert(group.roles.begin(), group.roles.end());
  if (ids.empty()) return roles;
  CARDEA_TRY(found, call.repositories().roles.find_all(call.rows(), call.realm().id, {ids.begin(), ids.end()}));
  for (auto& role : found) {
    auto id = role.id;
    roles.emplace(std::move(id), std::move(role));
  }
  return roles;
}

json::object group_json(const Call& call, const Group& group, GroupView view, const GroupRoles& roles) {
  GroupRepresentation shown;
  shown.group = group;
  if (view == GroupView::kBrief) {
    shown.group.attributes.clear();
  } else {
    for (const auto& id : group.roles) {
      const auto found = roles.find(id);
      if (found == roles.end()) continue;
      const auto& role = found->second;
      (role.client ? shown.roles.client[role.client_name] : shown.roles.realm).push_back(role.name);
    }
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

Or<json::object> group_json(Call& call, const Group& group, GroupView view) {
  CARDEA_TRY(roles, load_group_roles(call, std::span(&group, 1), view));
  return group_json(call, group, view, roles);
}

Or<json::array> group_rows(Call& call, std::span<const Group> groups, GroupView view) {
  CARDEA_TRY(roles, load_group_roles(call, groups, view));
  json::array rows;
  for (const auto& group : groups) rows.push_back(group_json(call, group, view, roles));
  return rows;
}

Or<Group> load_group(Call& call) {
  CARDEA_TRY(group, call.repositories().groups.find(call.rows(), call.realm().id, GroupId(call.path("groupId", "id"))));
  if (!group) return refuse(not_found("Could not find group by id"));
  return std::move(*group);
}

}  // namespace cardea::admin
