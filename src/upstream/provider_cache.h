// What an administrator does with the keys that are kept of other providers (upstream/memory.h).
#pragma once

#include <memory>

#include "upstream/memory.h"

namespace cardea::upstream {

/// Takes keys that were fetched from `url`.
void keep_keys(const Reach& reach, const web::OutboundUrl& url, std::shared_ptr<const ProviderKeys> keys);
/// The next use of `url` fetches its keys.
void forget_keys(const Reach& reach, const web::OutboundUrl& url);

}  // namespace cardea::upstream
