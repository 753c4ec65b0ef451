#include "app/wire/housekeeping.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <vector>

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
  Stored<int> purge(Expiring kind, int rows_max) {
    ++purges_[kind];
    rows_.push_back(rows_max);
    clock_.advance(milliseconds{rows_max} / rows_in_a_millisecond_);
    if (database_is_busy_) return refuse(StoreError::kBusy);
    const int removed = std::min(rows_max, expired_[kind]);
    expired_[kind] -= removed;
    return removed;
  }

  std::map<Expiring, int> expired_;
  std::map<Expiring, int> purges_;
  std::vector<int> rows_;  // asked for, bit by bit
  int rows_in_a_millisecond_ = 1'000'000;
  bool database_is_busy_ = false;
  Housekeeping housekeeping_{{[this] { return counter_; },
                              [this] {
                                ++checks_;
                                return database_;
                              },
                              [this](Expiring kind, TimePoint, int rows_max) { return purge(kind, rows_max); }},
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

TEST_F(HousekeepingTest, refuses_to_let_a_backlog_in_one_kind_hold_up_the_others) {
  expired_ = {{Expiring::kCodes, 1'000'000}, {Expiring::kOfflineSessions, 7}};
  tick_after(seconds{60});
  EXPECT_EQ(expired_[Expiring::kOfflineSessions], 0);
  EXPECT_GT(expired_[Expiring::kCodes], 0);
}

TEST_F(HousekeepingTest, refuses_to_hold_the_writer_for_longer_than_fifty_milliseconds) {
  rows_in_a_millisecond_ = 4;
  expired_ = {{Expiring::kSessions, 100'000}};
  for (int i = 0; i < 100; ++i) tick_after(seconds{60});
  for (const int rows : rows_) EXPECT_LE(milliseconds{rows} / rows_in_a_millisecond_, kPurgeHoldMax);
}

TEST_F(HousekeepingTest, bits_grow_where_rows_are_cheap) {
  expired_ = {{Expiring::kCodes, 100'000}};
  for (int i = 0; i < 10; ++i) tick_after(seconds{60});
  EXPECT_EQ(rows_.back(), kPurgeRowsMax);
}

TEST_F(HousekeepingTest, purges_every_minute_and_goes_on_while_there_is_more) {
  for (int i = 0; i < 59; ++i) tick_after(seconds{1});
  EXPECT_TRUE(purges_.empty());
  expired_[Expiring::kCodes] = kPurgeRowsFirst + 1;
  tick_after(seconds{1});
  tick_after(seconds{1});
  EXPECT_EQ(purges_[Expiring::kCodes], 2);
  EXPECT_EQ(purges_[Expiring::kSessions], 1);
  tick_after(seconds{1});
  EXPECT_EQ(purges_[Expiring::kCodes], 2);
}

TEST_F(HousekeepingTest, a_failed_purge_waits_for_its_turn) {
  database_is_busy_ = true;
  tick_after(seconds{60});
  tick_after(seconds{1});
  EXPECT_EQ(purges_[Expiring::kCodes], 1);
}

}  // namespace
}  // namespace cardea::app
