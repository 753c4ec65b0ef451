// The texts of a console in one language: ours, and the realm's own over them (keycloak.md section 6.15).
#pragma once

#include "account/endpoint.h"

namespace cardea::account {

/// GET /resources/{realm}/{theme}/{locale}: a list of {key, value}, with `source=true` also where each comes from.
[[nodiscard]] web::Outcome show_texts(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::account
