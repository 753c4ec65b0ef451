// Tokens on the word of one of the realm's providers: what the JWT bearer grant (RFC 7523 section 2.1) and token
// exchange from outside (RFC 8693) have in common once the foreign token is at hand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oidc/token/token_request.h"

namespace cardea::oidc {

struct ForeignGrant {
  TokenRequestPtr request;
  std::shared_ptr<const TokenPlan> plan;
  std::string token;                   // the foreign one
  std::string_view grant;              // two letters of the jti
  std::vector<std::string> audiences;  // empty: as the client's settings give
  std::string_view issued_type;        // RFC 8693 section 2.2.1; empty: not said
  std::string named_issuer = {};       // whose the client says it is: alias or issuer; empty: not said
  OAuthCode refused = OAuthCode::kInvalidGrant;
};

/// May this client bring tokens of providers at all? Its settings say so (`oauth2.jwt.authorization.grant.enabled`),
/// and nobody must be asked first.
[[nodiscard]] std::optional<OAuthError> why_no_foreign_grant(const Client& client, OAuthCode refused);

/// Has the token checked (Dependencies::check_grant_jwt), finds whose link it is about, uses it up, and answers with
/// tokens that live no longer than it. A person's hang on a session of their own, which ends when the provider's logout
/// says so; never a refresh token.
[[nodiscard]] web::Outcome grant_on_foreign_word(ForeignGrant asked);

}  // namespace cardea::oidc
