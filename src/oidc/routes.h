// Every path of this module in one place: reading it shows what the provider answers (keycloak.md section 1.1).
#pragma once

#include "oidc/oidc.h"
#include "web/router.h"

namespace cardea::oidc {

/// Registers all endpoints. `dependencies` must outlive the router.
void add_routes(web::Router& router, const Dependencies& dependencies);

}  // namespace cardea::oidc
