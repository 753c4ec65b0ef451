// Time is passed in. Code under test never reads the system clock; `SystemClock` is its one home.
#pragma once

#include <chrono>
#include <cstdint>

namespace cardea {

/// Wall clock, UTC, in milliseconds since 1970.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Whole seconds since 1970, as JWT claims carry them (RFC 7519 section 2, NumericDate).
[[nodiscard]] constexpr std::int64_t epoch_seconds(TimePoint at) {
  return std::chrono::floor<seconds>(at).time_since_epoch().count();
}
[[nodiscard]] constexpr std::int64_t epoch_milliseconds(TimePoint at) { return at.time_since_epoch().count(); }
[[nodiscard]] constexpr TimePoint from_epoch_seconds(std::int64_t s) { return TimePoint{seconds{s}}; }
[[nodiscard]] constexpr TimePoint from_epoch_milliseconds(std::int64_t ms) { return TimePoint{milliseconds{ms}}; }

class Clock {
 public:
  virtual ~Clock() = default;
  /// The wall clock. May jump; use it for what is written down or compared with other machines.
  [[nodiscard]] virtual TimePoint now() const = 0;
  /// A clock that never goes back, for durations and deadlines. Its zero means nothing.
  [[nodiscard]] virtual std::chrono::nanoseconds steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override;
  [[nodiscard]] std::chrono::nanoseconds steady() const override;
};

}  // namespace cardea
