#include "oidc/endpoint.h"

#include "endpoint/store_failure.h"
#include "oidc/error.h"

namespace cardea::oidc {
web::Lane sign_lane(const RealmEntry& realm) { return realm.signs_slowly ? web::Lane::kCpu : web::Lane::kInline; }

OAuthError store_failed_for_client(const Dependencies& dependencies, const web::Request& request, StoreError error) {
  const auto failure = endpoint::note_store_failure(dependencies.log, request, error);
  return {failure.may_pass ? OAuthCode::kTemporarilyUnavailable : OAuthCode::kServerError, "", 0,
          std::string(describe(error))};
}

web::Response store_failed(const Dependencies& dependencies, const web::Request& request, StoreError error) {
  const auto failure = endpoint::note_store_failure(dependencies.log, request, error);
  const auto code = failure.may_pass ? OAuthCode::kTemporarilyUnavailable : OAuthCode::kServerError;
  const auto* text =
      failure.may_pass ? "The server is busy, try again" : "The server cannot read its data; see its log";
  return endpoint::with_failure(web::json_error(failure.status, wire_name(code), text), failure);
}

}  // namespace cardea::oidc
