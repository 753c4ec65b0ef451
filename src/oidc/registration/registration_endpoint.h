// Dynamic client registration (OpenID Connect Dynamic Client Registration 1.0, RFC 7591, RFC 7592; keycloak.md section
// 1.15): /realms/{realm}/clients-registrations/openid-connect with client metadata, and .../default with Keycloak's own
// ClientRepresentation. Whoever registers has an initial access token, a role that may create clients, or is anonymous;
// the realm's policies judge. Whoever registered keeps a token for that client, which changes with every update.
#pragma once

#include "oidc/oidc.h"
#include "web/outcome.h"
#include "web/router.h"

namespace cardea::oidc {

void add_registration_routes(web::Router& router, const Dependencies& dependencies);

}  // namespace cardea::oidc
