// OAuth errors: born here and nowhere below (anchors B6). A code, a public text from a fixed list (keycloak.md section
// 1), and a private note for the log. One table gives wire name and status.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "web/response.h"

namespace cardea::oidc {

enum class OAuthCode {
  kInvalidRequest,
  kInvalidClient,
  kInvalidGrant,
  kUnauthorizedClient,
  kUnsupportedGrantType,
  kUnsupportedResponseType,
  kUnsupportedTokenType,
  kInvalidScope,
  kInvalidToken,
  kInsufficientScope,
  kAccessDenied,
  kLoginRequired,
  kInteractionRequired,
  kConsentRequired,
  kServerError,
  kTemporarilyUnavailable,
  kRequestNotSupported,  // request objects (OpenID Connect Core section 3.1.2.6)
  kRequestUriNotSupported,
  kAuthorizationPending,  // the next three: RFC 8628 section 3.5
  kSlowDown,
  kExpiredToken,
  kInvalidRequestObject,             // RFC 9101 section 7
  kInvalidTarget,                    // RFC 8707 section 2
  kInvalidDpopProof,                 // RFC 9449 section 5
  kUnmetAuthenticationRequirements,  // OpenID Connect Core Unmet Authentication Requirements; RFC 9470
  kInvalidRedirectUri,               // RFC 7591 section 3.2.2
  kInvalidClientMetadata,            // the same
  kNotAllowed,                       // Keycloak's own: offline tokens without the role
  kUnknownUserId,                    // OpenID CIBA Core section 13
  kInvalidBindingMessage,            // the same
};
[[nodiscard]] std::string_view wire_name(OAuthCode code);
/// Status at token-style endpoints unless the error says otherwise.
[[nodiscard]] int http_status(OAuthCode code);

struct OAuthError {
  OAuthCode code;
  std::string description;       // public; from a fixed list or a checked value, never from a secret
  int status = 0;                // 0: http_status(code)
  std::string note;              // private, for the log
  bool challenge_basic = false;  // answer carries WWW-Authenticate: Basic
  bool is_of_nobody = false;     // private: no client of the realm was named
};

/// What every grant refuses with (RFC 6749 section 5.2).
[[nodiscard]] inline OAuthError invalid_grant(std::string description, std::string note) {
  return {OAuthCode::kInvalidGrant, std::move(description), 0, std::move(note)};
}

/// `text` with every character outside of RFC 6749 section 5.2 as '?': no quotes, backslashes, controls, non-ASCII
/// (GEN-10).
[[nodiscard]] std::string public_text(std::string_view text);

/// `{"error":...,"error_description":...}` with no-store (RFC 6749 section 5.2), logged with its reason and correlation
/// id.
[[nodiscard]] web::Response error_response(const OAuthError& error, const web::Request& request, std::string_view realm,
                                           std::string_view client_id, Log& log);

}  // namespace cardea::oidc
