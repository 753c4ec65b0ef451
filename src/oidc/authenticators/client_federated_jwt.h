// federated-jwt: a client proves itself by a token of another provider that the realm knows (Keycloak's "Signed JWT -
// Federated"; guides.md G2.6). The record says whose (`jwt.credential.issuer`, an alias) and which:
// broker/foreign_jwt.h checks. As authentik takes it, the token may also stand in `client_secret`.
#pragma once

#include "oidc/authenticators/authenticator.h"

namespace cardea::oidc {

[[nodiscard]] web::Outcome prove_by_foreign_jwt(Unproven unproven);

}  // namespace cardea::oidc
