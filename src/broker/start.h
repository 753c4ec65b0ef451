// GET /realms/{realm}/broker/{alias}/login: the way out. Writes nothing to the database. Internal to broker.
#pragma once

#include "broker/addresses.h"
#include "broker/endpoint.h"
#include "broker/state.h"

namespace cardea::broker {

[[nodiscard]] web::Outcome start_upstream_login(const Dependencies& dependencies, const web::Request& request);

/// Calls `next(Addresses)` once all that a login needs is known, after a look into the provider's discovery document
/// where the record leaves something open; or with a word for the log.
using AddressesNext = std::move_only_function<web::Outcome(Result<Addresses, std::string>)>;
[[nodiscard]] web::Outcome with_addresses(const Dependencies& dependencies, const IdentityProvider& provider,
                                          AddressesNext next);

/// The redirect URI to register at the provider: Keycloak's, or authentik's where `callbackPath` is "source".
[[nodiscard]] std::string callback_url(const Dependencies& dependencies, const web::Request& request,
                                       const Realm& realm, const IdentityProvider& provider);
/// prompt=login, or max_age=0, which is the same (OpenID Connect Core section 3.1.2.1).
[[nodiscard]] bool wants_fresh_login(const AuthorizationRequest& asked);
/// S256 always, unless an administrator says no (entra.md 18.3). Who does not know the parameter passes it over (RFC
/// 6749 section 3.1).
[[nodiscard]] bool uses_pkce(const IdentityProvider& provider);
/// What the ID token must bring back. Empty: the record says that none is sent (`disableNonce`), since the provider
/// does not give it back; then the verifier alone ties the code to this browser.
[[nodiscard]] std::string nonce_for(const IdentityProvider& provider, const UpstreamState& state);
[[nodiscard]] bool comes_back_to_source(const IdentityProvider& provider);
/// What the person is told when with_addresses refuses with `reason`.
[[nodiscard]] std::string message_without_addresses(std::string_view reason);

}  // namespace cardea::broker
