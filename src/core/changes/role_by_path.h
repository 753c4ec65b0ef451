// The role that a setting names in one text, as mappers of identity providers do (keycloak.md section 5.7):
// "client.name" for a client's role, in which both parts may have dots, else a realm role's name. Whoever checks what
// such a setting gives and whoever gives it ask here, or one could be shown another role than the other hands out
// (attack class 21).
#pragma once

#include <optional>
#include <string_view>

#include "domain/repository/repositories.h"

namespace cardea {

/// The role of the client with the longest client id that has it; then the realm's. Absent: there is none.
[[nodiscard]] Stored<std::optional<Role>> find_role_by_path(Rows& rows, const Repositories& repositories,
                                                            const RealmId& realm, std::string_view path);

}  // namespace cardea
