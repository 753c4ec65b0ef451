#include "oidc/token/token_endpoint.h"

#include "oidc/client_authentication.h"
#include "oidc/cors.h"
#include "oidc/endpoint.h"
#include "oidc/token/grants/all_grants.h"
#include "oidc/token/token_request.h"

namespace cardea::oidc {
namespace {

web::Response refused(const Dependencies& dependencies, const web::Request& request, const RealmEntry& realm,
                      std::string_view client_id, const OAuthError& error) {
  return error_response(error, request, realm.realm.name, client_id, dependencies.log);
}

/// The client is known and proven from here on.
web::Outcome run_grant(TokenRequestPtr request) {
  // Checked after client authentication, as Keycloak does (keycloak.md section 1.8).
  if (const auto twice = request->form.first_repeated({"audience", "resource"})) {
    return refuse_token(*request,
                        {OAuthCode::kInvalidRequest, "duplicated parameter", 0, "repeated:" + std::string(*twice)});
  }
  const auto grant_type = request->form.value("grant_type");
  if (!grant_type)
    return refuse_token(*request,
                        {OAuthCode::kInvalidRequest, "Missing form parameter: grant_type", 0, "no_grant_type"});
  const auto* grant = find_grant(*grant_type);
  if (grant == nullptr)
    return refuse_token(*request, {OAuthCode::kUnsupportedGrantType, "Unsupported grant_type", 0, "unknown_grant"});
  return grant->handle(std::move(request));
}

web::Outcome with_form(const Dependencies& dependencies, const web::Request& request,
                       std::shared_ptr<const RealmEntry> realm, web::Form form) {
  auto presented = read_presented_client(request, form);
  if (!presented) return refused(dependencies, request, *realm, "", presented.error());
  const std::string client_id = presented->client_id;
  return with_client_entry(
      dependencies, request, realm, client_id,
      [&dependencies, &request, realm, form = std::move(form),
       presented = std::move(*presented)](std::shared_ptr<const ClientEntry> client) mutable -> web::Outcome {
        if (const auto proven = authenticate_client(presented, client.get()); !proven) {
          auto response = refused(dependencies, request, *realm, presented.client_id, proven.error());
          if (client != nullptr) add_cors(response, request, client->client, dependencies.base_url.of(request));
          return response;
        }
        auto base = dependencies.base_url.of(request);
        auto issuer = dependencies.base_url.issuer(request, realm->realm.name);
        return run_grant(std::make_shared<const TokenRequest>(dependencies, request, std::move(realm),
                                                              std::move(client), std::move(form), std::move(issuer),
                                                              std::move(base), dependencies.clock.now()));
      });
}

}  // namespace

web::Outcome token_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_path_realm(
      dependencies, request, [&dependencies, &request](std::shared_ptr<const RealmEntry> realm) -> web::Outcome {
        if (request.content_type() != "application/x-www-form-urlencoded") {
          return refused(dependencies, request, *realm, "",
                         {OAuthCode::kInvalidRequest, "Missing form parameter: grant_type", 0, "not_a_form"});
        }
        auto form = web::Form::parse(request.body);
        if (!form)
          return refused(dependencies, request, *realm, "",
                         {OAuthCode::kInvalidRequest, "Malformed request body", 0, "bad_form"});
        return with_form(dependencies, request, std::move(realm), std::move(*form));
      });
}

}  // namespace cardea::oidc
