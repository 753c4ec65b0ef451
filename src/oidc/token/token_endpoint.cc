#include "oidc/token/token_endpoint.h"

#include "oidc/client_request.h"
#include "oidc/encryption.h"
#include "oidc/token/grants/all_grants.h"
#include "oidc/token/token_request.h"

namespace cardea::oidc {
namespace {

/// Keycloak says so before it looks for the client: clients that poll for what a server can do compare the words.
std::optional<OAuthError> check_grant_type(const web::Form& form) {
  const auto grant_type = form.value("grant_type");
  if (!grant_type)
    return OAuthError{OAuthCode::kInvalidRequest, "Missing form parameter: grant_type", 0, "no_grant_type"};
  if (find_grant(*grant_type) == nullptr)
    return OAuthError{OAuthCode::kUnsupportedGrantType, "Unsupported grant_type", 0, "unknown_grant"};
  return std::nullopt;
}

constexpr ClientRequestRules kRules{.targets_may_repeat = true,
                                    .takes_proof = true,
                                    .needs_proof = true,
                                    .needs_form = "Missing form parameter: grant_type",
                                    .check_form = &check_grant_type};

web::Outcome run_grant(TokenRequestPtr request) {
  if (auto refusal = check_grant_type(request->form)) return refuse_token(*request, std::move(*refusal));
  const auto* grant = find_grant(request->form.value_or("grant_type", ""));
  const auto& asked = *request;
  return with_encryption_keys(
      asked.dependencies, *asked.client, [grant, request = std::move(request)]() mutable -> web::Outcome {
        const auto& client = request->client->client;
        if (!grant->gives_id_token || !request->client->rules.encrypts) return grant->handle(std::move(request));
        // Before a code or a refresh token is used up for an answer that cannot be made.
        if (auto reason = why_not_encrypted(request->dependencies, client, Encrypted::kIdToken)) {
          return refuse_token(*request, {OAuthCode::kServerError, "", 0, std::move(*reason)});
        }
        return grant->handle(std::move(request));
      });
}

OAuthError in_authentiks_words(OAuthError error) {
  if (error.status == 503 || error.code == OAuthCode::kInvalidRequest) return error;
  error.code = error.is_of_nobody ? OAuthCode::kInvalidClient : OAuthCode::kInvalidGrant;
  error.status = 400;
  error.challenge_basic = false;
  return error;
}

constexpr ClientRequestRules kAuthentikRules{.targets_may_repeat = true,
                                             .takes_proof = true,
                                             .needs_proof = true,
                                             .needs_form = "Missing form parameter: grant_type",
                                             .reword = &in_authentiks_words};

}  // namespace

web::Outcome authentik_token_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return dependencies.with_source_realm(request, [&dependencies, &request](const std::string& realm) -> web::Outcome {
    if (realm.empty()) return web::json_error(404, "Unable to find matching target resource method");
    return with_proven_client_of(dependencies, request, realm, kAuthentikRules, &run_grant);
  });
}

web::Outcome token_endpoint(const Dependencies& dependencies, const web::Request& request) {
  return with_proven_client(dependencies, request, kRules, &run_grant);
}

}  // namespace cardea::oidc
