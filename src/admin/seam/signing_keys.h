// Keys for the algorithms that a realm or a client is set to: as in Keycloak a realm that has none gets one, so that
// the console may offer every algorithm. Without it the next token could not be signed, an administrator's own among
// them.
#pragma once

#include <span>
#include <string>

#include "admin/seam/call.h"

namespace cardea::admin {

/// Writes the keys that the realm of the call lacks. Those not made yet are named in `lacking_keys`: the transaction
/// goes on, for whatever else it lacks, and is taken back at its end.
[[nodiscard]] Or<void> require_signing_keys(Call& call, std::span<const std::string> algorithms);
[[nodiscard]] bool signs_with(const std::vector<RealmKey>& keys, std::string_view algorithm);

/// Makes what is named there. An RSA key takes up to 2 s: never in a transaction.
[[nodiscard]] Or<void> make_lacking_keys(Call& call);
[[nodiscard]] Or<RealmKey> make_fallback_key(Call& call, std::string_view algorithm);

/// Stores one of them in the transaction of the call; the log hears of it when that is committed.
[[nodiscard]] Or<void> store_made_key(Call& call, const RealmKey& key);
void log_stored_keys(const Call& call);

}  // namespace cardea::admin
