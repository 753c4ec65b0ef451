#include "app/wire/housekeeping.h"

#include <gmock/gmock.h>

#include "tests/support/fake_clock.h"
#include "tests/support/memory_log.h"

namespace cardea::app {
namespace {

class HousekeepingTest : public testing::Test {
 protected:
  void tick_after(milliseconds pause) {
    clock_.advance(pause);
    housekeeping_.tick();
  }

  FakeClock clock_;
  MemoryLog log_;
  Health health_;
  Stored<std::int64_t> counter_ = 1;
  bool database_ = true;
  int checks_ = 0;
  Stored<int> expired_ = 0;
  int purges_ = 0;
  Housekeeping housekeeping_{{[this] { return counter_; },
                              [this] {
                                ++checks_;
                                return database_;
                              },
                              [this](TimePoint, int) {
                                ++purges_;
                                return expired_;
                              }},
                             clock_,
                             log_,
                             health_};
};

TEST_F(HousekeepingTest, refuses_traffic_when_settings_could_not_be_compared_for_ten_seconds) {
  tick_after(seconds{1});
  counter_ = refuse(StoreError::kUnavailable);
  tick_after(seconds{9});
  EXPECT_TRUE(health_.settings_are_fresh);
  tick_after(seconds{1});
  EXPECT_FALSE(health_.settings_are_fresh);
  counter_ = 1;
  tick_after(seconds{1});
  EXPECT_TRUE(health_.settings_are_fresh);
}

TEST_F(HousekeepingTest, refuses_to_count_a_failed_comparison) {
  database_ = false;
  tick_after(seconds{5});
  tick_after(seconds{5});
  EXPECT_EQ(checks_, 2);
  EXPECT_FALSE(health_.settings_are_fresh);
}

TEST_F(HousekeepingTest, compares_only_when_the_counter_moved) {
  tick_after(seconds{1});
  tick_after(seconds{1});
  EXPECT_EQ(checks_, 1);
  counter_ = 2;
  tick_after(seconds{1});
  tick_after(seconds{1});
  EXPECT_EQ(checks_, 2);
}

TEST_F(HousekeepingTest, purges_every_minute_and_goes_on_while_there_is_more) {
  for (int i = 0; i < 59; ++i) tick_after(seconds{1});
  EXPECT_EQ(purges_, 0);
  expired_ = kPurgeRowsMax;
  tick_after(seconds{1});
  tick_after(seconds{1});
  EXPECT_EQ(purges_, 2);
  expired_ = kPurgeRowsMax - 1;
  tick_after(seconds{1});
  tick_after(seconds{1});
  EXPECT_EQ(purges_, 3);
}

TEST_F(HousekeepingTest, a_failed_purge_waits_for_its_turn) {
  expired_ = refuse(StoreError::kBusy);
  tick_after(seconds{60});
  tick_after(seconds{1});
  EXPECT_EQ(purges_, 1);
}

}  // namespace
}  // namespace cardea::app
