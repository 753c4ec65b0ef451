#include "core/dear_hashes.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace cardea {
namespace {

crypto::PasswordHash pbkdf2(int iterations) {
  return {.algorithm = "pbkdf2-sha256",
          .iterations = iterations,
          .parameters = {},
          .salt = std::string(16, 's'),
          .hash = std::string(32, 'h')};
}

/// What a wrong password costs in all, in hashes of the default cost.
double cost_of(const DearHashes::Work& work, const std::optional<crypto::PasswordHash>& stored) {
  double cost = crypto::relative_cost(stored ? *stored : crypto::dummy_hash());
  for (const auto& hash : work.padding) cost += crypto::relative_cost(hash);
  return cost;
}

class DearHashesTest : public testing::Test {
 protected:
  double cost(const RealmId& realm, const std::optional<crypto::PasswordHash>& stored) {
    return cost_of(hashes_.work_of(realm, stored), stored);
  }

  FakeClock clock_;
  DearHashes hashes_{clock_};
  const RealmId realm_{"r"};
};

TEST_F(DearHashesTest, refuses_to_answer_sooner_for_nobody_than_for_an_imported_account) {  // attack class 27
  const auto own = crypto::dummy_hash();
  EXPECT_EQ(cost(realm_, {}), 1.0);
  EXPECT_EQ(cost(realm_, own), 1.0);
  const auto imported = cost(realm_, pbkdf2(110'000));
  EXPECT_NEAR(imported, 11.0, 0.1);
  EXPECT_NEAR(cost(realm_, {}), imported, 0.01);
  EXPECT_NEAR(cost(realm_, own), imported, 0.01);
  EXPECT_NEAR(cost(realm_, pbkdf2(27'500)), imported, 0.01);
  auto other = pbkdf2(20'000);
  other.algorithm = "pbkdf2-sha512";
  other.hash.assign(64, 'h');
  EXPECT_NEAR(cost(realm_, other), imported, 0.01);
  EXPECT_EQ(cost(RealmId("another"), {}), 1.0) << "people of other realms are not kept waiting";
}

TEST_F(DearHashesTest, what_it_costs_is_counted_the_same_for_all) {
  const auto imported = hashes_.work_of(realm_, pbkdf2(110'000)).attempts;
  EXPECT_EQ(imported, 11);
  EXPECT_EQ(hashes_.work_of(realm_, {}).attempts, imported);
  EXPECT_EQ(hashes_.work_of(realm_, crypto::dummy_hash()).attempts, imported);
  EXPECT_EQ(hashes_.work_of(RealmId("another"), {}).attempts, 1);
}

TEST_F(DearHashesTest, is_cheap_again_a_week_after_the_last_of_them) {
  (void)hashes_.work_of(realm_, pbkdf2(110'000));
  clock_.advance(DearHashes::kKept);
  EXPECT_EQ(hashes_.work_of(realm_, {}).attempts, 11);
  clock_.advance(seconds{1});
  EXPECT_EQ(hashes_.work_of(realm_, {}).attempts, 1);
}

TEST_F(DearHashesTest, refuses_to_remember_more_realms_than_it_has_room_for) {
  for (std::size_t i = 0; i <= DearHashes::kRealms; ++i) {
    (void)hashes_.work_of(RealmId("r" + std::to_string(i)), pbkdf2(22'000));
    clock_.advance(seconds{1});
  }
  EXPECT_EQ(hashes_.work_of(RealmId("r0"), {}).attempts, 1) << "the one seen longest ago is forgotten";
  EXPECT_EQ(hashes_.work_of(RealmId("r1"), {}).attempts, 3);
}

}  // namespace
}  // namespace cardea
