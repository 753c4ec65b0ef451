// Tokens that were accepted, by the SHA-256 of their bytes, until they expire: a caller that comes again costs a
// look-up instead of a signature (guides.md G1.8, architecture section 4). Bound to the version of the provider that
// vouched, so that a verdict never outlives the keys it was made with. Safe from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock_map.h"
#include "crypto/hash.h"
#include "gate/token/check_token.h"

namespace cardea::gate {

/// SHA-256 of the token's bytes.
using TokenDigest = decltype(crypto::sha256({}));

class VerifiedTokens {
 public:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kTokensMax = 100'000;

  /// Null: not known, expired, or its provider has other keys now. `providers` says which version is current.
  [[nodiscard]] std::shared_ptr<const Caller> find(const TokenDigest& digest, const ProviderSet& providers,
                                                   TimePoint now) const;
  /// `caller` was accepted for the token. Not kept when the provider does not check expiry: then nothing says until
  /// when.
  void put(const TokenDigest& digest, std::shared_ptr<const Caller> caller, const ProviderSet& providers);
  /// After a change of settings or a revocation.
  void clear();

 private:
  struct Shard {
    mutable std::mutex mutex;
    ClockMap<std::shared_ptr<const Caller>> callers{kTokensMax / kShards};
  };
  [[nodiscard]] Shard& shard_of(const TokenDigest& digest) const;
  mutable std::array<Shard, kShards> shards_;
};

}  // namespace cardea::gate
