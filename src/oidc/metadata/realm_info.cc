#include "oidc/metadata/realm_info.h"

#include "base/json.h"
#include "oidc/cors.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {

web::Outcome realm_info_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_path_realm(
      dependencies, request, [&dependencies, &request](std::shared_ptr<const RealmEntry> realm) -> web::Outcome {
        const auto issuer = dependencies.base_url.issuer(request, realm->realm.name);
        std::string body;
        JsonWriter writer(body);
        writer.begin_object().member("realm", realm->realm.name);
        if (!realm->public_key_base64.empty()) writer.member("public_key", realm->public_key_base64);
        writer.member("token-service", issuer + "/protocol/openid-connect");
        writer.member("account-service", issuer + "/account");
        writer.member("tokens-not-before", realm->realm.not_before).end_object();
        auto response = web::json_response(200, std::move(body));
        response.set("Content-Type", "application/json;charset=UTF-8").set("Cache-Control", "no-cache");
        add_cors_for_all(response, request);
        return response;
      });
}

}  // namespace cardea::oidc
