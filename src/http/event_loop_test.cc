#include "http/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <latch>
#include <thread>

namespace cardea::http {
namespace {

// One end of a pair of sockets as a source; what it does when it is ready is up to the test.
struct End final : EventLoop::Source {
  explicit End(EventLoop& owner) : loop(owner) {
    std::array<int, 2> pair{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair.data()), 0);
    here = pair[0];
    there = pair[1];
  }
  ~End() {
    loop.forget(*this);
    ::close(here);
    ::close(there);
  }
  void on_event() override { on_ready(); }

  [[nodiscard]] bool wait(Readiness what = Readiness::kRead) { return loop.wait(*this, here, what); }
  void send_from_there() const { EXPECT_EQ(::write(there, "x", 1), 1); }
  [[nodiscard]] bool take_byte() const {
    char byte = 0;
    return ::read(here, &byte, 1) == 1;
  }

  EventLoop& loop;
  int here = -1, there = -1;
  std::function<void()> on_ready = [] { FAIL() << "nobody waits"; };
};

struct EventLoopTest : ::testing::Test {
  EventLoop loop;
  int turns = 0;

  // `turns_max`: a loop that waits for nothing would hang the test, so `after_each` may wake it.
  void run(int turns_max, std::function<void()> after_each = [] {}) {
    turns = 0;
    loop.run({.on_timer = [] {},
              .on_turn_end =
                  [&, after_each] {
                    ++turns;
                    after_each();
                    return false;
                  },
              .should_go_on = [&, turns_max] { return turns < turns_max; }});
  }
};

TEST_F(EventLoopTest, does_not_call_who_no_longer_waits) {
  End end(loop);
  ASSERT_TRUE(end.wait());
  end.send_from_there();
  loop.forget(end);
  loop.post([] {});
  run(1);
}

// Otherwise a client that has sent its next request too early, or hung up, would keep the loop spinning.
TEST_F(EventLoopTest, sleeps_while_nobody_waits_for_what_is_ready) {
  End end(loop);
  int calls = 0;
  end.on_ready = [&] { ++calls; };
  ASSERT_TRUE(end.wait());
  end.send_from_there();
  loop.set_timer(std::chrono::milliseconds(20));
  int timers = 0, turns_in_all = 0;
  loop.run({.on_timer = [&] { ++timers; },
            .on_turn_end =
                [&] {
                  ++turns_in_all;
                  return false;
                },
            .should_go_on = [&] { return timers == 0; }});
  EXPECT_EQ(calls, 1);
  EXPECT_LE(turns_in_all, 3);  // the byte, the byte that nobody waits for, the timer
  ASSERT_TRUE(end.wait());     // and then it is told at once
  run(1);
  EXPECT_EQ(calls, 2);
}

TEST_F(EventLoopTest, calls_once_for_each_wait) {
  End end(loop);
  int calls = 0;
  end.on_ready = [&] {
    EXPECT_TRUE(end.take_byte());
    if (++calls < 3) {
      EXPECT_TRUE(end.wait());
      end.send_from_there();
    }
  };
  ASSERT_TRUE(end.wait());
  end.send_from_there();
  run(3);
  EXPECT_EQ(calls, 3);
}

TEST_F(EventLoopTest, changes_from_reading_to_writing_and_back) {
  End end(loop);
  std::string seen;
  end.on_ready = [&] {
    seen.push_back('w');
    end.on_ready = [&] { seen.push_back(end.take_byte() ? 'r' : '?'); };
    EXPECT_TRUE(end.wait(Readiness::kRead));
    end.send_from_there();
  };
  ASSERT_TRUE(end.wait(Readiness::kRead));
  ASSERT_TRUE(end.wait(Readiness::kWrite));
  run(2);
  EXPECT_EQ(seen, "wr");
}

TEST_F(EventLoopTest, tells_of_a_peer_that_hung_up) {
  End end(loop);
  bool told = false;
  end.on_ready = [&] { told = !end.take_byte(); };
  ASSERT_TRUE(end.wait());
  ::shutdown(end.there, SHUT_RDWR);
  run(1);
  EXPECT_TRUE(told);
}

TEST_F(EventLoopTest, refuses_a_descriptor_that_cannot_be_waited_for) {
  struct Never final : EventLoop::Source {
    void on_event() override { FAIL(); }
  } never;
  EXPECT_FALSE(loop.wait(never, -1, Readiness::kRead));
}

// A source that is forgotten while the events of the turn are handed out is not called for the one it had.
TEST_F(EventLoopTest, forgets_at_once_even_in_the_middle_of_a_turn) {
  End first(loop), second(loop);
  int calls = 0;
  first.on_ready = [&] {
    ++calls;
    loop.forget(second);
  };
  second.on_ready = [&] {
    ++calls;
    loop.forget(first);
  };
  ASSERT_TRUE(first.wait());
  ASSERT_TRUE(second.wait());
  first.send_from_there();
  second.send_from_there();
  run(1);
  EXPECT_EQ(calls, 1);
}

TEST_F(EventLoopTest, runs_jobs_of_other_threads_in_order) {
  std::string order;
  std::thread other([&] {
    for (char c = 'a'; c <= 'z'; ++c) loop.post([&order, c] { order.push_back(c); });
  });
  loop.run({.on_timer = [] {}, .on_turn_end = [] { return false; }, .should_go_on = [&] { return order.size() < 26; }});
  other.join();
  EXPECT_EQ(order, "abcdefghijklmnopqrstuvwxyz");
}

TEST_F(EventLoopTest, runs_a_job_that_a_job_posts_in_the_next_turn) {
  int ran_in = 0;
  loop.post([&] { loop.post([&] { ran_in = turns + 1; }); });
  run(2);
  EXPECT_EQ(ran_in, 2);
}

TEST_F(EventLoopTest, does_not_wait_when_the_turn_has_left_something) {
  int left = 3;
  loop.post([] {});
  loop.run({.on_timer = [] {}, .on_turn_end = [&] { return --left > 0; }, .should_go_on = [&] { return left > 0; }});
  EXPECT_EQ(left, 0);
}

TEST_F(EventLoopTest, has_one_timer_that_the_last_call_sets) {
  int timers = 0;
  loop.set_timer(std::chrono::hours(1));
  loop.set_timer(std::chrono::nanoseconds(0));
  loop.run({.on_timer = [&] { ++timers; },
            .on_turn_end = [] { return false; },
            .should_go_on = [&] { return timers == 0; }});
  loop.set_timer(std::chrono::nanoseconds(1));
  loop.stop_timer();
  loop.post([] {});
  run(1);
  EXPECT_EQ(timers, 1);
}

}  // namespace
}  // namespace cardea::http
