#include "db/postgres/connection.h"

#include <gtest/gtest.h>

namespace cardea::db {
namespace {

TEST(PostgresErrorTest, sqlstates_become_what_a_caller_can_act_on) {
  EXPECT_EQ(classify_postgres("40001"), DbError::kRetry);
  EXPECT_EQ(classify_postgres("40P01"), DbError::kRetry);
  EXPECT_EQ(classify_postgres("23505"), DbError::kConflict);
  EXPECT_EQ(classify_postgres("23503"), DbError::kConflict);
  EXPECT_EQ(classify_postgres("23502"), DbError::kBroken) << "NULL where none may be is our mistake";
  EXPECT_EQ(classify_postgres("57014"), DbError::kBusy);
  EXPECT_EQ(classify_postgres("55P03"), DbError::kBusy);
  EXPECT_EQ(classify_postgres("53300"), DbError::kBusy);
  EXPECT_EQ(classify_postgres("53100"), DbError::kUnavailable) << "disk full";
  EXPECT_EQ(classify_postgres("57P01"), DbError::kUnavailable);
  EXPECT_EQ(classify_postgres("08006"), DbError::kUnavailable);
  EXPECT_EQ(classify_postgres("25006"), DbError::kUnavailable) << "a standby now";
  EXPECT_EQ(classify_postgres("42P01"), DbError::kBroken);
  EXPECT_EQ(classify_postgres("22021"), DbError::kBroken);
  EXPECT_EQ(classify_postgres(""), DbError::kUnavailable);
}

}  // namespace
}  // namespace cardea::db
