#include "oidc/metadata/certs.h"

#include "base/text.h"
#include "oidc/cors.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {
namespace {

constexpr std::string_view kJwkSet = "application/jwk-set+json";

bool wants_jwk_set(const web::Request& request) {
  const auto accept = request.header("Accept");
  return accept && ascii_lower(*accept).find(kJwkSet) != std::string::npos;
}

}  // namespace

web::Outcome certs_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_path_realm(
      dependencies, request, [&dependencies, &request](std::shared_ptr<const RealmEntry> realm) -> web::Outcome {
        web::Response response;
        response.headers.reserve(6);
        response.add("Content-Type", wants_jwk_set(request) ? kJwkSet : "application/json");
        response.add("Cache-Control", dependencies.production ? "max-age=2592000" : "no-cache");
        const auto* bytes = &realm->jwks_json;
        response.body = std::shared_ptr<const std::string>(std::move(realm), bytes);  // lives as long as the entry
        add_cors_for_all(response, request);
        return response;
      });
}

}  // namespace cardea::oidc
