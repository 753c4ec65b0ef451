#include "http/circuit_breaker.h"

namespace cardea::http {

CircuitBreaker::Verdict CircuitBreaker::begin(std::string_view upstream, std::chrono::nanoseconds now) {
  const std::scoped_lock lock(mutex_);
  auto* state = states_.find(upstream);
  if (state == nullptr) state = &states_.put(upstream, {});
  if (state->failures >= kFailuresToOpen) {
    if (now < state->open_until) return Verdict::kDown;
    state->open_until = now + kOpenFor;  // this call is the trial; others wait for what it brings
  }
  if (state->calls >= calls_max_) return Verdict::kBusy;
  ++state->calls;
  return Verdict::kGo;
}

void CircuitBreaker::end(std::string_view upstream, bool healthy, std::chrono::nanoseconds now) {
  const std::scoped_lock lock(mutex_);
  auto* state = states_.find(upstream);
  if (state == nullptr) return;  // pushed out meanwhile
  if (state->calls > 0) --state->calls;
  if (healthy) {
    state->failures = 0;
  } else if (++state->failures >= kFailuresToOpen) {
    state->failures = kFailuresToOpen;
    state->open_until = now + kOpenFor;
  }
}

}  // namespace cardea::http
