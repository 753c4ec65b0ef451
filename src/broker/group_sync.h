// What the source says of a person's groups, written: memberships that came from this source are set anew, those known
// only here stay (guides.md G2.4). Each group of a source is found by its id there, never by its name, and lives below
// a group of the provider's own: a name chosen elsewhere never gives the rights of a group of ours. Internal to broker.
#pragma once

#include "broker/endpoint.h"
#include "broker/groups.h"

namespace cardea::broker {

/// Attributes that say whose a group is.
inline constexpr std::string_view kSourceAttribute = "upstream.provider";
inline constexpr std::string_view kSourceIdAttribute = "upstream.id";

[[nodiscard]] Stored<void> write_source_groups(Tx& tx, const Dependencies& dependencies, const Realm& realm,
                                               const IdentityProvider& provider, const UserId& user,
                                               const SourceGroups& groups);

}  // namespace cardea::broker
