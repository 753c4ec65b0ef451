// Building entries from rows: keys made ready to sign, documents made ready to serve. Used by settings.cc only.
#pragma once

#include <memory>
#include <vector>

#include "base/log.h"
#include "core/settings.h"

namespace cardea {

/// Makes the entry of a realm. A signing key that is in `previous`, null: nothing, is taken over with what it has
/// prepared: the first signature of an RSA key costs 0.4 ms more. All keys are read anew. One that does not read is
/// left out and logged.
[[nodiscard]] std::shared_ptr<const RealmEntry> make_realm_entry(Realm realm, std::vector<ClientScope> scopes,
                                                                 std::vector<RealmKey> keys,
                                                                 const SigningKeys* previous, Log& log);

[[nodiscard]] std::shared_ptr<const ClientEntry> make_client_entry(std::shared_ptr<const RealmEntry> realm,
                                                                   Client client);

}  // namespace cardea
