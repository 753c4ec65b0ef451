#include "oidc/endpoint.h"

#include "endpoint/store_failure.h"
#include "oidc/error.h"
#include "web/error_page.h"

namespace cardea::oidc {
web::Lane sign_lane(const RealmEntry& realm) { return realm.signs_slowly ? web::Lane::kCpu : web::Lane::kInline; }

OAuthError store_failed_for_client(const Dependencies& dependencies, const web::Request& request, StoreError error) {
  const auto failure = endpoint::note_store_failure(dependencies.log, request, error);
  const bool may_pass = failure == endpoint::StoreFailure::kMayPass;
  return {may_pass ? OAuthCode::kTemporarilyUnavailable : OAuthCode::kServerError, "", 0, std::string(describe(error))};
}

web::Response store_failed(const Dependencies& dependencies, const web::Request& request, StoreError error) {
  const auto failure = endpoint::note_store_failure(dependencies.log, request, error);
  const bool may_pass = failure == endpoint::StoreFailure::kMayPass;
  const auto code = may_pass ? OAuthCode::kTemporarilyUnavailable : OAuthCode::kServerError;
  const auto* text = may_pass ? "The server is busy, try again" : "The server cannot read its data; see its log";
  return endpoint::with_retry(web::json_error(status_of(failure), wire_name(code), text), failure);
}

web::Response store_failed_on_page(const Dependencies& dependencies, const web::Request& request,
                                   const RealmEntry* realm, StoreError error) {
  const auto failure = endpoint::note_store_failure(dependencies.log, request, error);
  const auto* text = failure == endpoint::StoreFailure::kMayPass
                         ? "The server is busy. Wait a moment and try again."
                         : "The server cannot read its data. Tell your administrator.";
  return endpoint::with_retry(
      web::error_page(dependencies.pages, status_of(failure),
                      realm == nullptr ? web::PageFrame() : dependencies.frame(request, realm->realm), text, request),
      failure);
}

}  // namespace cardea::oidc
