// Removing a realm with everything in it, in steps: first it is out of every list and without sign-in, and its name is
// free again; then its rows go a few at a time, since a write holds the writer for 50 ms at most.
#pragma once

#include <string_view>

#include "domain/repository/repositories.h"

namespace cardea {

/// Never "master". kConflict when there is none by that name. What a process that dies leaves behind is hidden and is
/// removed by the next start.
[[nodiscard]] Stored<void> remove_realm(const Repositories& repositories, std::string_view name);

}  // namespace cardea
