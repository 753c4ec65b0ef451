#include "web/outcome.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace cardea::web {
namespace {

Outcome chain(std::size_t steps) {
  if (steps == 0) return empty_response(204);
  return then(Lane::kCpu, [steps] { return chain(steps - 1); });
}

TEST(Outcome, refuses_more_steps_than_allowed) { EXPECT_DEATH((void)run(chain(kStepsMax + 1)), "kStepsMax"); }

TEST(Outcome, runs_steps_until_there_is_an_answer) {
  EXPECT_EQ(run(chain(kStepsMax)).status, 204);
  EXPECT_EQ(run(empty_response(200)).status, 200);
}

TEST(Outcome, names_lanes) {
  EXPECT_EQ(name(Lane::kInline), "inline");
  EXPECT_EQ(name(Lane::kAdmin), "admin");
}

}  // namespace
}  // namespace cardea::web
