// Where clients may be sent under client policies: the executors secure-client-uris and secure-redirect-uris-enforcer.
// Both check a client that is written, and take from one that is run the redirect URIs that do not fit. Addresses
// behind this server's own (a redirect URI that begins with '/', and no root URL but it) are left alone: a policy for
// any client must not lock administrators out of the console. Pure.
#pragma once

#include "base/json.h"
#include "domain/client.h"

namespace cardea {

/// https alone, and no pattern: root, base and admin URL, redirect URIs, web origins, and the addresses among the
/// attributes.
[[nodiscard]] bool has_secure_uris(const Client& client);
void keep_secure_redirects(Client& client);

/// https without a pattern; what else is allowed says `settings` (Keycloak's names): loopback addresses, an app's own
/// scheme in reverse-domain form, plain http, a path that ends in '*', and hosts by patterns that alone are allowed.
/// "allow-open-redirect" is not heeded: nothing here allows every address.
[[nodiscard]] bool has_allowed_redirects(const json::object& settings, const Client& client);
void keep_allowed_redirects(const json::object& settings, Client& client);

}  // namespace cardea
