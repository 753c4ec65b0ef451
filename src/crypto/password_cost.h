// The bounds on imported password hashes (attack class 26): what a hash may cost before we start to compute it.
// Internal to crypto; password.h is the public face.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/openssl.h"
#include "crypto/password.h"

namespace cardea::crypto {

inline constexpr std::uint32_t kArgon2MemoryKibMax = 256 * 1024;
inline constexpr std::uint32_t kArgon2LanesMax = 16;
/// Memory in KiB times passes: 2 GiB moved, half a second to a second.
inline constexpr std::uint64_t kArgon2WorkMax = 2 * 1024 * 1024;
/// Iterations times blocks of output: Keycloak's 1,300,000 of SHA-1 with 64 bytes are 5.2 million.
inline constexpr std::uint64_t kPbkdf2WorkMax = 6'000'000;
inline constexpr std::size_t kHashBytesMin = 16;
inline constexpr std::size_t kHashBytesMax = 128;
inline constexpr std::size_t kSaltBytesMin = 8;
inline constexpr std::size_t kSaltBytesMax = 128;

struct Argon2Cost {
  std::uint32_t memory_kib = 0;
  std::uint32_t lanes = 0;
  std::string type;     // id, i, d
  std::string version;  // 1.0, 1.3
};

/// Reads the parameters of an argon2 hash: kMalformed when one is missing or no number, kUnsupported for an unknown
/// type or version.
[[nodiscard]] Result<Argon2Cost, PasswordError> parse_argon2_cost(const PasswordHash& hash);
/// The digest of a PBKDF2 algorithm by Keycloak's name; absent for others.
[[nodiscard]] std::optional<HashAlgorithm> pbkdf2_digest(std::string_view algorithm);
/// kCost when the hash is beyond a bound above, kUnsupported when the algorithm is unknown.
[[nodiscard]] Result<void, PasswordError> check_cost(const PasswordHash& hash);

}  // namespace cardea::crypto
