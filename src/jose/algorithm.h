// The signature algorithms of RFC 7518 section 3.1 and RFC 8037. "none" is not among them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/hash.h"
#include "crypto/key.h"

namespace cardea::jose {

enum class Algorithm {
  kRS256,
  kRS384,
  kRS512,
  kPS256,
  kPS384,
  kPS512,
  kES256,
  kES384,
  kES512,
  kEdDSA,
  kHS256,
  kHS384,
  kHS512,
};

/// Reads an `alg` value, case-sensitive. "Ed25519" (RFC 9864 section 2.2) is another name of EdDSA.
[[nodiscard]] std::optional<Algorithm> parse_algorithm(std::string_view name);
[[nodiscard]] std::string_view name(Algorithm algorithm);

[[nodiscard]] bool is_hmac(Algorithm algorithm);
/// The hash inside the algorithm; SHA-512 for EdDSA.
[[nodiscard]] crypto::HashAlgorithm hash_of(Algorithm algorithm);
/// The key type it needs; absent for HMAC. RSA for RS and PS.
[[nodiscard]] std::optional<crypto::KeyType> key_type_of(Algorithm algorithm);
/// The one algorithm of an EC or Ed25519 key (the curve decides); RS256 for RSA.
[[nodiscard]] Algorithm default_algorithm(crypto::KeyType type);
/// Shortest HMAC key: as long as the hash (RFC 7518 section 3.2). Zero for the others.
[[nodiscard]] std::size_t hmac_key_bytes_min(Algorithm algorithm);

/// base64url of the left half of the hash of `value`: at_hash, c_hash, s_hash (OpenID Connect Core section 3.1.3.6).
[[nodiscard]] std::string left_half_hash(Algorithm algorithm, std::string_view value);

}  // namespace cardea::jose
