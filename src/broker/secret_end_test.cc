#include "broker/secret_end.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace cardea::broker {
namespace {

constexpr TimePoint kNow =
    TimePoint{} + std::chrono::sys_days{std::chrono::year{2026} / 11 / 26}.time_since_epoch() + std::chrono::hours{13};

std::optional<std::int64_t> days(const std::string& text) {
  IdentityProvider provider;
  if (!text.empty()) provider.config["clientSecretEnds"] = text;
  return secret_days_left(provider, kNow);
}

TEST(SecretEnd, refuses_what_is_no_date) {
  for (const auto* text : {"", "soon", "2027-13-01", "2027-02-30", "01/31/2027", "2027-1-31", "2027/01/31"}) {
    EXPECT_FALSE(days(text)) << text;
  }
}

TEST(SecretEnd, counts_whole_days) {
  EXPECT_EQ(days("2026-11-26"), 0);
  EXPECT_EQ(days("2026-11-27T23:59:59Z"), 1);
  EXPECT_EQ(days("2026-12-26"), 30);
  EXPECT_EQ(days("2026-11-25"), -1);
}

TEST(SecretEnd, G2_30_warns_30_14_7_and_1_days_ahead) {
  EXPECT_FALSE(secret_warning(31));
  EXPECT_EQ(secret_warning(30), 30);
  EXPECT_EQ(secret_warning(15), 30);
  EXPECT_EQ(secret_warning(14), 14);
  EXPECT_EQ(secret_warning(7), 7);
  EXPECT_EQ(secret_warning(2), 7);
  EXPECT_EQ(secret_warning(1), 1);
  EXPECT_EQ(secret_warning(0), 1);
  EXPECT_EQ(secret_warning(-1), 0);
}

}  // namespace
}  // namespace cardea::broker
