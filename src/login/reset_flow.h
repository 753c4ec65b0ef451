// The realm's flow for people who forgot a credential (`resetCredentialsFlow`, keycloak.md section 3.7), judged by the
// executor like every other flow. Its first two steps are a name and a mail, in this order; what stands behind them
// says what is to be made anew. A flow with anything else in it, or without the mail, is not run: whoever says a name
// would have the account.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/settings.h"
#include "domain/user.h"

namespace cardea::login {

/// Does the realm let people ask for such a mail, and can its flow be run?
[[nodiscard]] bool can_reset(const RealmEntry& realm);

/// The required actions of somebody who followed the link in the mail; absent: the flow refuses this person, or leaves
/// nothing to do. `credentials`: the types they have. `roles`: theirs; null: not known, and a flow that asks for one
/// refuses.
[[nodiscard]] std::optional<std::vector<std::string>> actions_of_reset(const RealmEntry& realm, const User& user,
                                                                       std::set<std::string, std::less<>> credentials,
                                                                       const EffectiveRoles* roles);

}  // namespace cardea::login
