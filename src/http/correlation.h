// The number that ties together all that one request leaves behind: log lines, error pages and 5xx answers.
#pragma once

#include <optional>
#include <string_view>

#include "base/random.h"
#include "web/request.h"

namespace cardea::http {

/// The trace-id of a valid `traceparent` (W3C Trace Context section 3.2): 32 lower-case hexadecimal digits.
[[nodiscard]] std::optional<std::string_view> trace_id(std::string_view traceparent);

/// Sets `request.correlation_id` to the trace-id the request brings, or else to 16 random bytes in the same spelling.
void set_correlation_id(web::Request& request, Random& random);

}  // namespace cardea::http
