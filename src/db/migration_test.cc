#include "db/migration.h"

#include <gtest/gtest.h>

#include <array>

namespace cardea::db {
namespace {

constexpr std::array<Migration, 3> kThree{{{1, "one", ""}, {2, "two", ""}, {3, "three", ""}}};

TEST(MigrationTest, refuses_a_schema_ahead_of_us) {
  const auto rest = pending(4, kThree);
  ASSERT_FALSE(rest);
  EXPECT_EQ(rest.error().failure, OpenFailure::kNewerSchema);
}

TEST(MigrationTest, gives_what_is_left) {
  EXPECT_EQ(pending(0, kThree)->size(), 3U);
  ASSERT_EQ(pending(2, kThree)->size(), 1U);
  EXPECT_EQ(pending(2, kThree)->front().number, 3);
  EXPECT_TRUE(pending(3, kThree)->empty());
}

}  // namespace
}  // namespace cardea::db
