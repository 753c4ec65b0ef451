// Who is an administrator, for rules that ask for more before somebody becomes one (attack class 21): whoever reaches a
// role of the client that the realm is administered by, directly, by groups or through composites; in master also the
// roles over all realms.
#pragma once

#include <span>
#include <vector>

#include "domain/realm.h"
#include "domain/repository/repositories.h"

namespace cardea {

/// What a person is given: their own roles, and those of their groups and of the groups above, up to kGroupDepthMax.
/// What composites reach from there is not among them (RoleRepo::reached).
[[nodiscard]] Stored<std::vector<RoleId>> assigned_roles(Rows& rows, const Repositories& repositories,
                                                         const RealmId& realm, const Subject& subject);
/// The same for many, in their order, with one statement.
[[nodiscard]] Stored<std::vector<std::vector<RoleId>>> assigned_roles(Rows& rows, const Repositories& repositories,
                                                                      const RealmId& realm,
                                                                      std::span<const Subject> subjects);
/// The same of a user; none: nobody has this id.
[[nodiscard]] Stored<std::vector<RoleId>> assigned_roles(Rows& rows, const Repositories& repositories,
                                                         const RealmId& realm, const UserId& user);

[[nodiscard]] Stored<bool> has_admin_power(Rows& rows, const Repositories& repositories, const Realm& realm,
                                           const UserId& user);
/// The same of whoever has these roles and groups.
[[nodiscard]] Stored<bool> has_admin_power(Rows& rows, const Repositories& repositories, const Realm& realm,
                                           const Subject& subject);

}  // namespace cardea
