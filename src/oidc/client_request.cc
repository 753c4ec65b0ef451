#include "oidc/client_request.h"

#include "oidc/cors.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {
namespace {

/// One request on its way to being proven.
struct Unproven {
  const Dependencies& dependencies;
  const web::Request& http;
  ClientRequestRules rules;
  std::function<web::Outcome(ClientRequestPtr)> next;
  std::shared_ptr<const RealmEntry> realm;
  web::Form form;
  PresentedClient presented;
};
using UnprovenPtr = std::shared_ptr<Unproven>;

web::Response refused(const Unproven& request, const ClientEntry* client, const OAuthError& error) {
  const auto& rules = request.rules;
  auto response = error_response(rules.reword == nullptr ? error : rules.reword(error), request.http,
                                 request.realm->realm.name, request.presented.client_id, request.dependencies.log);
  if (client != nullptr && rules.cors) {
    add_cors(response, request.http, client->client, request.dependencies.base_url.of(request.http));
  }
  return response;
}

web::Outcome prove(const UnprovenPtr& request, std::shared_ptr<const ClientEntry> client) {
  const auto proven = authenticate_client(request->presented, client.get(), request->rules.bearer_only);
  if (!proven) return refused(*request, client.get(), proven.error());
  const auto& dependencies = request->dependencies;
  auto issuer = dependencies.base_url.issuer(request->http, request->realm->realm.name);
  auto made =
      std::make_shared<const ClientRequest>(dependencies, request->http, request->realm, std::move(client),
                                            std::move(request->form), std::move(issuer), dependencies.clock.now());
  if (const auto name = made->form.first_repeated()) {
    return refuse_client(*made, request->rules,
                         {.code = OAuthCode::kInvalidRequest,
                          .description = "duplicated parameter",
                          .note = "repeated:" + std::string(*name)});
  }
  return request->next(std::move(made));
}

web::Outcome read_client(const UnprovenPtr& request) {
  if (request->http.content_type() == "application/x-www-form-urlencoded") {
    auto form = web::Form::parse(request->http.body);
    if (!form) {
      return refused(*request, nullptr,
                     {.code = OAuthCode::kInvalidRequest, .description = "Malformed request body", .note = "bad_form"});
    }
    request->form = std::move(*form);
  }
  auto presented = read_presented_client(request->http, request->form);
  if (!presented) return refused(*request, nullptr, presented.error());
  request->presented = std::move(*presented);
  return with_client_entry(
      request->dependencies, request->http, request->realm, request->presented.client_id,
      [request](std::shared_ptr<const ClientEntry> client) { return prove(request, std::move(client)); });
}

}  // namespace

web::Response refuse_client(const ClientRequest& request, const ClientRequestRules& rules, const OAuthError& error) {
  auto response = error_response(error, request.http, request.realm->realm.name, request.client->client.client_id,
                                 request.dependencies.log);
  if (rules.cors) {
    add_cors(response, request.http, request.client->client, request.dependencies.base_url.of(request.http));
  }
  return response;
}

web::Outcome with_proven_client(const Dependencies& dependencies, const web::Request& request,
                                const ClientRequestRules& rules, std::function<web::Outcome(ClientRequestPtr)> next) {
  return with_path_realm(
      dependencies, request,
      [&dependencies, &request, rules,
       next = std::move(next)](std::shared_ptr<const RealmEntry> realm) mutable -> web::Outcome {
        return read_client(std::make_shared<Unproven>(dependencies, request, rules, std::move(next), std::move(realm),
                                                      web::Form{}, PresentedClient{}));
      });
}

}  // namespace cardea::oidc
