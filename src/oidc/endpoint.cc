#include "oidc/endpoint.h"

#include "base/ip_address.h"
#include "core/store_failure.h"
#include "oidc/error.h"

namespace cardea::oidc {
namespace {

bool is_tls_missing(const web::Request& request, SslRequired required) {
  if (request.is_https() || required == SslRequired::kNone) return false;
  return required == SslRequired::kAll || !is_private_address(request.remote_address);
}

}  // namespace

web::Response store_failed(const Dependencies& dependencies, const web::Request& request, StoreError error) {
  const bool may_pass = error != StoreError::kCorrupt;  // a row that does not read will not read later either
  dependencies.log.write(
      level_of(error), "store_failed",
      {{"error", describe(error)}, {"path", request.path}, {"correlation_id", request.correlation_id}});
  if (!may_pass) {
    return web::json_error(500, wire_name(OAuthCode::kServerError), "The server cannot read its data; see its log");
  }
  auto response = web::json_error(503, wire_name(OAuthCode::kTemporarilyUnavailable), "The server is busy, try again");
  response.add("Retry-After", "1");
  return response;
}

std::optional<web::Response> refuse_realm(const web::Request& request, const RealmEntry* realm) {
  if (realm == nullptr) return web::json_error(404, "Realm does not exist");
  if (is_tls_missing(request, realm->realm.ssl_required)) {
    return web::json_error(403, wire_name(OAuthCode::kInvalidRequest), "HTTPS required");
  }
  if (!realm->realm.enabled) return web::json_error(403, wire_name(OAuthCode::kAccessDenied), "Realm not enabled");
  return std::nullopt;
}

std::optional<web::Response> refuse_realm_with_log(Log& log, const web::Request& request, const RealmEntry* realm) {
  auto refused = refuse_realm(request, realm);
  if (refused) {
    std::string_view reason = "realm_disabled";
    if (realm == nullptr) {
      reason = "realm_not_found";
    } else if (is_tls_missing(request, realm->realm.ssl_required)) {
      reason = "https_required";
    }
    log.info("realm_refused", {{"reason", reason},
                               {"realm", request.path_parameter("realm")},
                               {"path", request.path},
                               {"ip", request.remote_address},
                               {"correlation_id", request.correlation_id}});
  }
  return refused;
}

}  // namespace cardea::oidc
