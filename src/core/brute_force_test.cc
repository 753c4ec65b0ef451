#include "core/brute_force.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace cardea {
namespace {

constexpr TimePoint kNow = from_epoch_seconds(1'790'000'000);

BruteForceSettings settings(std::string_view text) {
  Realm realm;
  realm.extra = parse_json(text)->get_object();
  return brute_force_settings(realm);
}

// So many wrong passwords, a minute apart.
CountedFailure fail(const BruteForceSettings& with, int times, seconds apart = seconds(60)) {
  CountedFailure out;
  for (int i = 0; i < times; ++i) {
    out = count_failure(with, out.failures, "192.0.2.1", kNow + i * apart);
    if (out.lockout == Lockout::kPermanent) break;
  }
  return out;
}

TEST(BruteForce, refuses_after_the_factor_for_longer_each_time) {
  const auto with = settings(R"({"bruteForceProtected":true,"failureFactor":3,"waitIncrementSeconds":60,
      "maxFailureWaitSeconds":100})");
  EXPECT_FALSE(is_locked(fail(with, 2).failures, kNow + seconds(60)));
  const auto third = fail(with, 3).failures;
  EXPECT_EQ(third.locked_until, kNow + seconds(120 + 60));
  EXPECT_TRUE(is_locked(third, third.locked_until - seconds(1)));
  EXPECT_FALSE(is_locked(third, third.locked_until));
  EXPECT_EQ(fail(with, 6).failures.locked_until, kNow + seconds(300 + 100)) << "never longer than the most";
  EXPECT_EQ(third.last_ip, "192.0.2.1");
}

TEST(BruteForce, refuses_linearly_where_the_realm_says_so) {
  const auto with = settings(
      R"({"bruteForceProtected":true,"failureFactor":3,"waitIncrementSeconds":10,"bruteForceStrategy":"LINEAR"})");
  EXPECT_EQ(fail(with, 4).failures.locked_until, kNow + seconds(180 + 20));
}

TEST(BruteForce, refuses_for_good) {
  const auto with = settings(R"({"bruteForceProtected":true,"failureFactor":3,"permanentLockout":true})");
  EXPECT_EQ(fail(with, 2).lockout, Lockout::kNone);
  EXPECT_EQ(fail(with, 3).lockout, Lockout::kPermanent);
  EXPECT_EQ(fail(with, 3).failures.locked_until, kLockedForGood) << "or the next guess would be looked at";
}

TEST(BruteForce, refuses_for_good_after_some_times_for_a_while) {
  const auto with =
      settings(R"({"bruteForceProtected":true,"failureFactor":2,"permanentLockout":true,"maxTemporaryLockouts":2})");
  EXPECT_EQ(fail(with, 3).lockout, Lockout::kTemporary);
  EXPECT_EQ(fail(with, 3).failures.temporary_lockouts, 2);
  EXPECT_EQ(fail(with, 4).lockout, Lockout::kPermanent);
}

TEST(BruteForce, refuses_who_tries_too_quickly) {
  const auto with = settings(R"({"bruteForceProtected":true,"quickLoginCheckMilliSeconds":1000})");
  EXPECT_FALSE(is_locked(fail(with, 1).failures, kNow));
  EXPECT_EQ(fail(with, 2, seconds(0)).failures.locked_until, kNow + seconds(60));
  EXPECT_FALSE(is_locked(fail(with, 2, seconds(2)).failures, kNow + seconds(2)));
}

TEST(BruteForce, forgets_after_a_time_without_failures) {
  const auto with = settings(R"({"bruteForceProtected":true,"failureFactor":3,"maxDeltaTimeSeconds":100})");
  EXPECT_EQ(fail(with, 5, seconds(101)).failures.failures, 1);
  EXPECT_EQ(fail(with, 2, seconds(100)).failures.failures, 2);
}

TEST(BruteForce, odd_settings_do_not_break_it) {
  const auto with = settings(R"({"bruteForceProtected":true,"failureFactor":0,"waitIncrementSeconds":-5,
      "maxFailureWaitSeconds":99999999999999})");
  EXPECT_EQ(fail(with, 5).failures.failures, 5);
  EXPECT_FALSE(settings("{}").is_on);
}

}  // namespace
}  // namespace cardea
