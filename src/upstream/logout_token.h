// The logout token that a provider sends to its clients (OpenID Connect Back-Channel Logout 1.0 section 2.6), checked
// whole: it ends sessions, so it is believed as little as an ID token.
#pragma once

#include <string>
#include <string_view>

#include "upstream/id_token.h"

namespace cardea::upstream {

/// A token older than this is not taken, whatever its expiry says; its id is remembered as long.
inline constexpr seconds kLogoutTokenLifeMax{600};

struct LogoutToken {
  std::string issuer;
  std::string subject;  // one of these two may be empty
  std::string sid;
  std::string id;  // jti
};

enum class LogoutTokenError {
  kToken,    // its signature, algorithm, issuer, audience or times: what an ID token would be refused for, too
  kType,     // a token made for something else (RFC 8725 section 3.11)
  kNoEvent,  // `events` does not say that it is one
  kNonce,    // an ID token in the place of a logout token
  kNobody,   // neither `sub` nor `sid`
  kNoId,
  kTooOld,
};
[[nodiscard]] std::string_view describe(LogoutTokenError error);

/// `policy` as for ID tokens; `nonce` and `access_token` are passed over.
[[nodiscard]] Result<LogoutToken, LogoutTokenError> check_logout_token(std::string_view compact,
                                                                       const ProviderKeys& keys,
                                                                       const IdTokenPolicy& policy);

}  // namespace cardea::upstream
