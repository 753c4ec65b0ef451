#include "http/timer_wheel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace cardea::http {
namespace {

using testing::ElementsAre;

struct Waiter : TimerWheel::Entry {
  explicit Waiter(int which) : id(which) {}
  int id;
};

struct TimerWheelTest : testing::Test {
  std::vector<int> advance(TimerWheel::Tick by) {
    std::vector<int> due;
    wheel.advance(wheel.now() + by, [&](TimerWheel::Entry& entry) { due.push_back(static_cast<Waiter&>(entry).id); });
    return due;
  }

  TimerWheel wheel{1000};
  Waiter one{1}, two{2}, three{3};
};

TEST_F(TimerWheelTest, refuses_to_be_early) {
  wheel.set(one, 10);
  EXPECT_THAT(advance(10), ElementsAre());
  EXPECT_THAT(advance(1), ElementsAre(1));
  EXPECT_THAT(advance(500), ElementsAre());
}

TEST_F(TimerWheelTest, refuses_to_tell_of_what_was_cleared_or_destroyed) {
  wheel.set(one, 5);
  wheel.clear(one);
  {
    Waiter gone{9};
    wheel.set(gone, 5);
  }
  EXPECT_THAT(advance(200), ElementsAre());
}

TEST_F(TimerWheelTest, takes_the_last_deadline) {
  wheel.set(one, 75);
  wheel.set(one, 10);
  wheel.set(two, 10);
  wheel.set(two, 75);
  EXPECT_THAT(advance(11), ElementsAre(1));
  EXPECT_THAT(advance(64), ElementsAre());
  EXPECT_THAT(advance(1), ElementsAre(2));
}

TEST_F(TimerWheelTest, waits_longer_than_it_has_slots) {
  wheel.set(one, 1000);
  EXPECT_THAT(advance(1000), ElementsAre());
  EXPECT_THAT(advance(1), ElementsAre(1));
}

TEST_F(TimerWheelTest, survives_a_jump) {
  wheel.set(one, 5);
  wheel.set(two, 127);
  wheel.set(three, 100'000);
  EXPECT_THAT(advance(50'000), testing::UnorderedElementsAre(1, 2));
  EXPECT_THAT(advance(50'001), ElementsAre(3));
}

TEST_F(TimerWheelTest, lets_the_callback_destroy_and_set_anew) {
  auto gone = std::make_unique<Waiter>(7);
  wheel.set(*gone, 3);
  wheel.set(one, 3);
  int calls = 0;
  wheel.advance(wheel.now() + 200, [&](TimerWheel::Entry& entry) {
    ++calls;
    if (&entry == gone.get()) return gone.reset();
    if (calls < 5) wheel.set(entry, 3);
  });
  EXPECT_EQ(gone, nullptr);
  EXPECT_EQ(calls, 5);
}

}  // namespace
}  // namespace cardea::http
