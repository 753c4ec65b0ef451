// Who was told to wait waits (guides.md G2-09; entra.md section 12): after a 429 nobody asks that Graph for groups
// until its Retry-After has passed, and meanwhile people keep the groups they have. Safe from any thread; `now` is
// steady. Internal to broker.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "web/fetch.h"

namespace cardea::broker {

inline constexpr seconds kGraphPause{10};      // where the answer names none
inline constexpr seconds kGraphPauseMax{600};  // what it may ask for

class GraphPause {
 public:
  [[nodiscard]] bool is_over(const std::string& origin, std::chrono::nanoseconds now) const;
  /// `answer`: any; only 429 and 503 with Retry-After begin a pause.
  void note(const std::string& origin, const web::FetchResponse& answer, const Clock& clock);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::chrono::nanoseconds, std::less<>> until_;  // by origin: there are three clouds
};

}  // namespace cardea::broker
