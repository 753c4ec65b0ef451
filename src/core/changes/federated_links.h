// The links of a person to identity providers, as representations carry them (`federatedIdentities`): what imports and
// the admin API take from there into rows of their own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/federated_identity.h"
#include "domain/identity_provider.h"
#include "domain/realm.h"
#include "domain/user.h"

namespace cardea {

inline constexpr std::size_t kLinksMax = 50;  // of one person
inline constexpr std::size_t kUpstreamIdBytesMax = 1024;

/// The one tenant of Entra ID that a provider signs people in from, in lower case: `tenantId`, else the GUID that both
/// its authorizationUrl and its tokenUrl begin their paths with. Empty: it may be several, or nobody says.
[[nodiscard]] std::string home_tenant(const IdentityProvider& provider);

/// One link, as the broker will look for it at the next sign-in. At Entra ID (kinds `entra` and `microsoft`) its id is
/// `tenant/object` in lower case; Keycloak's is the object alone, of the provider's home tenant. Too
/// long names are cut. Absent: no provider of this realm, no id, one beyond kUpstreamIdBytesMax or with a NUL, or an
/// object of a tenant that nobody names.
[[nodiscard]] std::optional<FederatedIdentity> link_of(const json::object& object, const User& user, const Realm& realm,
                                                       TimePoint now);

/// The links of `user.extra` to providers of this realm: at most kLinksMax, one to each provider, none without the id
/// there.
[[nodiscard]] std::vector<FederatedIdentity> federated_links(const User& user, const Realm& realm, TimePoint now);
/// The same, and takes them out of `user.extra`. What is no such link stays, so that a realm file loses nothing.
[[nodiscard]] std::vector<FederatedIdentity> take_federated_links(User& user, const Realm& realm, TimePoint now);

}  // namespace cardea
