// A store that failed under a request, told once to the log and once to whoever asked. Each module says it in the
// format its clients read; what it is and whether to try again is decided here.
#pragma once

#include <string_view>

#include "base/log.h"
#include "domain/store_error.h"
#include "web/request.h"
#include "web/response.h"

namespace cardea::endpoint {

struct StoreFailure {
  int status = 503;      // 500 where trying again cannot help: a row that does not read will not read later either
  bool may_pass = true;  // then the answer carries Retry-After
};

[[nodiscard]] constexpr StoreFailure failure_of(StoreError error) {
  return error == StoreError::kCorrupt ? StoreFailure{500, false} : StoreFailure{};
}

/// Logs `store_failed` with the reason, as loud as core/store_failure.h says, and answers what to say.
StoreFailure note_store_failure(Log& log, const web::Request& request, StoreError error);

/// `response` with the status of the failure, and Retry-After where that helps.
[[nodiscard]] web::Response with_failure(web::Response response, StoreFailure failure);

}  // namespace cardea::endpoint
