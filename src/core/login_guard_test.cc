#include "core/login_guard.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

class LoginGuardTest : public testing::Test {
 protected:
  bool passes(std::string_view name, std::string_view address = "203.0.113.1", const char* realm = "r") {
    return guard_.reserve(RealmId(realm), name, address).has_value();
  }

  FakeClock clock_;
  SeededRandom random_;
  LoginGuard guard_{clock_, random_, {.address = {5, seconds{1}}, .account = {3, seconds{10}}}};
};

TEST_F(LoginGuardTest, refuses_an_account_that_was_tried_too_often_from_anywhere) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(passes("ada", "203.0.113." + std::to_string(i)));
  EXPECT_FALSE(passes("ada", "198.51.100.1"));
  EXPECT_FALSE(passes("ADA", "198.51.100.1")) << "the same account";
  EXPECT_TRUE(passes("ada", "198.51.100.1", "other")) << "another realm's ada";
  EXPECT_TRUE(passes("bob", "198.51.100.1"));
}

TEST_F(LoginGuardTest, refuses_an_address_that_tries_many_accounts) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(passes("user" + std::to_string(i)));
  EXPECT_FALSE(passes("user5"));
  EXPECT_TRUE(passes("user5", "203.0.113.2"));
}

TEST_F(LoginGuardTest, refuses_to_let_an_ipv6_network_count_as_many_addresses) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(passes("user" + std::to_string(i), "2001:db8::" + std::to_string(i + 1)));
  EXPECT_FALSE(passes("user5", "2001:db8::ffff"));
  EXPECT_TRUE(passes("user5", "2001:db8:0:1::1"));
}

TEST_F(LoginGuardTest, a_refusal_takes_nothing_and_says_how_long_to_wait) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(passes("ada"));
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(passes("ada"));
  EXPECT_TRUE(passes("bob")) << "the address still has an attempt";
  const auto refused = guard_.reserve(RealmId("r"), "ada", "203.0.113.9");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after, seconds{10});
  clock_.advance(seconds{9});
  EXPECT_FALSE(passes("ada", "203.0.113.9"));
  clock_.advance(seconds{1});
  EXPECT_TRUE(passes("ada", "203.0.113.9"));
  EXPECT_FALSE(passes("ada", "203.0.113.9")) << "one came back, not all";
}

TEST_F(LoginGuardTest, refuses_an_address_more_than_it_has_left_and_takes_nothing_then) {
  auto ticket = *guard_.reserve(RealmId("r"), "ada", "203.0.113.1");
  ASSERT_TRUE(guard_.take_more(ticket, 3));
  const auto refused = guard_.take_more(ticket, 2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after, seconds{1});
  EXPECT_TRUE(passes("bob")) << "one is left";
  EXPECT_FALSE(passes("cleo"));
  EXPECT_TRUE(passes("ada", "203.0.113.2")) << "the account gave one attempt alone";
  guard_.give_back(ticket);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(passes("user" + std::to_string(i))) << i;
  EXPECT_FALSE(passes("user4"));
}

TEST_F(LoginGuardTest, lets_the_dearest_pass_a_full_bucket) {
  auto ticket = *guard_.reserve(RealmId("r"), "ada", "203.0.113.1");
  EXPECT_TRUE(guard_.take_more(ticket, 1000));
  EXPECT_FALSE(passes("bob"));
}

TEST_F(LoginGuardTest, what_is_given_back_was_never_taken) {
  for (int i = 0; i < 100; ++i) {
    const auto ticket = guard_.reserve(RealmId("r"), "ada", "203.0.113.1");
    ASSERT_TRUE(ticket) << i;
    guard_.give_back(*ticket);
  }
}

TEST_F(LoginGuardTest, what_never_arrives_gives_itself_back_and_what_was_wrong_counts) {
  for (int i = 0; i < 100; ++i) {
    const auto ticket = guard_.reserve(RealmId("r"), "ada", "203.0.113.1");
    ASSERT_TRUE(ticket) << i;
    HeldAttempt held(guard_, *ticket);
    HeldAttempt moved = std::move(held);
  }
  for (int i = 0; i < 3; ++i) {
    const auto ticket = guard_.reserve(RealmId("r"), "ada", "203.0.113.1");
    ASSERT_TRUE(ticket) << i;
    HeldAttempt(guard_, *ticket).count();
  }
  EXPECT_FALSE(passes("ada"));
}

TEST_F(LoginGuardTest, refuses_parallel_attempts_beyond_the_bucket) {
  std::atomic<int> passed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] { passed += passes("ada", "203.0.113." + std::to_string(i)) ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(passed, 3);
}

TEST_F(LoginGuardTest, refuses_to_forget_a_tried_account_for_names_tried_once) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(passes("ada", "203.0.113." + std::to_string(i)));
  for (int i = 0; i < 50'000; ++i) (void)passes("n" + std::to_string(i), "h" + std::to_string(i));
  EXPECT_FALSE(passes("ada", "198.51.100.1"));
}

}  // namespace
}  // namespace cardea
