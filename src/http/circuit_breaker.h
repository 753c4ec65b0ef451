// Leaves an upstream alone that failed again and again, so that calls to it end at once instead of waiting for their
// timeout each, and bounds how many run to it at a time. One state for each scheme, host and port.
#pragma once

#include <chrono>
#include <mutex>
#include <string_view>

#include "base/clock_map.h"

namespace cardea::http {

inline constexpr std::size_t kUpstreamsMax = 1024;   // remembered; one more pushes out one that rests
inline constexpr int kFailuresToOpen = 5;            // one after the other
inline constexpr std::chrono::seconds kOpenFor{10};  // then one call is let through to see

class CircuitBreaker {
 public:
  enum class Verdict { kGo, kDown, kBusy };

  explicit CircuitBreaker(int calls_max) : calls_max_(calls_max) {}

  /// Asks to begin a call; `now` is steady. kGo must be followed by one `end`.
  [[nodiscard]] Verdict begin(std::string_view upstream, std::chrono::nanoseconds now);
  /// `healthy`: the upstream answered as one that works.
  void end(std::string_view upstream, bool healthy, std::chrono::nanoseconds now);

 private:
  struct State {
    int calls = 0;
    int failures = 0;                        // since the last healthy answer
    std::chrono::nanoseconds open_until{0};  // meant only after kFailuresToOpen failures
  };

  std::mutex mutex_;
  int calls_max_;
  ClockMap<State> states_{kUpstreamsMax};
};

}  // namespace cardea::http
