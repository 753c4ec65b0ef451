// A clock that moves only when the test says so.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace cardea {

/// Starts at 2026-01-01T00:00:00Z, so that a token of a failing test looks the same each time. Safe from any thread.
class FakeClock final : public Clock {
 public:
  static constexpr std::int64_t kStartMs = 1'767'225'600'000;

  [[nodiscard]] TimePoint now() const override { return from_epoch_milliseconds(kStartMs + elapsed_ms_.load()); }
  [[nodiscard]] std::chrono::nanoseconds steady() const override { return milliseconds{elapsed_ms_.load()}; }

  void advance(milliseconds by) { elapsed_ms_ += by.count(); }
  void advance(std::int64_t ms) { elapsed_ms_ += ms; }

 private:
  std::atomic<std::int64_t> elapsed_ms_{0};
};

}  // namespace cardea
