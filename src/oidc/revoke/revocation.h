// POST P/revoke (RFC 7009; keycloak.md section 1.11): a client gives a token back. An access token goes on the list of
// revoked ones until it expires; a refresh token ends the client's share of the session, and with it every token of the
// grant.
#pragma once

#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

[[nodiscard]] web::Outcome revocation_endpoint(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::oidc
