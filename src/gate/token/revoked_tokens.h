// Tokens that somebody logged out, by the SHA-256 of what is signed, until they would have expired anyway (guides.md
// G1.6, G1-18). In memory for the look at each request; with a database in rows too, where the other nodes and the next
// start find them. Safe from any thread.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/log.h"
#include "gate/store/gate_store.h"

namespace cardea::gate {

/// What identifies a token: the SHA-256 of what is signed, for a JWT. The signature is left out, for an ECDSA one has a
/// twin that verifies as well (s and n - s), which would be another token otherwise. Of an opaque token every byte
/// counts.
[[nodiscard]] std::string token_digest(std::string_view compact);

class RevokedTokens {
 public:
  static constexpr std::size_t kTokensMax = 1'000'000;
  /// Rows are read again for so long after they were put in: clocks of nodes differ, and commits take their time.
  static constexpr seconds kOverlap{30};
  static constexpr seconds kFarOverlap{3600};  // the same, every kFarEvery, for nodes that are worse off
  static constexpr seconds kFarEvery{300};

  struct Parts {
    const Clock& clock;
    Log& log;
    const GateStore* store;  // null: memory alone
    std::size_t tokens_max = kTokensMax;
  };
  explicit RevokedTokens(const Parts& parts) : parts_(parts) {}

  /// Goes on when it is durable. False: the list is full (purge takes out what has expired); nothing was noted.
  [[nodiscard]] web::Outcome revoke(std::string_view compact, TimePoint expires, NextStored<bool> next);
  /// Whether take_once was asked for it; counts nothing.
  [[nodiscard]] bool was_used(std::string_view application, std::string_view compact) const;
  [[nodiscard]] bool contains(std::string_view compact) const;
  /// True for the first of all nodes that asks for this token at this application; then false until `expires`. An error
  /// uses nothing up: the same token may come again.
  [[nodiscard]] web::Outcome take_once(std::string_view application, std::string_view compact, TimePoint expires,
                                       NextStored<bool> next);
  /// What other nodes put in; all of it the first time. False: the database does not say. A list that is full leaves
  /// the rest out, and the log tells.
  bool read_new();
  void purge(TimePoint now);

 private:
  enum class Noted { kNew, kKnown, kFull };
  Noted note(const std::string& digest, TimePoint expires);
  void warn_full() const;
  /// On the store lane. Goes on with whether it is new there.
  web::Outcome put(GateRevocation revocation, NextStored<bool> next);

  const Parts parts_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, TimePoint> tokens_;  // digest to expiry
  TimePoint read_until_{}, far_read_at_{};             // of read_new alone
};

}  // namespace cardea::gate
