// The links of a person to identity providers, as representations carry them (`federatedIdentities`): what imports and
// the admin API take from there into rows of their own.
#pragma once

#include <vector>

#include "domain/federated_identity.h"
#include "domain/realm.h"
#include "domain/user.h"

namespace cardea {

inline constexpr std::size_t kLinksMax = 50;  // of one person

/// The links of `user.extra` to providers of this realm: at most kLinksMax, one to each provider, none without the id
/// there.
[[nodiscard]] std::vector<FederatedIdentity> federated_links(const User& user, const Realm& realm, TimePoint now);
/// The same, and takes them out of `user.extra`. What is no such link stays, so that a realm file loses nothing.
[[nodiscard]] std::vector<FederatedIdentity> take_federated_links(User& user, const Realm& realm, TimePoint now);

}  // namespace cardea
