#include "db/sql.h"

#include <gtest/gtest.h>

namespace cardea::db {
namespace {

TEST(SqlTest, translates_parameters_lists_and_what_only_postgres_gets) {
  constexpr Sql sql{"SELECT json_group_array(x) FROM t WHERE a = ?1 AND b > ?12 /*pg FOR UPDATE */"};
  EXPECT_EQ(sql.postgres_text(), "SELECT json_agg(x) FROM t WHERE a = $1 AND b > $12  FOR UPDATE ");
  EXPECT_EQ(sql.sqlite_text(), "SELECT json_group_array(x) FROM t WHERE a = ?1 AND b > ?12 /*pg FOR UPDATE */");
}

TEST(SqlTest, takes_a_second_text_as_it_stands) {
  constexpr Sql sql{"SELECT ?1", "SELECT $1::text || '?'"};
  EXPECT_EQ(sql.postgres_text(), "SELECT $1::text || '?'");
  EXPECT_EQ(sql.sqlite_text(), "SELECT ?1");
}

}  // namespace
}  // namespace cardea::db
