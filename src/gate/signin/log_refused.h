// The line of a request that the gate itself refuses: why, of whom, and the id that the answer's log line has.
#pragma once

#include <string_view>

#include "base/log.h"
#include "web/request.h"

namespace cardea::gate {

/// `reason` in snake_case; `application` by name. Never a token or a secret.
void log_refused(Log& log, const web::Request& request, std::string_view application, std::string_view reason,
                 std::string_view detail = {});

}  // namespace cardea::gate
