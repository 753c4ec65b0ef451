// The device authorization grant's endpoints (RFC 8628; keycloak.md section 1.12): a client without a browser asks for
// codes, a person types one of them into a browser elsewhere, signs in, and says yes or no. The client polls meanwhile
// (token/grants/device_code.cc).
#pragma once

#include "base/attempt_limit.h"
#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

/// Kept for as long as the routes.
struct DeviceLimits {
  AttemptLimit guesses{10, seconds{60}};  // wrong user codes by address (RFC 8628 section 5.1)
  AttemptLimit starts{120, seconds{60}};  // device authorization requests by address
};

/// True when the client may use the grant.
[[nodiscard]] bool is_device_grant_enabled(const Client& client);

/// How long its codes live: the client's own attribute or the realm's, a day at most.
[[nodiscard]] seconds device_code_life(const Realm& realm, const Client& client);

/// POST P/auth/device: section 3.1.
[[nodiscard]] web::Outcome device_authorization_endpoint(const Dependencies& dependencies, DeviceLimits& limits,
                                                         const web::Request& request);
/// GET and POST /realms/{realm}/device: the page for the user code; with one, sign-in and then the question.
[[nodiscard]] web::Outcome device_page_endpoint(const Dependencies& dependencies, DeviceLimits& limits,
                                                const web::Request& request);
/// POST /realms/{realm}/device/confirm: the answer to it.
[[nodiscard]] web::Outcome device_confirm_endpoint(const Dependencies& dependencies, DeviceLimits& limits,
                                                   const web::Request& request);
/// GET /realms/{realm}/device/status: how it ended.
[[nodiscard]] web::Outcome device_status_endpoint(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::oidc
