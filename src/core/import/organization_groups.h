// The groups of an organization in a realm file: `groups` of the organization, as trees, and `groups` of its members,
// by path; as Keycloak 26.7 writes both.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "core/import/realm_plan.h"
#include "domain/group.h"
#include "domain/repository/repositories.h"
#include "domain/representation/problems.h"
#include "domain/representation/role_json.h"

namespace cardea {

/// What reading them may need and say; roles that nobody defined are made, as for groups of the realm.
struct OrganizationReading {
  RealmPlan& plan;
  Random& random;
  RepresentationProblems& problems;
  ImportReview& review;
};

/// Groups of one organization, parents before their children.
[[nodiscard]] std::vector<Group> read_organization_groups(const json::object& organization, const JsonPath& at,
                                                          const OrganizationReading& reading);
/// Those of them that the member is in; a path that leads nowhere is a problem.
[[nodiscard]] std::vector<GroupId> groups_of_member(const json::object& member, std::span<const Group> groups,
                                                    const JsonPath& at, RepresentationProblems& problems);

/// The names of roles, as a realm file has them.
using NameRoles = std::function<RoleNames(const std::vector<RoleId>& roles)>;
/// As trees, by name.
[[nodiscard]] json::array organization_groups_json(const std::vector<Group>& groups, const NameRoles& name_roles);

}  // namespace cardea
