// What the cross-origin rules of all APIs share (Fetch standard, "CORS protocol"; keycloak.md section 1.7). Which
// origins are allowed is theirs to say: from the record of a proven client or from a verified token (attack class 34).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "web/request.h"
#include "web/response.h"

namespace cardea::web {

/// Headers that pages of other origins may send.
inline constexpr std::string_view kCorsHeaders =
    "Origin, Accept, X-Requested-With, Content-Type, Access-Control-Request-Method, Access-Control-Request-Headers, "
    "DPoP, Authorization";

/// The Origin header, when it is one visible word that may stand in a header of the answer. "null" is one.
[[nodiscard]] std::optional<std::string_view> read_origin(const Request& request);

/// True when `allowed` has the origin, or "*".
[[nodiscard]] bool is_origin_allowed(const std::vector<std::string>& allowed, std::string_view origin);

/// The answer to a preflight with credentials: nothing is known of the client yet, so the origin is echoed.
[[nodiscard]] Response cors_preflight(const Request& request, std::string_view methods);

/// Lets the request's origin read the answer, cookies or not, when it is among `allowed`.
void share_with_origin(Response& response, const Request& request, const std::vector<std::string>& allowed);

}  // namespace cardea::web
