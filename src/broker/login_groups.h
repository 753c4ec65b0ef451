// What a sign-in does about groups (docs/adr/0025): those of the token count at once; those that Graph says are the
// last known ones where they are young enough, and Graph is asked after the login; only who has none, or old ones,
// waits. How long a login takes does not depend on how many groups there are. Internal to broker.
#pragma once

#include <functional>
#include <optional>

#include "broker/account.h"

namespace cardea::broker {

/// Sets `arrival->groups` and `arrival->groups_later`, and calls `next`; or ends the login, where the record wants
/// that. `link`: the one by which they sign in; null: this is a first login. `synced_at`: as in plan_groups.
[[nodiscard]] web::Outcome with_login_groups(const ArrivalPtr& arrival, const FederatedIdentity* link,
                                             std::optional<TimePoint> synced_at,
                                             std::move_only_function<web::Outcome()> next);

/// Asks Graph for the groups of this person by the token of this sign-in, beside everything else, and writes what it
/// says. After the login has been written.
void refresh_groups_later(const Arrival& arrival, const UserId& user);

}  // namespace cardea::broker
