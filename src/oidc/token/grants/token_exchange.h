// The decision of token exchange (RFC 8693): what a request asks for, and whether this client may ask it of this token.
// Pure functions, in Keycloak's order and words (keycloak.md section 1.9, standard token exchange).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/client.h"
#include "jose/jwt.h"
#include "oidc/error.h"
#include "web/form.h"

namespace cardea::oidc {

inline constexpr std::string_view kAccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
inline constexpr std::string_view kRefreshTokenType = "urn:ietf:params:oauth:token-type:refresh_token";
inline constexpr std::string_view kJwtType = "urn:ietf:params:oauth:token-type:jwt";
inline constexpr std::string_view kIdTokenType = "urn:ietf:params:oauth:token-type:id_token";

/// Audiences one request may ask for.
inline constexpr std::size_t kAudiencesMax = 20;

enum class ExchangeFor { kAccessToken, kRefreshToken, kIdToken };

struct ExchangeRequest {
  std::string subject_token;
  ExchangeFor requested = ExchangeFor::kAccessToken;
  std::vector<std::string> audiences;  // empty: as the client's settings give
  std::string scope;
};

/// Reads the parameters and checks what can be known from them and the client.
[[nodiscard]] Result<ExchangeRequest, OAuthError> read_exchange(const web::Form& form, const Client& client);

/// A token that one of the realm's providers made, of a client that may bring those: by its type, or by
/// `subject_issuer`.
[[nodiscard]] bool is_of_outside(const web::Form& form, const Client& client);
/// The same for such a token, which is answered with an access token alone.
[[nodiscard]] Result<ExchangeRequest, OAuthError> read_exchange_from_outside(const web::Form& form,
                                                                             const Client& client);

/// May this client exchange this token, which is verified? Its audience must say so, or it is the client's own.
[[nodiscard]] Result<void, OAuthError> check_subject_token(const jose::VerifiedJwt& token, const Client& client);

}  // namespace cardea::oidc
