// All realms, one after another. A realm's documents take a tenth of a megabyte in memory, and there may be ten
// thousand: whoever asks something of all of them keeps what was asked for, and not the realms.
#pragma once

#include <functional>

#include "domain/repository/repositories.h"

namespace cardea {

/// Calls `look` with each realm, in some order, a few in memory at a time. Not where connections are served.
[[nodiscard]] Stored<void> each_realm(Rows& rows, const Repositories& repositories,
                                      const std::function<void(const Realm& realm)>& look);

}  // namespace cardea
