// The page that starts the account console (keycloak.md section 6.15).
#pragma once

#include "account/endpoint.h"

namespace cardea::account {

/// The page, whatever path below /realms/{realm}/account was asked for: the console reads the path itself.
[[nodiscard]] web::Outcome show_console(const Dependencies& dependencies, const web::Request& request, RealmPtr realm);

}  // namespace cardea::account
