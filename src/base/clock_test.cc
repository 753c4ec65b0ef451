#include "base/clock.h"

#include <gtest/gtest.h>

#include "base/assert.h"
#include "tests/support/fake_clock.h"

namespace cardea {
namespace {

TEST(Clock, RoundsSecondsDown) {
  EXPECT_EQ(epoch_seconds(from_epoch_milliseconds(1999)), 1);
  EXPECT_EQ(epoch_seconds(from_epoch_milliseconds(-1)), -1);
  EXPECT_EQ(epoch_milliseconds(from_epoch_seconds(5)), 5000);
}

TEST(SystemClock, SteadyNeverGoesBack) {
  const SystemClock clock;
  const auto before = clock.steady();
  EXPECT_GT(clock.now(), from_epoch_seconds(1'700'000'000));
  EXPECT_GE(clock.steady(), before);
}

TEST(FakeClock, MovesOnlyWhenTold) {
  FakeClock clock;
  const auto start = clock.now();
  EXPECT_EQ(clock.now(), start);
  clock.advance(1500);
  clock.advance(seconds{1});
  EXPECT_EQ(clock.now() - start, milliseconds{2500});
  EXPECT_EQ(clock.steady(), milliseconds{2500});
}

TEST(AssertDeathTest, NamesTheCondition) { EXPECT_DEATH(CARDEA_ASSERT(1 + 1 == 3), "assertion failed: 1 \\+ 1 == 3"); }

}  // namespace
}  // namespace cardea
