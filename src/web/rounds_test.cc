#include "web/rounds.h"

#include <gtest/gtest.h>

namespace cardea::web {
namespace {

constexpr std::int64_t kNow = 1'767'225'600;

Rounds read(const std::string& value, std::int64_t now = kNow) {
  Request request;
  request.headers = {{"Cookie", "rounds=" + value}};
  return Rounds::read(request, "rounds", from_epoch_seconds(now));
}

TEST(Rounds, refuses_to_count_by_what_is_unreadable_or_over) {
  for (const auto* value : {"", "3", "3.", ".5", "x.1767225600", "3.-1", "3.99999999999999999999", "3.9000000000000",
                            "-1.1767225600", "3.1767225601"}) {
    EXPECT_FALSE(read(value).is_loop()) << value;
  }
  EXPECT_FALSE(read("3.1767225600", kNow + 61).is_loop());
  EXPECT_TRUE(read("3.1767225600", kNow + 60).is_loop());
}

TEST(Rounds, three_within_a_minute_are_a_loop) {
  auto rounds = read("nothing");
  for (int i = 0; i < Rounds::kMax; ++i) {
    EXPECT_FALSE(rounds.is_loop()) << i;
    rounds = read(rounds.after_one_more(), kNow + i);
  }
  EXPECT_TRUE(rounds.is_loop());
}

}  // namespace
}  // namespace cardea::web
