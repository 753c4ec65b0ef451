// What the source says of a person's groups, written: memberships that came from this source are set anew, those known
// only here stay (guides.md G2.4). Each group of a source is found by its id there, never by its name, and is made
// below a group of the provider's own: a name chosen elsewhere never gives the rights of a group of ours. Whose it is
// stands in two attributes (domain/group_source.h) that this file alone writes: the admin API takes none of them from
// anybody. Nor is it ever called as another group of the realm: some clients know groups by their last name alone, and
// at Entra ID anybody may make a group and call it what they like. Internal to broker.
#pragma once

#include "broker/account.h"
#include "domain/group_source.h"

namespace cardea::broker {

/// Groups that one login makes, which is what a transaction has time for; the next login goes on. What a person is no
/// longer in goes at once.
inline constexpr std::size_t kGroupsMadeMax = 500;

/// `arrival.groups` must be there. Its cost grows with what changed, not with how many groups the realm has.
[[nodiscard]] Stored<void> write_source_groups(Tx& tx, const Arrival& arrival, const UserId& user);

}  // namespace cardea::broker
