// Making a user: what every new one gets, whoever makes it (keycloak.md sections 3.3 and 5.3).
#pragma once

#include "core/settings.h"
#include "domain/repository/repositories.h"

namespace cardea {

/// The required actions that the realm gives to every new user (`defaultAction`), in its order.
[[nodiscard]] std::vector<std::string> default_required_actions(const Realm& realm);

/// Stores the user with the realm's default role, and as a member of its default groups as far as they exist. kConflict
/// when the name or the address is taken.
[[nodiscard]] Stored<void> insert_new_user(Tx& tx, const Repositories& repositories, const Realm& realm,
                                           const User& user);

}  // namespace cardea
