#include "oidc/client_request.h"

#include "oidc/authenticators/all_authenticators.h"
#include "oidc/cors.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {
namespace {

web::Response refused(const ClientRequest& request, const ClientRequestRules& rules, std::string_view client_id,
                      const OAuthError& error) {
  auto response = error_response(error, request.http, request.realm->realm.name, client_id, request.dependencies.log);
  if (request.client != nullptr && rules.cors) {
    add_cors(response, request.http, request.client->client, request.server_base);
  }
  return response;
}

/// The way the client is set up for; null: the secret, which also answers for clients that are not there.
const Authenticator* authenticator_for(const ClientEntry* entry) {
  if (entry == nullptr) return nullptr;
  const auto& client = entry->client;
  const bool is_to_prove =
      client.enabled && client.protocol == "openid-connect" && (!client.public_client || client.bearer_only);
  return is_to_prove ? find_authenticator(client.authenticator_type) : nullptr;
}

web::Outcome prove(Unproven unproven) {
  const auto* client = unproven.request->client.get();
  if (const auto* authenticator = authenticator_for(client)) return authenticator->prove(std::move(unproven));
  const auto proven = authenticate_client(unproven.presented, client, unproven.rules.bearer_only);
  if (!proven) return refuse_proof(unproven, proven.error());
  return accept_client(std::move(unproven));
}

Result<void, OAuthError> read_form(ClientRequest& request, const ClientRequestRules& rules) {
  if (request.http.content_type() != "application/x-www-form-urlencoded") {
    if (rules.needs_form.empty()) return {};
    return refuse(OAuthError{
        .code = OAuthCode::kInvalidRequest, .description = std::string(rules.needs_form), .note = "not_a_form"});
  }
  auto form = web::Form::parse(request.http.body);
  if (!form) {
    return refuse(
        OAuthError{.code = OAuthCode::kInvalidRequest, .description = "Malformed request body", .note = "bad_form"});
  }
  request.form = std::move(*form);
  return {};
}

web::Outcome read_client(Unproven unproven) {
  auto& request = *unproven.request;
  if (const auto read = read_form(request, unproven.rules); !read) return refuse_proof(unproven, read.error());
  auto presented = read_presented_client(request.http, request.form);
  if (!presented) return refuse_proof(unproven, presented.error());
  const std::string client_id = presented->client_id;
  unproven.presented = std::move(*presented);
  return with_client_entry(
      request.dependencies, request.http, request.realm, client_id,
      [unproven = std::move(unproven)](std::shared_ptr<const ClientEntry> client) mutable -> web::Outcome {
        unproven.request->client = std::move(client);
        return prove(std::move(unproven));
      });
}

std::shared_ptr<ClientRequest> begin(const Dependencies& dependencies, const web::Request& http,
                                     std::shared_ptr<const RealmEntry> realm) {
  auto issuer = dependencies.base_url.issuer(http, realm->realm.name);
  return std::make_shared<ClientRequest>(dependencies, http, std::move(realm), nullptr, web::Form{}, std::move(issuer),
                                         dependencies.base_url.of(http), dependencies.clock.now());
}

}  // namespace

web::Response refuse_proof(const Unproven& unproven, const OAuthError& error) {
  const auto& rules = unproven.rules;
  return refused(*unproven.request, rules, unproven.presented.client_id,
                 rules.reword == nullptr ? error : rules.reword(error));
}

web::Outcome accept_client(Unproven unproven) {
  const auto& form = unproven.request->form;
  const auto twice =
      unproven.rules.targets_may_repeat ? form.first_repeated({"audience", "resource"}) : form.first_repeated();
  if (twice) {
    return refuse_client(*unproven.request, unproven.rules,
                         {.code = OAuthCode::kInvalidRequest,
                          .description = "duplicated parameter",
                          .note = "repeated:" + std::string(*twice)});
  }
  return unproven.next(std::move(unproven.request));
}

web::Response refuse_client(const ClientRequest& request, const ClientRequestRules& rules, const OAuthError& error) {
  return refused(request, rules, request.client->client.client_id, error);
}

web::Outcome with_proven_client(const Dependencies& dependencies, const web::Request& request,
                                const ClientRequestRules& rules, ProvenStep next) {
  return with_path_realm(
      dependencies, request,
      [&dependencies, &request, rules,
       next = std::move(next)](std::shared_ptr<const RealmEntry> realm) mutable -> web::Outcome {
        return read_client({begin(dependencies, request, std::move(realm)), PresentedClient{}, rules, std::move(next)});
      });
}

}  // namespace cardea::oidc
