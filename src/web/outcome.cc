#include "web/outcome.h"

#include "base/assert.h"
#include "base/limits.h"

namespace cardea::web {

Response run(Outcome outcome) {
  for (std::size_t steps = 0; !outcome.is_response(); ++steps) {
    CARDEA_ASSERT(steps < kStepsMax);
    auto step = std::move(outcome.then().step);
    outcome = step();
  }
  return std::move(outcome.response());
}

}  // namespace cardea::web
