// The groups that every new user joins stand in the realm by their paths, as Keycloak writes them: whoever renames,
// moves or removes a group says so here, or its place would be lost, and the next group of that path would inherit it.
#pragma once

#include <string_view>

#include "domain/repository/repositories.h"

namespace cardea {

/// The group of path `before`, with those below it, is at `after` from now on; empty: it is new, or gone. What was said
/// of `after` before goes, since nothing stood there. True when `realm` has changed.
[[nodiscard]] bool move_default_groups(Realm& realm, std::string_view before, std::string_view after);

/// The same, and the realm is stored.
[[nodiscard]] Stored<void> follow_default_groups(Tx& tx, const Repositories& repositories, Realm& realm,
                                                 std::string_view before, std::string_view after);

}  // namespace cardea
