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

/// A row that does not read will not read later either.
bool may_pass(StoreError error) { return error != StoreError::kCorrupt; }

void log_failure(const Dependencies& dependencies, const web::Request& request, StoreError error) {
  dependencies.log.write(
      level_of(error), "store_failed",
      {{"error", describe(error)}, {"path", request.path}, {"correlation_id", request.correlation_id}});
}

}  // namespace

web::Lane sign_lane(const RealmEntry& realm) { return realm.signs_slowly ? web::Lane::kCpu : web::Lane::kInline; }

OAuthError store_failed_for_client(const Dependencies& dependencies, const web::Request& request, StoreError error) {
  log_failure(dependencies, request, error);
  return {may_pass(error) ? OAuthCode::kTemporarilyUnavailable : OAuthCode::kServerError, "", 0,
          std::string(describe(error))};
}

web::Response store_failed(const Dependencies& dependencies, const web::Request& request, StoreError error) {
  log_failure(dependencies, request, error);
  if (!may_pass(error)) {
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
    // The path need not name the realm: it may be the one that has these paths without a name.
    log.info("realm_refused", {{"reason", reason},
                               {"realm", realm == nullptr ? std::string_view() : std::string_view(realm->realm.name)},
                               {"path", request.path},
                               {"ip", request.remote_address},
                               {"correlation_id", request.correlation_id}});
  }
  return refused;
}

}  // namespace cardea::oidc
