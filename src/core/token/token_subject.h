// What tokens say about a person or service account, loaded in one go and then held unchanged.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/settings.h"
#include "core/token/token_plan.h"

namespace cardea {

/// What somebody is inside of an organization.
struct OrganizationMember {
  std::vector<std::string> groups;              // paths
  std::shared_ptr<const EffectiveRoles> roles;  // of those groups; null: none, or the plan does not ask
};

struct TokenSubject {
  Subject subject;
  std::shared_ptr<const EffectiveRoles> roles;        // everything the subject has
  std::shared_ptr<const EffectiveRoles> scope_roles;  // what the client may see; null: everything (full scope)
  /// Those that a mapper asks for: by name all of them, else those that give, or are below one that gives, an
  /// attribute.
  std::vector<std::shared_ptr<const Group>> groups;
  std::map<GroupId, std::shared_ptr<const Group>> groups_above;  // when a mapper asks for attributes
  std::vector<Organization> organizations;              // those that the plan asks for and the person is in, by name
  std::vector<OrganizationMember> organization_groups;  // for each of them, when the plan asks
  std::string organization_scope;  // what tokens say of them: "organization:acme"; empty: nothing to add

  /// Null: it stands at the top, or too far below it.
  [[nodiscard]] const Group* above(const Group& group) const {
    const auto found = group.parent ? groups_above.find(*group.parent) : groups_above.end();
    return found == groups_above.end() ? nullptr : found->second.get();
  }
};

/// Completes a loaded subject with its roles and groups for one client and plan.
[[nodiscard]] Stored<TokenSubject> complete_subject(Rows& rows, Settings& settings, const ClientEntry& client,
                                                    const TokenPlan& plan, Subject subject);

}  // namespace cardea
