// P/logout (OpenID Connect RP-Initiated Logout 1.0; keycloak.md section 1.14): the browser comes to sign out, or a
// client gives back a refresh token, as adapters did before there was a standard for it.
#pragma once

#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

/// GET and POST P/logout. A POST with `refresh_token` is the old form: it ends the session and answers 204.
[[nodiscard]] web::Outcome logout_endpoint(const Dependencies& dependencies, const web::Request& request);

/// POST P/logout/logout-confirm: the person pressed "Log out". `session_code` must be the state checker of the identity
/// cookie, so that no other site can press for them (BR-2).
[[nodiscard]] web::Outcome logout_confirm_endpoint(const Dependencies& dependencies, const web::Request& request);

/// The old form alone (keycloak.md section 1.14, "Legacy").
[[nodiscard]] web::Outcome refresh_token_logout(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::oidc
