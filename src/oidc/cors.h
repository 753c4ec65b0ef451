// Cross-origin rules (keycloak.md section 1.7). Origins come from the authenticated client's record or from a verified
// token, never from the request (attack class 34). The authorization endpoint has no CORS at all.
#pragma once

#include <string_view>
#include <vector>

#include "domain/client.h"
#include "web/outcome.h"

namespace cardea::oidc {

/// The answer to a preflight: nothing is known of the client yet, so the origin is echoed.
[[nodiscard]] web::Response preflight(const web::Request& request, std::string_view methods);
/// Adds the headers when the request's Origin is one of the client's.
void add_cors(web::Response& response, const web::Request& request, const Client& client, std::string_view server_base);
/// The same from the `allowed-origins` of a verified token.
void add_cors(web::Response& response, const web::Request& request, const std::vector<std::string>& allowed_origins);
/// Public documents: any origin may read.
void add_cors_for_all(web::Response& response, const web::Request& request);

}  // namespace cardea::oidc
