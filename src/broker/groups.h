// Groups of a person at Entra ID: out of the token when it has them all, from Graph when it says that it has not
// (entra.md sections 6 and 12; guides.md G2.8). Absent means unknown and changes nothing; an empty list means none.
// Pure functions; asking Graph is group_call.h, writing is group_sync.h. Internal to broker.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "domain/federated_identity.h"
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

/// Is the provider's directory looked after by itself (directory_sync.h)? `directorySync` of a provider of kind `entra`
/// or `microsoft` for one tenant, whose GUID the record says.
[[nodiscard]] bool is_directory_synced(const IdentityProvider& provider);

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

/// What the provider said, in few bytes: equal means that nothing is to be written. Of what the record lets in, of the
/// ids, whatever their order, and of the names where there are any.
[[nodiscard]] std::string known_groups(const IdentityProvider& provider, const SourceGroups& groups);
/// The same ids under the same record, whatever they are called. False for an empty `known`.
[[nodiscard]] bool has_same_groups(std::string_view known, std::string_view said);
/// Was it said under the record as it is now? False for an empty `known`.
[[nodiscard]] bool is_known_by_record(const IdentityProvider& provider, std::string_view known);

/// What becomes of memberships when the provider did not say (`groupsOnFailure` of the provider).
enum class GroupsFailure { kKeep, kDrop, kRefuse };
/// By default they are kept, but dropped for reasons that the person can bring about: a token that Graph does not take
/// ("status_401"), more groups than are read. A word that we do not know refuses.
[[nodiscard]] GroupsFailure on_groups_failure(const IdentityProvider& provider, std::string_view reason);

inline constexpr std::size_t kSourceGroupsMax = 20'000;  // of one person

/// How old the groups may be that somebody signs in with while Graph is asked beside it (docs/adr/0025).
struct GroupsFreshness {
  seconds age_max{0};        // `groupsMaxAge`; zero: each sign-in waits for Graph
  seconds refresh_after{0};  // `groupsRefreshSeconds`: younger ones are not asked for again
};
inline constexpr seconds kGroupsAgeMax{86'400};
inline constexpr seconds kGroupsAgeLongest{30 * 86'400};
inline constexpr seconds kGroupsRefreshAfter{60};
/// Where the record says nothing of the age: a day, or zero with a `groupsOnFailure` that does not keep.
[[nodiscard]] GroupsFreshness groups_freshness(const IdentityProvider& provider);

/// What a sign-in does about groups that Graph says.
enum class GroupsPlan {
  kWait,            // for Graph
  kUse,             // those of before
  kUseAndAskLater,  // those of before; Graph is asked afterwards
};
/// `synced_at`: the last whole synchronisation with the directory; absent: there is none.
[[nodiscard]] GroupsPlan plan_groups(const IdentityProvider& provider, const FederatedIdentity& link,
                                     std::optional<TimePoint> synced_at, TimePoint now);

}  // namespace cardea::broker
