// P/token (RFC 6749 section 3.2; keycloak.md section 1.8): form, realm, client authentication, repeated parameters,
// then the grant. What every grant shares happens here, so that no grant can forget it.
#pragma once

#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

[[nodiscard]] web::Outcome token_endpoint(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::oidc
