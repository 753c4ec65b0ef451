// The bearer token of a request (RFC 6750 section 2.1; standards.md GW-2).
#pragma once

#include <optional>
#include <string_view>

#include "web/request.h"

namespace cardea::gate {

/// Absent unless there is exactly one Authorization header, of scheme Bearer, with one token in it.
[[nodiscard]] std::optional<std::string_view> bearer_of(const web::Request& request);

/// There is an Authorization header, of whatever scheme.
[[nodiscard]] bool has_authorization(const web::Request& request);

}  // namespace cardea::gate
