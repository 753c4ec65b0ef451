// P/token (RFC 6749 section 3.2; keycloak.md section 1.8): form, realm, client authentication, repeated parameters,
// then the grant. What every grant shares happens here, so that no grant can forget it.
#pragma once

#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

[[nodiscard]] web::Outcome token_endpoint(const Dependencies& dependencies, const web::Request& request);

/// POST /application/o/token/, authentik's path (guides.md G2.6): the same for the one realm with attribute
/// `authentikPaths` = "true". A client that is not proven is told what authentik tells it: 400 invalid_client when it
/// is unknown, 400 invalid_grant otherwise.
[[nodiscard]] web::Outcome authentik_token_endpoint(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::oidc
