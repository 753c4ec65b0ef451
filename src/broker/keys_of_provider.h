// The keys by which a provider's tokens are believed: those that it publishes, or the one that its record holds
// (core/pasted_key.h). Internal to broker.
#pragma once

#include <string>
#include <string_view>

#include "broker/addresses.h"
#include "broker/endpoint.h"
#include "upstream/provider_keys.h"

namespace cardea::broker {

using KeysNext = std::move_only_function<web::Outcome(const Result<upstream::SharedKeys, std::string>&)>;

/// Calls `next` with the keys for `token`, whose signature nobody has checked yet; or with a word for the log.
[[nodiscard]] web::Outcome with_keys_of(const Dependencies& dependencies, const IdentityProvider& provider,
                                        const Addresses& addresses, std::string_view token, KeysNext next);

/// Is it the record that is wrong? Then trying again later changes nothing.
[[nodiscard]] bool is_fault_of_record(std::string_view error);

}  // namespace cardea::broker
