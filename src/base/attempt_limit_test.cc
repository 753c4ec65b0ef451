#include "base/attempt_limit.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

constexpr TimePoint kNow = from_epoch_seconds(1'790'000'000);

TEST(AttemptLimit, refuses_after_the_allowed_number_until_the_window_is_over) {
  AttemptLimit limit(2, seconds{60});
  limit.count("a", kNow);
  EXPECT_FALSE(limit.is_exhausted("a", kNow));
  limit.count("a", kNow + seconds{59});
  EXPECT_TRUE(limit.is_exhausted("a", kNow + seconds{59}));
  EXPECT_FALSE(limit.is_exhausted("b", kNow + seconds{59}));
  EXPECT_FALSE(limit.is_exhausted("a", kNow + seconds{60}));
}

TEST(AttemptLimit, refusals_do_not_lengthen_the_window_but_attempts_in_a_new_one_count) {
  AttemptLimit limit(1, seconds{60});
  limit.count("a", kNow);
  limit.count("a", kNow + seconds{30});
  EXPECT_FALSE(limit.is_exhausted("a", kNow + seconds{61}));
  limit.count("a", kNow + seconds{61});
  EXPECT_TRUE(limit.is_exhausted("a", kNow + seconds{62}));
}

TEST(AttemptLimit, forgets_the_oldest_when_full) {
  AttemptLimit limit(1, seconds{600});
  limit.count("first", kNow);
  for (std::size_t i = 0; i < AttemptLimit::kKeysMax; ++i) limit.count("k" + std::to_string(i), kNow + seconds{1});
  EXPECT_FALSE(limit.is_exhausted("first", kNow + seconds{1}));
  EXPECT_TRUE(limit.is_exhausted("k7", kNow + seconds{1}));
}

TEST(AttemptLimit, a_good_attempt_is_given_back_within_its_window_alone) {
  AttemptLimit limit(1, seconds{60});
  limit.give_back("a", kNow);
  limit.count("a", kNow);
  limit.give_back("a", kNow + seconds{1});
  EXPECT_FALSE(limit.is_exhausted("a", kNow + seconds{1}));
  limit.count("a", kNow + seconds{61});
  limit.give_back("a", kNow + seconds{122});
  EXPECT_TRUE(limit.is_exhausted("a", kNow + seconds{62}));
}

TEST(AttemptLimit, made_up_keys_do_not_push_out_one_that_is_asked_about) {
  AttemptLimit limit(1, seconds{600});
  limit.count("watched", kNow);
  for (std::size_t i = 0; i < 3 * AttemptLimit::kKeysMax; ++i) {
    limit.count("k" + std::to_string(i), kNow);
    if (i % 1000 == 0) EXPECT_TRUE(limit.is_exhausted("watched", kNow)) << i;
  }
}

TEST(AttemptLimit, one_customer_is_one_key) {
  EXPECT_EQ(address_key("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(address_key("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(address_key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(address_key("2001:db8:1:2::9%eth0"), "2001:db8:1:2::");
  EXPECT_NE(address_key("2001:db8:1:3::9"), "2001:db8:1:2::");
  EXPECT_EQ(address_key("unix"), "unix");
}

}  // namespace
}  // namespace cardea
