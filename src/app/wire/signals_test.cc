#include "app/wire/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

namespace cardea::app {
namespace {

using namespace std::chrono_literals;

TEST(Signals, each_comes_out_as_a_value) {
  block_signals();
  raise(SIGHUP);
  EXPECT_EQ(wait_for_signal(1s), Signal::kReload);
  raise(SIGTERM);
  EXPECT_EQ(wait_for_signal(1s), Signal::kStop);
  raise(SIGINT);
  EXPECT_EQ(wait_for_signal(1s), Signal::kStop);
  EXPECT_EQ(wait_for_signal(0ms), Signal::kNone);
}

TEST(Signals, a_peer_that_goes_away_does_not_end_the_process) {
  block_signals();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  EXPECT_EQ(write(ends[1], "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
  close(ends[1]);
}

}  // namespace
}  // namespace cardea::app
