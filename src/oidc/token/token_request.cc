#include "oidc/token/token_request.h"

#include "base/json.h"
#include "oidc/cors.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {

web::Response refuse_token(const TokenRequest& request, OAuthError error) {
  auto response = error_response(error, request.http, request.realm->realm.name, request.client->client.client_id,
                                 request.dependencies.log);
  add_cors(response, request.http, request.client->client, request.server_base);
  return response;
}

web::Response token_store_failed(const TokenRequest& request, StoreError error) {
  auto response = store_failed(request.dependencies, request.http, error);
  add_cors(response, request.http, request.client->client, request.server_base);
  return response;
}

web::Response refuse_issue(const TokenRequest& request, IssueError error) {
  const std::string note(describe(error));
  switch (error) {
    case IssueError::kUserDisabled:
      return refuse_token(request, {OAuthCode::kInvalidGrant, "User disabled", 0, note});
    case IssueError::kSessionExpired:
      return refuse_token(request, {OAuthCode::kInvalidGrant, "Session not active", 0, note});
    case IssueError::kClientDisabled:
      return refuse_token(request,
                          {OAuthCode::kInvalidClient, "Invalid client or Invalid client credentials", 0, note});
    case IssueError::kRealmDisabled:
      return refuse_token(request, {OAuthCode::kAccessDenied, "Realm not enabled", 403, note});
    case IssueError::kAudienceMissing:  // the grant that asks for audiences says which
      return refuse_token(request, {OAuthCode::kInvalidRequest, "Requested audience not available", 0, note});
    case IssueError::kNoKey:
    case IssueError::kBadClaim:
      break;
  }
  return refuse_token(request, {OAuthCode::kServerError, "Token could not be made; see the server log", 500, note});
}

namespace {

std::string_view bearer_word(const Client& client) {
  return client.attribute_is_true("token.response.type.bearer.lower-case") ? "bearer" : "Bearer";
}

}  // namespace

web::Response token_answer(const TokenRequest& request, const TokenPlan& plan, const IssuedTokens& tokens,
                           const UserSession* session, std::string_view issued_token_type,
                           std::string_view token_type) {
  std::string body;
  body.reserve(tokens.access_token.size() + tokens.id_token.size() + tokens.refresh_token.size() + 320);
  JsonWriter writer(body);
  writer.begin_object().member("access_token", tokens.access_token).member("expires_in", tokens.expires_in);
  writer.member("refresh_expires_in", tokens.refresh_expires_in);
  if (!tokens.refresh_token.empty()) writer.member("refresh_token", tokens.refresh_token);
  if (token_type.empty()) token_type = bearer_word(request.client->client);
  writer.member("token_type", token_type);
  if (!tokens.id_token.empty()) writer.member("id_token", tokens.id_token);
  writer.member("not-before-policy", request.realm->realm.not_before);
  if (session != nullptr) writer.member("session_state", session->id.str());
  writer.member("scope", plan.token_scope);
  if (!issued_token_type.empty()) writer.member("issued_token_type", issued_token_type);
  writer.end_object();
  if (!tokens.response_members.empty()) {
    body.pop_back();
    body.append(",").append(tokens.response_members).append("}");
  }
  auto response = web::no_store_json(200, std::move(body));
  add_cors(response, request.http, request.client->client, request.server_base);
  return response;
}

Result<std::shared_ptr<const TokenPlan>, OAuthError> requested_plan(const TokenRequest& request) {
  const auto scope = request.form.value_or("scope", "");
  auto plan = plan_for(*request.client, scope);
  if (!plan)
    return refuse(
        OAuthError{OAuthCode::kInvalidScope, "Invalid scopes: " + std::string(scope), 0, "scope_not_allowed"});
  return std::move(*plan);
}

}  // namespace cardea::oidc
