// grant_type=client_credentials (RFC 6749 section 4.4; keycloak.md section 1.9): a token for the client's own service
// account. The hot path: everything from memory, one signature, no write.
#include "core/token/service_account.h"
#include "oidc/endpoint.h"
#include "oidc/token/grants/all_grants.h"

namespace cardea::oidc {
namespace {

OAuthError unauthorized(std::string description, std::string note) {
  return {OAuthCode::kUnauthorizedClient, std::move(description), 401, std::move(note)};
}

std::optional<OAuthError> refusal_of(const Client& client) {
  if (client.bearer_only)
    return unauthorized("Bearer-only client not allowed to retrieve service account", "bearer_only");
  if (client.public_client)
    return unauthorized("Public client not allowed to retrieve service account", "public_client");
  if (!client.service_accounts_enabled)
    return unauthorized("Client not enabled to retrieve service account", "service_accounts_off");
  return std::nullopt;
}

web::Outcome issue(const TokenRequest& request, const TokenPlan& plan, const TokenSubject& subject) {
  const std::map<std::string, std::string> notes = {{"client_id", request.client->client.client_id},
                                                    {"clientHost", request.http.remote_address},
                                                    {"clientAddress", request.http.remote_address}};
  const TokenContext context{.realm = *request.realm,
                             .client = *request.client,
                             .plan = plan,
                             .subject = subject,
                             .issuer = request.issuer,
                             .now = request.now,
                             .acr = "1",
                             .nonce = {},
                             .grant = "cc",
                             .notes = &notes};
  const auto tokens = issue_tokens(context, request.dependencies.random);
  if (!tokens) return refuse_issue(request, tokens.error());
  return token_answer(request, plan, *tokens, nullptr);
}

}  // namespace

web::Outcome client_credentials_grant(TokenRequestPtr request) {
  if (auto refusal = refusal_of(request->client->client)) return refuse_token(*request, std::move(*refusal));
  auto plan = requested_plan(*request);
  if (!plan) return refuse_token(*request, plan.error());
  if (const auto account = request->client->service_accounts->find(**plan)) return issue(*request, **plan, *account);
  const auto& dependencies = request->dependencies;
  return then_read(dependencies, [request, plan = std::move(*plan)]() -> web::Outcome {
    const auto& repositories = request->dependencies.repositories;
    const auto account = read_from(repositories.store, [&](Rows& rows) {
      return load_service_account(rows, repositories.subjects, request->dependencies.settings, *request->client, plan);
    });
    if (!account) return token_store_failed(*request, account.error());
    if (*account == nullptr)
      return refuse_token(*request,
                          {OAuthCode::kServerError, "Service account user is missing", 500, "service_account_missing"});
    return issue(*request, *plan, **account);
  });
}

}  // namespace cardea::oidc
