// GET P/certs: the public keys of a realm (RFC 7517 section 5; keycloak.md section 1.4).
#pragma once

#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

/// application/jwk-set+json when asked for, else application/json. To be kept for 30 days in production, as Keycloak
/// says and NetBird obeys, and not at all in development.
[[nodiscard]] web::Outcome certs_endpoint(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::oidc
