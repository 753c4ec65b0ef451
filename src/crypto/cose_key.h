// Public keys as authenticators hand them over: COSE_Key (RFC 9053 section 7, RFC 8230 for RSA), for WebAuthn
// (section 5.8.5). The algorithm is part of the key and never taken from a message (attack class 11).
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "crypto/key.h"

namespace cardea::crypto {

/// IANA COSE Algorithms registry. RSASSA-PKCS1-v1_5 with SHA-1 is not among them.
enum class CoseAlgorithm : int {
  kEs256 = -7,
  kEdDsa = -8,
  kEs384 = -35,
  kEs512 = -36,
  kRs256 = -257,
  kRs384 = -258,
  kRs512 = -259,
};
[[nodiscard]] std::optional<CoseAlgorithm> cose_algorithm(std::int64_t number);
/// By the name that realm policies use: "ES256", "RS256", "Ed25519" (and "EdDSA").
[[nodiscard]] std::optional<CoseAlgorithm> cose_algorithm(std::string_view name);

enum class CoseKeyError {
  kMalformed,    // not CBOR, or members missing or of the wrong type
  kUnsupported,  // another algorithm, or a key type or curve that does not go with it
  kInvalid,      // point not on the curve, RSA below 2048 bits, coordinates of the wrong length
};

struct CoseKey {
  CoseAlgorithm algorithm = CoseAlgorithm::kEs256;
  PublicKey key;

  /// The whole of `bytes` is one COSE_Key. ES256, ES384 and ES512 go with P-256, P-384 and P-521, EdDSA with Ed25519.
  [[nodiscard]] static Result<CoseKey, CoseKeyError> parse(std::string_view bytes);
  /// ECDSA signatures are DER here (WebAuthn section 6.5.6), unlike JWS.
  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;
};

/// The same check with a key from elsewhere (a certificate). False when the key does not go with the algorithm.
[[nodiscard]] bool verify_cose_signature(CoseAlgorithm algorithm, EVP_PKEY* key, std::string_view message,
                                         std::string_view signature);

}  // namespace cardea::crypto
