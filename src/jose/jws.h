// From bytes to a verified token: parse, find the key by kid, verify, then and only then read the claims.
// RFC 7515 (compact form only), RFC 8725.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/limits.h"
#include "base/result.h"
#include "jose/algorithm.h"
#include "jose/error.h"
#include "jose/jwk.h"
#include "jose/jwt.h"
#include "jose/key_set.h"

namespace cardea::jose {

/// A compact JWS that was split and decoded and nothing more. It shows its header, and of the claims that nobody
/// verified only whose they say they are. Members of the header that carry keys or addresses (jwk, jku, x5c, x5u) are
/// never used to verify a token of anybody.
class UnverifiedJws {
 public:
  /// At most kJwtBytesMax bytes. Refuses: other than three parts, loose base64url, a header that is no JSON object or
  /// has a member twice, `crit` and `b64` (kUnsupportedHeader), and `alg` none or unknown (kUnknownAlgorithm).
  [[nodiscard]] static Result<UnverifiedJws, JoseError> parse(std::string_view compact);

  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  [[nodiscard]] std::optional<std::string_view> kid() const;
  [[nodiscard]] std::string_view typ() const { return typ_; }  // empty when absent
  /// Whom the token claims to be about: to find the keys that must verify it, and nothing else (RFC 7523 section 3).
  /// Empty when it names nobody.
  [[nodiscard]] std::string claimed_subject() const;
  /// The key that the header carries: what a proof of possession is about (RFC 9449 section 4.2), and for nothing else.
  /// It says that the sender holds the private half, never who the sender is. kUnknownKey when there is none.
  [[nodiscard]] Result<PublicJwk, JoseError> carried_key() const;
  /// Whose token it claims to be: to find the issuer's keys, and nothing else. Empty when it names nobody.
  [[nodiscard]] std::string claimed_issuer() const;
  /// To leave out keys that cannot have made this signature.
  [[nodiscard]] std::size_t signature_bytes() const { return signature_.size(); }

 private:
  friend Result<std::string, JoseError> verify_payload(const UnverifiedJws& jws, const KeySet& keys);
  friend Result<VerifiedJwt, JoseError> verify(const UnverifiedJws& jws, const KeySet& keys);
  friend Result<VerifiedJwt, JoseError> verify(const UnverifiedJws& jws, const VerificationKey& key);
  UnverifiedJws() = default;
  [[nodiscard]] std::string claimed(std::string_view name) const;
  [[nodiscard]] Result<json::object, JoseError> take_claims() const;
  [[nodiscard]] Result<void, JoseError> take_header(const json::object& header);
  [[nodiscard]] Result<VerificationKey, JoseError> check_signature(const KeySet& keys) const;

  Algorithm algorithm_ = Algorithm::kRS256;
  std::optional<std::string> kid_;
  std::string typ_;
  std::optional<json::value> carried_key_;
  std::string signing_input_;
  std::string payload_;
  std::string signature_;
  mutable std::optional<json::object> claims_;  // read once for `claimed`, handed on by take_claims
};

/// Verifies the signature and answers the payload bytes. kUnknownKey, kWrongAlgorithm or kBadSignature.
[[nodiscard]] Result<std::string, JoseError> verify_payload(const UnverifiedJws& jws, const KeySet& keys);

/// Verifies the signature and reads the claims. Besides the errors of verify_payload: kMalformed when the payload is no
/// JSON object, kDuplicateMember, and kBadClaim when a registered claim has the wrong type (RFC 7519 section 4.1).
/// Time, issuer and audience are checked by check_claims.
[[nodiscard]] Result<VerifiedJwt, JoseError> verify(const UnverifiedJws& jws, const KeySet& keys);

/// The same with one key, whatever `kid` the token names: for keys that were configured without one. kWrongAlgorithm
/// when the token's algorithm is not the key's.
[[nodiscard]] Result<VerifiedJwt, JoseError> verify(const UnverifiedJws& jws, const VerificationKey& key);

/// Parse and verify in one call.
[[nodiscard]] Result<VerifiedJwt, JoseError> verify(std::string_view compact, const KeySet& keys);

}  // namespace cardea::jose
