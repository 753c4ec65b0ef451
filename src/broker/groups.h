// Groups of a person at Entra ID: out of the token when it has them all, from Graph when it says that it has not
// (entra.md sections 6 and 12; guides.md G2.8). Absent means unknown and changes nothing; an empty list means none.
// Pure functions; asking Graph is group_call.h, writing is group_sync.h. Internal to broker.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "domain/group_source.h"
#include "domain/identity_provider.h"

namespace cardea::broker {

/// `groupsMode` of a provider.
enum class GroupsMode {
  kNone,        // groups are nobody's business here: the default
  kToken,       // those of the token alone
  kTransitive,  // the token's, or with overage Graph's: nested ones, too
  kDirect,      // Graph's, those the person is in directly
};
/// Absent: a word we do not know.
[[nodiscard]] std::optional<GroupsMode> groups_mode_of(const IdentityProvider& provider);

using SourceGroups = std::vector<SourceGroup>;

/// Absent: the token does not say (no claim, `_claim_names` or `hasgroups`).
[[nodiscard]] std::optional<SourceGroups> groups_in_token(const json::object& claims);

/// One page of memberOf or transitiveMemberOf; entries that are no groups are passed over.
struct GroupPage {
  SourceGroups groups;
  std::string next;  // the whole URL of the next page; empty: that was the last
};
[[nodiscard]] std::optional<GroupPage> read_group_page(const json::object& body);
/// Names of ids out of an answer of directoryObjects/getByIds.
void add_names(const json::object& body, SourceGroups& groups);
/// The answer of getMemberObjects: `{"value":["id",...]}`.
[[nodiscard]] std::optional<SourceGroups> read_member_ids(const json::object& body);

/// Those that the record lets in (core/changes/source_groups.h).
[[nodiscard]] SourceGroups filtered(const IdentityProvider& provider, const SourceGroups& groups);

/// What becomes of memberships when the provider did not say (`groupsOnFailure` of the provider).
enum class GroupsFailure { kKeep, kDrop, kRefuse };
/// By default they are kept, but dropped for reasons that the person can bring about: a token that Graph does not take
/// ("status_401"), more groups than are read. A word that we do not know refuses.
[[nodiscard]] GroupsFailure on_groups_failure(const IdentityProvider& provider, std::string_view reason);

inline constexpr std::size_t kSourceGroupsMax = 20'000;  // of one person

}  // namespace cardea::broker
