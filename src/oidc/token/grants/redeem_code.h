// The decision of the authorization_code grant: is this code, taken from the store, good for this request? A pure
// function, in Keycloak's order of checks (keycloak.md section 1.9) and with RFC 7636 section 4.6.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/repository/session_repos.h"
#include "oidc/error.h"

namespace cardea::oidc {

struct CodeRedemption {
  std::string_view client_id;                     // internal id of the authenticated client
  std::optional<std::string_view> redirect_uri;   // as sent
  std::optional<std::string_view> code_verifier;  // as sent
  std::string_view key_thumbprint{};              // of the DPoP proof; empty: none came
  bool needs_redirect_uri = true;                 // OAuth 2.1 section 10.2: PKCE has taken its place
};

struct CodeRefusal {
  OAuthError error;
  /// A replay that was otherwise valid: what the first use gave is to be revoked (RFC 6749 section 4.1.2).
  bool revokes_first_use = false;
};

[[nodiscard]] Result<void, CodeRefusal> redeem_code(const TakenCode& taken, const CodeRedemption& request);

/// RFC 7636 section 4.6. Both directions: a challenge wants a verifier, a verifier wants a challenge (attack class 16).
[[nodiscard]] Result<void, OAuthError> check_code_verifier(const AuthorizationCode& code,
                                                           std::optional<std::string_view> verifier);

}  // namespace cardea::oidc
