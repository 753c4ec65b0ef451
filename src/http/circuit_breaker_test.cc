#include "http/circuit_breaker.h"

#include <gtest/gtest.h>

namespace cardea::http {
namespace {

using std::chrono::seconds;
using Verdict = CircuitBreaker::Verdict;
constexpr auto kA = "https://a.example";
constexpr auto kB = "https://b.example";

class Breaker : public testing::Test {
 protected:
  Verdict call(const char* upstream, bool healthy) {
    const auto verdict = breaker_.begin(upstream, now_);
    if (verdict == Verdict::kGo) breaker_.end(upstream, healthy, now_);
    return verdict;
  }
  void fail_until_open() {
    for (int i = 0; i < kFailuresToOpen; ++i) EXPECT_EQ(call(kA, false), Verdict::kGo);
  }
  CircuitBreaker breaker_{2};
  std::chrono::nanoseconds now_ = seconds(100);
};

TEST_F(Breaker, refuses_an_upstream_that_failed_again_and_again) {
  fail_until_open();
  EXPECT_EQ(call(kA, true), Verdict::kDown);
  EXPECT_EQ(call(kB, true), Verdict::kGo);
}

TEST_F(Breaker, lets_one_call_through_after_a_while) {
  fail_until_open();
  now_ += kOpenFor;
  EXPECT_EQ(breaker_.begin(kA, now_), Verdict::kGo);
  EXPECT_EQ(breaker_.begin(kA, now_), Verdict::kDown);
  breaker_.end(kA, false, now_);
  EXPECT_EQ(call(kA, true), Verdict::kDown);
  now_ += kOpenFor;
  EXPECT_EQ(call(kA, true), Verdict::kGo);
  EXPECT_EQ(call(kA, true), Verdict::kGo);
}

TEST_F(Breaker, failures_with_good_answers_between_open_nothing) {
  for (int i = 0; i < 4 * kFailuresToOpen; ++i) EXPECT_EQ(call(kA, i % kFailuresToOpen == 0), Verdict::kGo);
}

TEST_F(Breaker, refuses_more_calls_at_a_time_than_allowed) {
  EXPECT_EQ(breaker_.begin(kA, now_), Verdict::kGo);
  EXPECT_EQ(breaker_.begin(kA, now_), Verdict::kGo);
  EXPECT_EQ(breaker_.begin(kA, now_), Verdict::kBusy);
  EXPECT_EQ(breaker_.begin(kB, now_), Verdict::kGo);
  breaker_.end(kA, true, now_);
  EXPECT_EQ(breaker_.begin(kA, now_), Verdict::kGo);
}

TEST_F(Breaker, forgets_upstreams_rather_than_growing) {
  for (std::size_t i = 0; i < kUpstreamsMax + 10; ++i)
    EXPECT_EQ(call(("https://" + std::to_string(i)).c_str(), false), Verdict::kGo);
  breaker_.end("https://0", true, now_);
}

}  // namespace
}  // namespace cardea::http
