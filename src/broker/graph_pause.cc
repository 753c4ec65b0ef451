#include "broker/graph_pause.h"

#include <algorithm>

#include "broker/retry_after.h"

namespace cardea::broker {

bool GraphPause::is_over(const std::string& origin, std::chrono::nanoseconds now) const {
  const std::scoped_lock lock(mutex_);
  const auto found = until_.find(origin);
  return found == until_.end() || now >= found->second;
}

void GraphPause::note(const std::string& origin, const web::FetchResponse& answer, const Clock& clock) {
  const auto now = clock.steady();
  const auto named = retry_after(answer.header("Retry-After").value_or(""), clock.now());
  if (answer.status != 429 && !(answer.status == 503 && named)) return;
  const auto pause = named ? std::clamp(*named, seconds{1}, kGraphPauseMax) : kGraphPause;
  const std::scoped_lock lock(mutex_);
  constexpr std::size_t kOriginsMax = 64;  // providers may name a Graph of their own
  if (until_.size() >= kOriginsMax) std::erase_if(until_, [now](const auto& entry) { return now >= entry.second; });
  if (until_.size() < kOriginsMax || until_.contains(origin)) until_[origin] = now + pause;
}

}  // namespace cardea::broker
