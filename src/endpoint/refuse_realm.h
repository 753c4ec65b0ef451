// Whether a realm may be used by a request: the same refusals at every endpoint (keycloak.md sections 1.1 and 1.3).
#pragma once

#include <optional>

#include "base/log.h"
#include "core/settings.h"
#include "web/request.h"
#include "web/response.h"

namespace cardea::endpoint {

/// Checks that the realm exists (404 {"error":"Realm does not exist"}), may be used without TLS from where the request
/// comes (403 invalid_request "HTTPS required", `sslRequired`) and is enabled (403 access_denied "Realm not enabled").
/// Logs `realm_refused` with the reason.
[[nodiscard]] std::optional<web::Response> refuse_realm(Log& log, const web::Request& request, const RealmEntry* realm);

}  // namespace cardea::endpoint
