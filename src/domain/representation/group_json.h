// GroupRepresentation (keycloak.md section 5.5).
#pragma once

#include <vector>

#include "base/json.h"
#include "domain/group.h"
#include "domain/representation/problems.h"
#include "domain/representation/role_json.h"

namespace cardea {

/// A group with its roles by name and the groups below it. `group.roles` stays empty: only the store knows ids.
struct GroupRepresentation {
  Group group;
  RoleNames roles;
  std::vector<GroupRepresentation> subgroups;
};

/// Reads a group and all below it over `base`. The name is required. "path", "parentId", "subGroupCount" and "access"
/// follow from the rest and are passed over. Nesting is bounded by the depth of JSON (kJsonDepthMax).
[[nodiscard]] GroupRepresentation parse_group(const json::object& object, const JsonPath& at,
                                              RepresentationProblems& problems, GroupRepresentation base = {});

/// id, name, description, path, parentId, subGroups, attributes, realmRoles, clientRoles.
[[nodiscard]] json::object to_json(const GroupRepresentation& group);

}  // namespace cardea
