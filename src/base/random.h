// Randomness is passed in. `SystemRandom` draws from the operating system's generator through a per-thread pool;
// tests pass a seeded one (tests/support/seeded_random.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace cardea {

class Random {
 public:
  virtual ~Random() = default;
  /// Fills `out` with bytes that nobody can guess. Safe to call from any thread.
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

/// Entropy of every handle that must not be guessed (GEN-15: 256 bits).
inline constexpr std::size_t kHandleBytes = 32;

/// Makes an unguessable handle: `bytes` random bytes as base64url without padding (32 bytes give 43 characters).
[[nodiscard]] std::string random_handle(Random& random, std::size_t bytes = kHandleBytes);

/// Makes a version 4 UUID in lower-case hexadecimal with dashes (RFC 9562 section 5.4).
[[nodiscard]] std::string random_uuid(Random& random);

}  // namespace cardea
