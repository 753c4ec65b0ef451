#include "gate/access/path_pattern.h"

#include <gtest/gtest.h>

namespace cardea::gate {
namespace {

bool matches(std::string_view pattern, std::string_view path) { return PathPattern::parse(pattern)->matches(path); }

TEST(PathPattern, refuses_what_it_would_not_match_as_meant) {
  for (const auto* text : {"", "api", "/a//b", "/a/../b", "/a/./b", "/a*", "/**/b", "/a?b=c", "/a#b", "/a%2fb", "/a;b"})
    EXPECT_FALSE(PathPattern::parse(text)) << text;
}

TEST(PathPattern, does_not_match_other_case_other_depth_or_another_segment) {
  EXPECT_FALSE(matches("/api/v1/flows", "/api/v1/FLOWS"));
  EXPECT_FALSE(matches("/api/v1/flows", "/api/v1"));
  EXPECT_FALSE(matches("/api/v1/flows", "/api/v1/flows/x"));
  EXPECT_FALSE(matches("/api/*/flows", "/api/flows"));
  EXPECT_FALSE(matches("/api/**", "/apix"));
}

TEST(PathPattern, matches_segments_a_star_and_the_rest) {
  EXPECT_TRUE(matches("/", "/"));
  EXPECT_TRUE(matches("/**", "/anything/at/all"));
  EXPECT_TRUE(matches("/api/v1/flows", "/api/v1/flows/"));
  EXPECT_TRUE(matches("/api/*/flows/**", "/api/main/flows"));
  EXPECT_TRUE(matches("/api/*/flows/**", "/api/main/flows/a/b"));
  EXPECT_TRUE(matches("/lists/a b", "/lists/a%20b"));
}

}  // namespace
}  // namespace cardea::gate
