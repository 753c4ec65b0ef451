// The groups of an organization in a realm file: `groups` of the organization, as trees, and `groups` of its members,
// by path; as Keycloak 26.7 writes both.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "domain/group.h"
#include "domain/repository/repositories.h"
#include "domain/representation/problems.h"

namespace cardea {

/// Groups of one organization, parents before their children.
[[nodiscard]] std::vector<Group> read_organization_groups(const json::object& organization, const JsonPath& at,
                                                          Random& random, RepresentationProblems& problems);
/// Those of them that the member is in; a path that leads nowhere is a problem.
[[nodiscard]] std::vector<GroupId> groups_of_member(const json::object& member, std::span<const Group> groups,
                                                    const JsonPath& at, RepresentationProblems& problems);

/// As trees, by name.
[[nodiscard]] json::array organization_groups_json(const std::vector<Group>& groups);

}  // namespace cardea
