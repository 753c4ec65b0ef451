// What follows for a new client from what was said about it, as Keycloak does it (keycloak.md section 5.2).
#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "domain/representation/client_json.h"

namespace cardea {

/// Completes a client that was read from `given` for create: web origins from the redirect URIs, full scope unless
/// consent is required, a secret for confidential clients without one (with the attribute client.secret.creation.time),
/// none for public and bearer-only ones, post-logout redirects as the redirect URIs, and members that Keycloak serves
/// always.
void complete_new_client(ClientRepresentation& client, const json::object& given, TimePoint now, Random& random);

/// When a root URL was given and redirect URIs were not: redirect URIs "<root>/*" and the admin URL. Before
/// complete_new_client; for clients made through the admin API only, a file gets what it says.
void derive_from_root_url(Client& client, const json::object& given);

/// The username of a client's service account.
[[nodiscard]] std::string service_account_username(std::string_view client_id);

}  // namespace cardea
