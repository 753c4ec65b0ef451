// Keys of providers that publish them: read when a token needs them and they are not known, again when a token names a
// key that is not among them (at most every upstream::kKeysFloor), and from time to time. A provider that is away costs
// its own tokens only, and is asked again by itself (guides.md G1-16, G1-17, G3-09).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "gate/settings/gate_settings.h"
#include "upstream/memory.h"

namespace cardea::gate {

/// Why keys could not be had: a word for the log, empty when they could.
using KeysLoaded = std::function<web::Outcome(std::string problem)>;

/// Reads what `address` says, gives new keys to its provider, and goes on with `next`. `kid`: a key that is missed;
/// absent: any will do. The address outlives the Outcome.
[[nodiscard]] web::Outcome load_keys(const upstream::Reach& reach, const KeyAddress& address,
                                     std::optional<std::string> kid, KeysLoaded next);

/// Runs an Outcome to its end beside the requests. Steps run on the fetcher's thread: short ones only.
void drive(web::Outcome outcome, web::Fetcher& fetcher);

}  // namespace cardea::gate
