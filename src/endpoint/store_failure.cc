#include "endpoint/store_failure.h"

#include "core/store_failure.h"

namespace cardea::endpoint {

StoreFailure note_store_failure(Log& log, const web::Request& request, StoreError error) {
  log.write(level_of(error), "store_failed",
            {{"error", describe(error)}, {"path", request.path}, {"correlation_id", request.correlation_id}});
  return error == StoreError::kCorrupt ? StoreFailure::kStays : StoreFailure::kMayPass;
}

web::Response with_retry(web::Response response, StoreFailure failure) {
  if (failure == StoreFailure::kMayPass) response.set("Retry-After", "1");
  return response;
}

}  // namespace cardea::endpoint
