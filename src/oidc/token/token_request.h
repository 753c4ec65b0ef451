// A token request after what every grant shares: realm found, client authenticated, no parameter twice.
#pragma once

#include <memory>
#include <string>

#include "core/token/issue_token.h"
#include "oidc/client_request.h"

namespace cardea::oidc {

using TokenRequest = ClientRequest;
using TokenRequestPtr = ClientRequestPtr;

/// One grant type: its name and its first step. Client authentication, repeated parameters, CORS and error output
/// belong to the endpoint; discovery lists what all_grants.h holds.
struct Grant {
  std::string_view grant_type;
  web::Outcome (*handle)(TokenRequestPtr request);
  bool gives_id_token =
      true;  // to whoever asks for one; then it must be possible to make it before anything is used up
};

/// The refusal of a grant, logged, in the endpoint's format and with CORS headers.
[[nodiscard]] web::Response refuse_token(const TokenRequest& request, OAuthError error, std::string_view user_id = {});
/// A store that failed: 503, or 500 where trying again cannot help.
[[nodiscard]] web::Response token_store_failed(const TokenRequest& request, StoreError error);
/// Makes the tokens of a grant, bound to what the request proved and for the resources it asks for (RFC 8707 section
/// 2.2). `context` as the grant fills it in, without either. The refusal is ready for refuse_token.
[[nodiscard]] Result<IssuedTokens, OAuthError> issue_for(const TokenRequest& request, TokenContext context);
/// The successful answer (RFC 6749 section 5.1; member order of keycloak.md section 1.8).
[[nodiscard]] web::Response token_answer(const TokenRequest& request, const TokenPlan& plan, const IssuedTokens& tokens,
                                         const UserSession* session,
                                         std::string_view issued_token_type = {},  // RFC 8693 section 2.2.1
                                         std::string_view token_type = {});        // instead of Bearer

/// The plan for the request's `scope` parameter, or the refusal invalid_scope.
[[nodiscard]] Result<std::shared_ptr<const TokenPlan>, OAuthError> requested_plan(const TokenRequest& request);

}  // namespace cardea::oidc
