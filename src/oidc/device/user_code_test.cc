#include "oidc/device/user_code.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/seeded_random.h"

namespace cardea::oidc {
namespace {

TEST(UserCode, refuses_what_can_be_no_code) {
  for (const auto* typed :
       {"", "-", "BCDF-GHJ", "BCDF-GHJKL", "BCDF-GHJA", "BCDF_GHJK", "BCDF-GHJ1", "BCDFGHJ\xC3\x9F"}) {
    EXPECT_FALSE(parse_user_code(typed)) << typed;
  }
  EXPECT_FALSE(parse_user_code(std::string(100, '-') + "BCDFGHJK"));
}

TEST(UserCode, reads_it_however_a_person_writes_it) {
  for (const auto* typed : {"BCDF-GHJK", "bcdfghjk", " b c d f - g h j k ", "BCDF--GHJK"}) {
    EXPECT_EQ(parse_user_code(typed), "BCDF-GHJK") << typed;
  }
}

TEST(UserCode, is_fresh_every_time_and_reads_back) {
  SeededRandom random(3);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto code = make_user_code(random);
    EXPECT_EQ(parse_user_code(code), code);
    EXPECT_TRUE(seen.insert(code).second);
  }
}

}  // namespace
}  // namespace cardea::oidc
