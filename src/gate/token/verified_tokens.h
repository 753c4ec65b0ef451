// Tokens that were accepted, by the SHA-256 of their bytes, until they expire: a caller that comes again costs a
// look-up instead of a signature (guides.md G1.8, architecture section 4). Bound to the version of the provider that
// vouched, so that a verdict never outlives the keys it was made with. Safe from any thread.
//
// One table of fixed size: a digest is as good as random, so some of its bits say in which set of places it may stand,
// and a look-up touches that set and nothing else. In a full set whoever was not looked up for longest makes room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "crypto/hash.h"
#include "gate/token/check_token.h"

namespace cardea::gate {

/// SHA-256 of the token's bytes.
using TokenDigest = decltype(crypto::sha256({}));

class VerifiedTokens {
 public:
  static constexpr std::size_t kParts = 1024, kSetsEach = 16, kPlaces = 8;
  static constexpr std::size_t kTokensMax = kParts * kSetsEach * kPlaces;  // 131,072

  /// Null: not known, expired, or its provider has other keys now. `providers` says which version is current.
  [[nodiscard]] std::shared_ptr<const Caller> find(const TokenDigest& digest, const ProviderSet& providers,
                                                   TimePoint now) const;
  /// `caller` was accepted for the token. Not kept when the provider does not check expiry: then nothing says until
  /// when.
  void put(const TokenDigest& digest, std::shared_ptr<const Caller> caller, const ProviderSet& providers);
  /// Gives up what has expired. Looks at every place, with a short lock for each part: run now and then, beside
  /// requests.
  void purge(TimePoint now);
  /// Tokens that are kept, expired ones too.
  [[nodiscard]] std::size_t size() const;

 private:
  /// A token that is not there costs a look at the beginning of its set alone, which is in no cache as a rule.
  struct Set {
    std::array<std::uint32_t, kPlaces> tags{};     // four bytes of each digest
    std::array<std::uint32_t, kPlaces> used_at{};  // by the set's own count of uses
    std::uint32_t uses = 0;
    std::array<TokenDigest, kPlaces> digests{};
    std::array<std::shared_ptr<const Caller>, kPlaces> callers{};  // null: a free place
    [[nodiscard]] bool holds(std::size_t place, std::uint32_t tag, const TokenDigest& digest) const {
      return tags[place] == tag && digests[place] == digest;
    }
  };
  struct Part {
    std::mutex mutex;
    std::unique_ptr<std::array<Set, kSetsEach>> sets;  // made when the first token comes
  };
  [[nodiscard]] Part& part_of(const TokenDigest& digest) const;
  template <class Work>
  void each_place(Work work) const;

  mutable std::array<Part, kParts> parts_;
};

}  // namespace cardea::gate
