// The organizations of a realm file (`organizations`): rows of their own, with members by username. Identity providers
// that they list belong to them.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "core/import/organization_groups.h"
#include "domain/group.h"
#include "domain/organization.h"
#include "domain/realm.h"
#include "domain/repository/repositories.h"
#include "domain/representation/problems.h"

namespace cardea {

struct OrganizationRows {
  struct Member {
    std::string username;
    Membership membership = Membership::kUnmanaged;
    std::vector<GroupId> groups;
  };
  Organization organization;
  std::vector<Group> groups;  // parents before their children
  std::vector<Member> members;
};

/// Takes the member out of `plan.realm.extra`. Problems: what the admin API refuses as well (organization_problems), a
/// name, alias, domain or group that stands twice, and an identity provider that the realm does not have.
[[nodiscard]] std::vector<OrganizationRows> take_organizations(RealmPlan& plan, Random& random,
                                                               RepresentationProblems& problems, ImportReview& review);

/// Writes one, after the users. Members whom the realm does not have are left out. `part`: what of it is being written,
/// for the words when it fails.
[[nodiscard]] Stored<void> write_organization(Tx& tx, const Repositories& repositories, const RealmId& realm,
                                              const OrganizationRows& rows, std::string& part);

/// As realm files and the admin API have one: id, name, alias, enabled, description, redirectUrl, attributes, domains.
[[nodiscard]] json::object organization_json(const Organization& organization, bool with_attributes);
/// As realm files have all of them: with attributes, groups, the aliases of their providers and, where wanted, their
/// members.
[[nodiscard]] Stored<json::array> export_organizations(Rows& rows, const Repositories& repositories, const Realm& realm,
                                                       bool with_members, const NameRoles& name_roles);

}  // namespace cardea
