// What a provider says of somebody beside the ID token: userinfo as JSON or as a signed JWT (OpenID Connect Core
// section 5.3.2), GitHub's addresses, and the access token where the record says that it is a JWT of the provider
// (`isAccessTokenJWT`; Keycloak's own are, kind `keycloak-oidc`). Internal to broker.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "broker/addresses.h"
#include "broker/endpoint.h"
#include "upstream/id_token.h"

namespace cardea::broker {

struct ProfileQuestion {
  const Dependencies& dependencies;
  ProviderPtr provider;
  Addresses addresses;
  std::string access_token;
  std::string correlation_id;
};
/// The error is a word for the log.
using ProfileNext = std::move_only_function<web::Outcome(Result<json::object, std::string>)>;
/// Asks at the userinfo address.
[[nodiscard]] web::Outcome ask_profile(ProfileQuestion question, ProfileNext next);

/// What the access token says, for mappers. Empty: it is none that is read. Refused: it must be one of the provider's
/// for this person, and is not. `id_token`: its claims, checked.
[[nodiscard]] Result<json::object, std::string> access_token_claims(const IdentityProvider& provider,
                                                                    const upstream::ProviderKeys& keys,
                                                                    const upstream::IdTokenPolicy& policy,
                                                                    const json::object& id_token);
/// Adds what is not there yet; of roles, which Keycloak has in its access tokens, that token's word counts.
void add_access_claims(json::object access, json::object& claims);

}  // namespace cardea::broker
