// Why a token, key or key set was refused. For logs and `cardea explain`; what a client is told is decided in `oidc`.
#pragma once

#include <string_view>

#include "base/json.h"

namespace cardea::jose {

enum class JoseError {
  kTooLarge,           // token, header or set beyond its limit
  kMalformed,          // not a compact JWS or JWE, not strict base64url, not a JSON object
  kDuplicateMember,    // a member name twice in the header, payload or key
  kUnsupportedHeader,  // `crit`, `b64` or `zip`
  kUnknownAlgorithm,   // `alg` missing, "none", or not ours
  kWrongAlgorithm,     // the key found is for another algorithm
  kUnknownKey,         // no key with this `kid`, or no `kid` and no single candidate
  kBadSignature,
  kBadEncryption,  // a JWE that does not decrypt; which part of it is wrong is told nobody
  kBadKey,         // a JWK that is no key of ours, or a key that does not fit the algorithm
  kWeakKey,        // RSA below 2048 bits, HMAC key shorter than the hash
  kPrivateMember,  // a secret where a public key is expected
  kBadClaim,       // a registered claim of the wrong JSON type or out of range
  kWrongIssuer,
  kWrongAudience,
  kWrongType,  // header `typ` is not the one asked for
  kMissingExpiry,
  kExpired,
  kNotYetValid,  // `nbf` or `iat` in the future
};

/// A short text in snake_case for the log, such as "unknown_key".
[[nodiscard]] std::string_view describe(JoseError error);
/// What a JSON text that cannot be read means here.
[[nodiscard]] JoseError from_json(JsonError error);

}  // namespace cardea::jose
