#include "account/endpoint.h"

#include "endpoint/store_failure.h"

namespace cardea::account {

web::Response store_failed(const Dependencies& dependencies, const web::Request& request, StoreError error) {
  const auto failure = endpoint::note_store_failure(dependencies.log, request, error);
  const bool may_pass = failure == endpoint::StoreFailure::kMayPass;
  auto response = may_pass ? web::json_error(503, "temporarily_unavailable", "The database does not answer. Try again.")
                           : web::json_error(500, "unknown_error", "For more on this error consult the server log.");
  return endpoint::with_retry(std::move(response), failure);
}

}  // namespace cardea::account
