#include "base/clock.h"

namespace cardea {

TimePoint SystemClock::now() const { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

std::chrono::nanoseconds SystemClock::steady() const {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace cardea
