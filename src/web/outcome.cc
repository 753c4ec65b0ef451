#include "web/outcome.h"

#include "base/assert.h"
#include "base/limits.h"

namespace cardea::web {

namespace {

Outcome run_fetch(Fetch fetch, Fetcher* fetcher) {
  CARDEA_ASSERT(fetcher != nullptr);
  std::optional<Fetched> result;
  fetcher->fetch(std::move(fetch.request), [&result](Fetched fetched) { result = std::move(fetched); });
  CARDEA_ASSERT(result);
  return fetch.next(std::move(*result));
}

}  // namespace

Response run(Outcome outcome, Fetcher* fetcher) {
  std::size_t steps = 0;
  std::size_t fetches = 0;
  while (!outcome.is_response()) {
    if (outcome.is_fetch()) {
      ++fetches;
      CARDEA_ASSERT(fetches <= kOutcomeFetchesMax);
      outcome = run_fetch(std::move(outcome.fetch()), fetcher);
      continue;
    }
    ++steps;
    CARDEA_ASSERT(steps <= kStepsMax);
    auto step = std::move(outcome.then().step);
    outcome = step();
  }
  return std::move(outcome.response());
}

}  // namespace cardea::web
