#include "app/wire/ticker.h"

#include <gtest/gtest.h>

#include <latch>

namespace cardea::app {
namespace {

using namespace std::chrono_literals;

TEST(Ticker, calls_again_and_again) {
  std::latch called(3);
  std::atomic<int> left = 3;
  const Ticker ticker(1ms, [&] {
    if (left.fetch_sub(1) > 0) called.count_down();
  });
  called.wait();
}

TEST(Ticker, ends_at_once_in_the_middle_of_a_pause) {
  int calls = 0;
  {
    const Ticker ticker(1h, [&] { ++calls; });
  }
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace cardea::app
