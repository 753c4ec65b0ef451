// What the source says of a person's groups, written: memberships that came from this source are set anew, those known
// only here stay (guides.md G2.4). Each group of a source is found by its id there, never by its name, and lives below
// a group of the provider's own: a name chosen elsewhere never gives the rights of a group of ours. Nor is it ever
// called as another group of the realm: some clients know groups by their last name alone, and at Entra ID anybody may
// make a group and call it what they like. Internal to broker.
#pragma once

#include "broker/endpoint.h"
#include "broker/groups.h"

namespace cardea::broker {

/// Attributes that say whose a group is.
inline constexpr std::string_view kSourceAttribute = "upstream.provider";
inline constexpr std::string_view kSourceIdAttribute = "upstream.id";

/// Groups that one login makes, which is what a transaction has time for; the next login goes on. What a person is no
/// longer in goes at once.
inline constexpr std::size_t kGroupsMadeMax = 500;

[[nodiscard]] Stored<void> write_source_groups(Tx& tx, const Dependencies& dependencies, const Realm& realm,
                                               const IdentityProvider& provider, const UserId& user,
                                               const SourceGroups& groups);

}  // namespace cardea::broker
