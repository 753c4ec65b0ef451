#include "core/import/placeholders.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

TEST(Placeholders, are_filled_once_and_unknown_ones_stay) {
  const PlaceholderLookup lookup = [](std::string_view name) -> std::optional<std::string> {
    if (name == "A") return "${B}";
    if (name == "EMPTY") return "";
    return std::nullopt;
  };
  EXPECT_EQ(fill_placeholders("x${A}y", lookup), "x${B}y") << "what a lookup gives is not looked at again";
  EXPECT_EQ(fill_placeholders("${role_admin} ${NO:default:x} ${EMPTY}.", lookup), "${role_admin} default:x .");
  EXPECT_EQ(fill_placeholders("${A ${A", lookup), "${A ${A");
  json::value value = {{"${A}", json::array{"${A}", 1, {{"k", "${A}"}}}}};
  fill_placeholders(value, lookup);
  EXPECT_EQ(json::serialize(value), R"({"${A}":["${B}",1,{"k":"${B}"}]})");
}

}  // namespace
}  // namespace cardea
