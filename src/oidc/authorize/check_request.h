// From the parameters of an authorization request to a checked AuthorizationRequest: a pure function of the form, the
// realm and the client. The order of checks is the security property (standards.md section 2.1): nothing is ever sent
// to a redirect URI before it was found among the client's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/settings.h"
#include "domain/authorization.h"
#include "oidc/authorize/answer.h"
#include "web/form.h"

namespace cardea::oidc {

/// Shown on our own page, never redirected. Texts: keycloak.md section 1.5.
struct PageRefusal {
  int status = 400;
  std::string message;
  std::string note;
};
/// Sent to the client: the redirect URI was proven.
struct RedirectRefusal {
  AnswerTarget target;
  OAuthError error;
};
using AuthorizeRefusal = std::variant<PageRefusal, RedirectRefusal>;

/// `client` is null when unknown. `server_base`: our base URL, for relative redirect patterns. `production`: as in
/// `is_redirect_allowed`.
[[nodiscard]] Result<AuthorizationRequest, AuthorizeRefusal> check_authorization_request(const web::Form& form,
                                                                                         const ClientEntry* client,
                                                                                         std::string_view server_base,
                                                                                         bool production = true);

/// The same client, looked at again when an answer is made or the request goes on: what was checked when it came must
/// still hold, all of it, for the client may have been changed while the person typed. The reason for the log; absent:
/// it holds. A device's request (RFC 8628) needs the grant alone: it ends on our own page.
[[nodiscard]] std::optional<std::string> why_client_may_not(const ClientEntry* client,
                                                            const AuthorizationRequest& request,
                                                            std::string_view server_base, bool production = true);

/// What the client is set up for, and what its policy leaves of that: flows, response types, tokens bound to a sender.
[[nodiscard]] Result<void, OAuthError> check_allowed(const Client& client, const AuthorizationRequest& request);

/// response_type and response_mode, what the client may ask for of them, and the nonce that ID tokens in the answer
/// need (OAuth 2.0 Multiple Response Types; OpenID Connect Core sections 3.2.2.1 and 3.3.2.1; JARM section 2.3).
[[nodiscard]] Result<void, OAuthError> check_response(const web::Form& form, const Client& client,
                                                      AuthorizationRequest& request);

/// A code_challenge and its method (RFC 7636 section 4.2, 4.3; attack class 16), by the client's policy and attribute
/// `pkce.code.challenge.method`.
[[nodiscard]] Result<void, OAuthError> check_code_challenge(const web::Form& form, const Client& client,
                                                            AuthorizationRequest& request);

}  // namespace cardea::oidc
