// Tokens that somebody logged out, by the SHA-256 of what is signed, until they would have expired anyway (guides.md
// G1.6, G1-18). Safe from any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"

namespace cardea::gate {

/// What identifies a token: the SHA-256 of what is signed. The signature is left out, for an ECDSA one has a twin that
/// verifies as well (s and n - s), which would be another token otherwise.
[[nodiscard]] std::string token_digest(std::string_view compact);

class RevokedTokens {
 public:
  static constexpr std::size_t kTokensMax = 1'000'000;

  /// False: the list is full of tokens that have not expired; nothing was noted.
  [[nodiscard]] bool add(std::string_view compact, TimePoint expires, TimePoint now);
  [[nodiscard]] bool contains(std::string_view compact) const;
  void purge(TimePoint now);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, TimePoint> tokens_;  // digest to expiry
};

}  // namespace cardea::gate
