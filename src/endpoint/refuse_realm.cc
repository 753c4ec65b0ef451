#include "endpoint/refuse_realm.h"

#include <string_view>

#include "base/ip_address.h"

namespace cardea::endpoint {
namespace {

struct RealmRefusal {
  std::string_view reason;  // for the log
  web::Response response;
};

bool is_tls_missing(const web::Request& request, SslRequired required) {
  if (request.is_https() || required == SslRequired::kNone) return false;
  return required == SslRequired::kAll || !is_private_address(request.remote_address);
}

std::optional<RealmRefusal> why_not(const web::Request& request, const RealmEntry* realm) {
  if (realm == nullptr) return RealmRefusal{"realm_not_found", web::json_error(404, "Realm does not exist")};
  if (is_tls_missing(request, realm->realm.ssl_required)) {
    return RealmRefusal{"https_required", web::json_error(403, "invalid_request", "HTTPS required")};
  }
  if (!realm->realm.enabled) {
    return RealmRefusal{"realm_disabled", web::json_error(403, "access_denied", "Realm not enabled")};
  }
  return std::nullopt;
}

}  // namespace

std::optional<web::Response> refuse_realm(Log& log, const web::Request& request, const RealmEntry* realm) {
  auto refusal = why_not(request, realm);
  if (!refusal) return std::nullopt;
  // The path need not name the realm: it may be the one that has these paths without a name.
  log.info("realm_refused", {{"reason", refusal->reason},
                             {"realm", realm == nullptr ? std::string_view() : std::string_view(realm->realm.name)},
                             {"path", request.path},
                             {"ip", request.remote_address},
                             {"correlation_id", request.correlation_id}});
  return std::move(refusal->response);
}

}  // namespace cardea::endpoint
