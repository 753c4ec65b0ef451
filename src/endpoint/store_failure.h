// A store that failed under a request, told once to the log and once to whoever asked. Each module says it in the
// format its clients read; what it is and whether to try again is decided here.
#pragma once

#include <string_view>

#include "base/log.h"
#include "domain/store_error.h"
#include "web/request.h"
#include "web/response.h"

namespace cardea::endpoint {

/// Whether it may be gone when the caller asks again. A row that does not read will not read later either.
enum class StoreFailure { kMayPass, kStays };

/// 503, or 500 for what stays.
[[nodiscard]] constexpr int status_of(StoreFailure failure) { return failure == StoreFailure::kMayPass ? 503 : 500; }

/// Logs `store_failed` with the reason, as loud as core/store_failure.h says.
StoreFailure note_store_failure(Log& log, const web::Request& request, StoreError error);

/// Adds Retry-After where asking again may help.
[[nodiscard]] web::Response with_retry(web::Response response, StoreFailure failure);

}  // namespace cardea::endpoint
