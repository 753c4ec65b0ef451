// GroupRepresentation as the admin API serves it (keycloak.md sections 5.5 and 6.5).
#pragma once

#include <map>
#include <span>

#include "admin/seam/call.h"
#include "domain/group.h"
#include "domain/role.h"

namespace cardea::admin {

enum class GroupView {
  kBrief,   // id, name, path, parent
  kFull,    // with attributes and roles
  kSingle,  // with what the caller may do with it
};
/// Without groups below; `subGroups` is empty, as Keycloak serves it.
[[nodiscard]] Or<json::object> group_json(Call& call, const Group& group, GroupView view);
/// The rows of a list, with the statements of one.
[[nodiscard]] Or<json::array> group_rows(Call& call, std::span<const Group> groups, GroupView view);

/// The roles that groups of an answer name, read once for all of them; what is gone is left out. None for kBrief.
using GroupRoles = std::map<RoleId, Role>;
[[nodiscard]] Or<GroupRoles> load_group_roles(Call& call, std::span<const Group> groups, GroupView view);
[[nodiscard]] json::object group_json(const Call& call, const Group& group, GroupView view, const GroupRoles& roles);

/// The group of {groupId}, or 404 "Could not find group by id".
[[nodiscard]] Or<Group> load_group(Call& call);

}  // namespace cardea::admin
