#include "core/attribute_match.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

User ada() {
  User out;
  out.username = "ada";
  out.email = "ada@example.com";
  out.attributes["level"] = {"low", "high"};
  return out;
}

TEST(AttributeMatchTest, cannot_say_with_groups_or_a_pattern_that_is_none) {
  EXPECT_EQ(has_attribute(ada(), {.name = "level", .value = "high", .includes_groups = true}), std::nullopt);
  EXPECT_EQ(has_attribute(ada(), {.name = "level", .value = "(", .is_pattern = true}), std::nullopt);
  const std::string endless(kAttributePatternBytesMax + 1, 'a');
  EXPECT_EQ(has_attribute(ada(), {.name = "level", .value = endless, .is_pattern = true}), std::nullopt);
}

TEST(AttributeMatchTest, compares_whole_values) {
  EXPECT_EQ(has_attribute(ada(), {.name = "level", .value = "hig"}), false);
  EXPECT_EQ(has_attribute(ada(), {.name = "level", .value = "high"}), true);
  EXPECT_EQ(has_attribute(ada(), {.name = "level", .value = "hig", .is_pattern = true}), false);
  EXPECT_EQ(has_attribute(ada(), {.name = "level", .value = "h.*", .is_pattern = true}), true);
  EXPECT_EQ(has_attribute(ada(), {.name = "email", .value = ".*@example\\.com", .is_pattern = true}), true);
  EXPECT_EQ(has_attribute(ada(), {.name = "color", .value = ""}), false);
}

}  // namespace
}  // namespace cardea
