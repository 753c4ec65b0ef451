// Who is an administrator, for rules that ask for more before somebody becomes one (attack class 21): whoever reaches a
// role of the client that the realm is administered by, directly, by groups or through composites; in master also the
// roles over all realms.
#pragma once

#include "domain/realm.h"
#include "domain/repository/repositories.h"

namespace cardea {

[[nodiscard]] Stored<bool> has_admin_power(Rows& rows, const Repositories& repositories, const Realm& realm,
                                           const UserId& user);

}  // namespace cardea
