#include "endpoint/store_failure.h"

#include "core/store_failure.h"

namespace cardea::endpoint {

StoreFailure note_store_failure(Log& log, const web::Request& request, StoreError error) {
  log.write(level_of(error), "store_failed",
            {{"error", describe(error)}, {"path", request.path}, {"correlation_id", request.correlation_id}});
  return failure_of(error);
}

web::Response with_failure(web::Response response, StoreFailure failure) {
  response.status = failure.status;
  if (failure.may_pass) response.set("Retry-After", "1");
  return response;
}

}  // namespace cardea::endpoint
