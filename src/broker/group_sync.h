// What the source says of a person's groups, written: memberships that came from this source are set anew, those known
// only here stay (guides.md G2.4). Which groups of ours those are: core/changes/source_groups.h. Internal to broker.
#pragma once

#include "broker/account.h"

namespace cardea::broker {

/// `arrival.groups` must be there. Its cost grows with what changed, not with how many groups the realm has.
[[nodiscard]] Stored<void> write_source_groups(Tx& tx, const Arrival& arrival, const UserId& user);

}  // namespace cardea::broker
