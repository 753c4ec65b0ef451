// GET /realms/{realm}/broker/{alias}/token: the provider's token answer as it came, and with a fresh access token where
// the kept one has ended and a refresh token came with it, for an application that the person
// let have it (keycloak.md section 1.17): a bearer token of this realm with client role `broker` `read-token`, and only
// where the provider stores tokens. Internal to broker.
#pragma once

#include "broker/endpoint.h"

namespace cardea::broker {

[[nodiscard]] web::Outcome give_stored_token(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::broker
