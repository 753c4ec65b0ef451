// GroupRepresentation as the admin API serves it (keycloak.md sections 5.5 and 6.5).
#pragma once

#include "admin/seam/call.h"
#include "domain/group.h"

namespace cardea::admin {

enum class GroupView {
  kBrief,   // id, name, path, parent
  kFull,    // with attributes and roles
  kSingle,  // with what the caller may do with it
};
/// Without groups below; `subGroups` is empty, as Keycloak serves it.
[[nodiscard]] Or<json::object> group_json(Call& call, const Group& group, GroupView view);

/// The group of {groupId}, or 404 "Could not find group by id".
[[nodiscard]] Or<Group> load_group(Call& call);

}  // namespace cardea::admin
