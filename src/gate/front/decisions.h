// The last refusals of a gate, each with why: which rule saw what, which role came of it, which permission was asked,
// and what was missing. For administrators, on the management port.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"

namespace cardea::gate {

struct Decision {
  TimePoint at;
  std::string application, method, path, name, provider, remote_address, correlation_id, reason;
  std::string lines;  // of `explain`
};

/// Safe from any thread; the oldest makes room.
class Decisions {
 public:
  static constexpr std::size_t kKept = 500;
  static constexpr std::size_t kTextMax = 4'000;  // bytes of each text

  void put(Decision decision);
  /// The newest first.
  [[nodiscard]] std::vector<Decision> list(std::size_t max) const;

 private:
  mutable std::mutex mutex_;
  std::deque<Decision> kept_;  // guarded by mutex_; the newest first
};

[[nodiscard]] std::string decisions_json(const std::vector<Decision>& decisions);
/// The same as a page for people, without scripts.
[[nodiscard]] std::string decisions_page(const std::vector<Decision>& decisions);

}  // namespace cardea::gate
