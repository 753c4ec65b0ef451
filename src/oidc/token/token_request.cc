#include "oidc/token/token_request.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "oidc/authorize/resources.h"
#include "oidc/encryption.h"
#include "oidc/endpoint.h"

namespace cardea::oidc {

web::Response refuse_token(const TokenRequest& request, OAuthError error, std::string_view user_id) {
  request.dependencies.log.debug("token_refused", {{"grant", request.form.value_or("grant_type", "")},
                                                   {"error", wire_name(error.code)},
                                                   {"note", error.note},
                                                   {"realm", request.realm->realm.name},
                                                   {"client_id", request.client->client.client_id},
                                                   {"user_id", user_id},
                                                   {"ip", request.http.remote_address},
                                                   {"correlation_id", request.http.correlation_id}});
  return error_response(error, request.http, request.realm->realm.name, request.client->client.client_id,
                        request.dependencies.log);
}

web::Response token_store_failed(const TokenRequest& request, StoreError error) {
  return store_failed(request.dependencies, request.http, error);
}

namespace {

/// What issue_tokens refused, in Keycloak's words (keycloak.md section 1.9). `audiences`: those the request asked for.
OAuthError issue_error(IssueError error, const std::vector<std::string>& audiences) {
  const std::string note(describe(error));
  switch (error) {
    case IssueError::kUserDisabled:
      return {OAuthCode::kInvalidGrant, "User disabled", 0, note};
    case IssueError::kSessionExpired:
      return {OAuthCode::kInvalidGrant, "Session not active", 0, note};
    case IssueError::kClientDisabled:
      return {OAuthCode::kInvalidClient, "Invalid client or Invalid client credentials", 0, note};
    case IssueError::kRealmDisabled:
      return {OAuthCode::kAccessDenied, "Realm not enabled", 403, note};
    case IssueError::kAudienceMissing:
      return {OAuthCode::kInvalidRequest, "Requested audience not available: " + join(audiences, ", "), 0, note};
    case IssueError::kNoKey:
    case IssueError::kBadClaim:
      break;
  }
  return {OAuthCode::kServerError, "Token could not be made; see the server log", 500, note};
}

}  // namespace

Result<IssuedTokens, OAuthError> issue_for(const TokenRequest& request, TokenContext context) {
  context.key_thumbprint = request.binding.key_thumbprint;
  context.certificate_thumbprint = request.binding.certificate_thumbprint;
  context.binds_refresh = request.client->client.public_client;
  // What a client gets for itself; a person's tokens stand on the person's proof.
  if (request.proof_ends && context.grant == "cc") {
    context.with_refresh = false;
    context.latest_end = context.latest_end ? std::min(*context.latest_end, *request.proof_ends) : request.proof_ends;
  }
  auto resources = narrowed_resources(request.form, context.resources);
  if (!resources) return refuse(resources.error());
  // A client may name what its own settings make an audience of its tokens, and nothing else.
  const bool names_resources = context.only_audiences == nullptr && !resources->empty();
  if (names_resources) context.only_audiences = &*resources;
  std::string granted(context.resources);
  if (granted.empty()) granted = join(*resources, " ");
  context.resources = granted;
  auto tokens = issue_tokens(context, request.dependencies.random);
  if (tokens && !tokens->left_out.empty()) {
    request.dependencies.log.warning("token_claims_left_out", {{"claims", join(tokens->left_out, " ")},
                                                               {"reason", "value_of_another_type"},
                                                               {"realm", request.realm->realm.name},
                                                               {"client_id", request.client->client.client_id},
                                                               {"user_id", context.subject.subject.user.id.str()},
                                                               {"correlation_id", request.http.correlation_id}});
  }
  if (tokens && tokens->id_token.empty()) return std::move(*tokens);
  if (tokens) {
    auto id_token =
        encrypted_for(request.dependencies, request.client->client, Encrypted::kIdToken, std::move(tokens->id_token));
    if (!id_token) return refuse(OAuthError{OAuthCode::kServerError, "", 0, std::move(id_token.error())});
    tokens->id_token = std::move(*id_token);
    return std::move(*tokens);
  }
  if (names_resources && tokens.error() == IssueError::kAudienceMissing) {
    return refuse(OAuthError{OAuthCode::kInvalidTarget,
                             "The requested resource is invalid, missing, unknown, or malformed.", 0,
                             "resource_not_of_client"});
  }
  const bool names_audiences = context.only_audiences != nullptr;
  return refuse(issue_error(tokens.error(), names_audiences ? *context.only_audiences : std::vector<std::string>()));
}

namespace {

std::string_view bearer_word(const ClientEntry& client) { return client.rules.lower_case_bearer ? "bearer" : "Bearer"; }

}  // namespace

web::Response token_answer(const TokenRequest& request, const TokenPlan& plan, const IssuedTokens& tokens,
                           const UserSession* session, std::string_view issued_token_type,
                           std::string_view token_type) {
  std::string body;
  body.reserve(tokens.access_token.size() + tokens.id_token.size() + tokens.refresh_token.size() + 320);
  JsonWriter writer(body);
  // A JWT is base64url and dots (RFC 7515 section 7.1).
  writer.begin_object().key("access_token").plain_string(tokens.access_token);
  writer.member("expires_in", tokens.expires_in);
  writer.member("refresh_expires_in", tokens.refresh_expires_in);
  if (!tokens.refresh_token.empty()) writer.key("refresh_token").plain_string(tokens.refresh_token);
  if (token_type.empty()) {
    const bool bound = !request.binding.key_thumbprint.empty();
    token_type = bound ? std::string_view("DPoP") : bearer_word(*request.client);
  }
  writer.member("token_type", token_type);
  if (!tokens.id_token.empty()) writer.key("id_token").plain_string(tokens.id_token);
  writer.member("not-before-policy", tokens.not_before);
  if (session != nullptr) writer.member("session_state", session->id.str());
  if (tokens.organization_scope.empty()) {
    writer.member("scope", plan.token_scope);
  } else {
    writer.member("scope", plan.token_scope + " " + tokens.organization_scope);
  }
  if (!issued_token_type.empty()) writer.member("issued_token_type", issued_token_type);
  writer.end_object();
  if (!tokens.response_members.empty()) {
    body.pop_back();
    body.append(",").append(tokens.response_members).append("}");
  }
  const bool is_offline = session != nullptr && session->offline;
  const std::string_view refreshed_by = tokens.refresh_token.empty() ? "" : is_offline ? "Offline" : "Refresh";
  const std::string_view authenticator = request.client->client.authenticator_type;
  request.dependencies.log.debug(
      "token_issued",
      {{"grant", request.form.value_or("grant_type", "")},
       {"scope", plan.token_scope},
       {"client_auth_method", authenticator.empty() ? std::string_view("client-secret") : authenticator},
       {"refresh_token_id", tokens.refresh_id},
       {"refresh_token_type", refreshed_by},
       {"realm", request.realm->realm.name},
       {"client_id", request.client->client.client_id},
       {"user_id", session == nullptr ? std::string_view() : session->user.str()},
       {"session_id", session == nullptr ? std::string_view() : session->id.str()},
       {"ip", request.http.remote_address},
       {"correlation_id", request.http.correlation_id}});
  return web::no_store_json(200, std::move(body));
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
