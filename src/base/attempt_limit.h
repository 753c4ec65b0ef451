// Counts attempts by a text key (an address, a session) in windows of fixed length, so that what can be guessed is
// guessed slowly. Bounded: beyond kKeysMax a key that was not asked about for a while is forgotten, in constant time,
// so that whoever makes keys up pays no more of ours than anybody. One per process; nodes count apart.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/clock_map.h"

namespace cardea {

class AttemptLimit {
 public:
  static constexpr std::size_t kKeysMax = 20'000;

  /// `attempts_max` in every `window`, for each key.
  AttemptLimit(int attempts_max, seconds window) : attempts_max_(attempts_max), window_(window) {}

  /// True when the key has none left. Counts nothing.
  [[nodiscard]] bool is_exhausted(std::string_view key, TimePoint now) const;
  /// Counts one attempt if the key has any left: false, and nothing counted, when it has not.
  [[nodiscard]] bool take(std::string_view key, TimePoint now);
  /// Counts one attempt.
  void count(std::string_view key, TimePoint now);
  /// The attempt was a good one: takes back what `count` counted in this window.
  void give_back(std::string_view key, TimePoint now);

 private:
  struct Window {
    TimePoint begun{};
    int attempts = 0;
  };
  /// The window that is on, under the lock.
  Window& current(std::string_view key, TimePoint now);

  const int attempts_max_;
  const seconds window_;
  mutable std::mutex mutex_;
  ClockMap<Window> windows_{kKeysMax};
};

/// The part of a literal address that one customer has: an IPv4 address, the first 64 bits of an IPv6 one. Anything
/// else stands for itself.
[[nodiscard]] std::string address_key(std::string_view address);

}  // namespace cardea
