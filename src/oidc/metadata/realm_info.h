// GET /realms/{realm}: the realm in short, as old adapters and health checks ask for it (keycloak.md section 1.3).
#pragma once

#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

[[nodiscard]] web::Outcome realm_info_endpoint(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::oidc
