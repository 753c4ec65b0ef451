// GET and POST P/userinfo (OpenID Connect Core 1.0 section 5.3; keycloak.md section 1.10).
#pragma once

#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

/// Claims about the person behind an access token with scope openid: JSON, or a signed JWT when the client registered
/// an algorithm for it. Refusals have no body; the reason stands in WWW-Authenticate (RFC 6750 section 3).
[[nodiscard]] web::Outcome userinfo_endpoint(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::oidc
