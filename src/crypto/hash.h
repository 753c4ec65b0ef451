// SHA-2 and HMAC by OpenSSL, one reused context per thread: a new context or a shared reference count would make small
// digests slower with two threads than with one. Safe to call from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/openssl.h"

namespace cardea::crypto {

using Sha256 = std::array<std::uint8_t, 32>;

[[nodiscard]] Sha256 sha256(std::string_view bytes);
[[nodiscard]] std::array<std::uint8_t, 48> sha384(std::string_view bytes);
[[nodiscard]] std::array<std::uint8_t, 64> sha512(std::string_view bytes);
/// The digest as raw bytes. SHA-1 is here for the certificate thumbprint `x5t` (RFC 7517 section 4.8) and nothing else.
[[nodiscard]] std::string digest(HashAlgorithm algorithm, std::string_view bytes);

/// SHA-256 as base64url without padding, 43 characters; what stands in the database instead of a handle.
[[nodiscard]] std::string sha256_base64url(std::string_view bytes);

/// HMAC (RFC 2104), raw bytes. An empty key is a bug of the caller.
[[nodiscard]] std::string hmac(HashAlgorithm algorithm, std::string_view key, std::string_view data);
[[nodiscard]] inline std::string hmac_sha256(std::string_view key, std::string_view data) {
  return hmac(HashAlgorithm::kSha256, key, data);
}
[[nodiscard]] inline std::string hmac_sha512(std::string_view key, std::string_view data) {
  return hmac(HashAlgorithm::kSha512, key, data);
}

}  // namespace cardea::crypto
