#include "account/endpoint.h"

#include "core/store_failure.h"

namespace cardea::account {

web::Response store_failed(const Dependencies& dependencies, const web::Request& request, StoreError error) {
  dependencies.log.write(
      level_of(error), "account_failed",
      {{"reason", describe(error)}, {"path", request.path}, {"correlation_id", request.correlation_id}});
  if (error == StoreError::kCorrupt) {
    return web::json_error(500, "unknown_error", "For more on this error consult the server log.");
  }
  auto response = web::json_error(503, "temporarily_unavailable", "The database does not answer. Try again.");
  response.add("Retry-After", "1");
  return response;
}

}  // namespace cardea::account
