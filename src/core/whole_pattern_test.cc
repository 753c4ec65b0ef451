#include "core/whole_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace cardea {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  const auto parsed = WholePattern::parse(pattern);
  EXPECT_TRUE(parsed) << pattern;
  return parsed && parsed->matches(text);
}

TEST(WholePattern, refuses_what_it_cannot_read) {
  std::string many = "^";
  for (int i = 0; i < 40; ++i) many += "(?=.)";
  for (const auto& pattern : {std::string("("), std::string("[a-"), std::string("(?=.*[a-z]"),  // unfinished
                              std::string("(?=a)b|c"), std::string("(?=a)?b"),                  // a look-ahead or not
                              std::string("a(?=b)b"), std::string("((?=a))b"),                  // in the middle
                              std::string("(?<=a)b"), std::string("(?<!a)b"),                   // look-behind
                              std::string("(a)\\1"), std::string("a++(?=b)"),                   // only backtracking
                              std::string("(?=[a[b]])a"), std::string("(?=\\Q)\\E)a"),          // groups read otherwise
                              many + "$"}) {
    EXPECT_FALSE(WholePattern::parse(pattern)) << pattern;
  }
}

TEST(WholePattern, refuses_a_text_that_matches_in_part) {
  EXPECT_FALSE(matches("[a-z]+", "abc1"));
  EXPECT_FALSE(matches("(?=.*[0-9])[a-z0-9]+", "abc1!"));
  EXPECT_TRUE(matches("(?=.*[0-9])[a-z0-9]+", "abc1"));
}

TEST(WholePattern, reads_look_aheads_at_the_beginning) {
  for (const std::string_view pattern : {"^(?=.*[a-z])(?=.*[A-Z])(?=.*\\d)(?=.*[@$!%*?&])[A-Za-z\\d@$!%*?&]{8,}$",
                                         "((?=.*\\d)(?=.*[a-z])(?=.*[A-Z])(?=.*[@$!%*?&]).{8,40})",
                                         "^(?:(?=.*\\d)(?=.*[a-z])(?=.*[A-Z])(?=.*[)@$!%*?&(\\]]).{8,})$"}) {
    EXPECT_TRUE(matches(pattern, "Horse-1@battery") || matches(pattern, "Horse1@battery")) << pattern;
    for (const auto* weak : {"horse1@battery", "HORSE1@BATTERY", "Horse@battery", "Horse1battery", "Ho1@", ""}) {
      EXPECT_FALSE(matches(pattern, weak)) << pattern << " " << weak;
    }
  }
}

TEST(WholePattern, a_look_ahead_may_forbid) {
  EXPECT_TRUE(matches("^(?!.*password)(?!.*(?:abc|123)).+$", "horse"));
  EXPECT_FALSE(matches("^(?!.*password)(?!.*(?:abc|123)).+$", "my-password"));
  EXPECT_FALSE(matches("^(?!.*password)(?!.*(?:abc|123)).+$", "x123"));
}

TEST(WholePattern, a_look_ahead_begins_where_the_text_begins) {
  EXPECT_FALSE(matches("^(?=[A-Z]).*$", "aB"));
  EXPECT_TRUE(matches("^(?=[A-Z]).*$", "Ba"));
  EXPECT_TRUE(matches("^(?=.{3}$)[a-z]*$", "abc"));
  EXPECT_FALSE(matches("^(?=.{3}$)[a-z]*$", "abcd"));
}

}  // namespace
}  // namespace cardea
