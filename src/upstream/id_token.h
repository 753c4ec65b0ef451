// The ID token that came from a token endpoint (OpenID Connect Core section 3.1.3.7), checked whole: signature by the
// provider's published keys, algorithm from an allow-list that never holds HMAC or none (attack class 11), issuer,
// audience, authorized party, time, nonce, at_hash. That it came over TLS excuses nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "jose/jws.h"
#include "upstream/issuer.h"
#include "upstream/provider_keys.h"

namespace cardea::upstream {

inline constexpr seconds kClockLeeway{60};  // guides.md G2-34

struct IdTokenPolicy {
  IssuerRule issuer;
  std::string client_id;     // must be in `aud`; and `azp`, when there is one or several audiences, must be it
  std::string nonce;         // as sent; empty: none was sent, and a token that has one is refused
  std::string access_token;  // what at_hash, when there is one, is about
  std::vector<jose::Algorithm> algorithms{jose::Algorithm::kRS256};
  TimePoint now;
  seconds leeway = kClockLeeway;  // on exp, nbf and iat
};

enum class IdTokenError {
  kMalformed,
  kAlgorithm,  // not on the allow-list
  kUnknownKey,
  kSignature,
  kBadClaim,  // a registered claim of the wrong type, or one that must be there is missing
  kIssuer,
  kTenant,      // not allowed here, or none named
  kForeignKey,  // the key signs for another issuer
  kAudience,
  kAuthorizedParty,
  kExpired,
  kNotYetValid,  // our clock may be behind
  kNonce,
  kAccessTokenHash,
};
[[nodiscard]] std::string_view describe(IdTokenError error);

/// Which key it names: to fetch keys that have it, and nothing else. Absent: it names none, or is malformed.
[[nodiscard]] std::optional<std::string> key_id_of(std::string_view compact);

[[nodiscard]] Result<jose::VerifiedJwt, IdTokenError> check_id_token(std::string_view compact, const ProviderKeys& keys,
                                                                     const IdTokenPolicy& policy);

/// What of the names we can check; empty when there are none: RS256, which every provider must have.
[[nodiscard]] std::vector<jose::Algorithm> allowed_algorithms(const std::vector<std::string>& names);

}  // namespace cardea::upstream
