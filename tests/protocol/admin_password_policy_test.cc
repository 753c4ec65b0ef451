// Password policies over the admin API (keycloak.md section 3.10): what could not be kept is refused when it is
// written.
#include <gtest/gtest.h>

#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

TEST(AdminPasswordPolicy, refuses_rules_that_are_broken_and_lists_that_are_not_there) {
  AdminWorld world;
  const auto put = [&](std::string_view policy) {
    return world.put("", json::serialize(json::object{{"passwordPolicy", policy}}));
  };
  EXPECT_EQ(put("length(x)").status, 400);
  const auto missing = put("length(3) and passwordBlacklist(typo.txt)");
  EXPECT_EQ(missing.status, 400);
  EXPECT_EQ(string_or(missing.object(), "errorMessage", ""), "Password blacklist typo.txt not found");
  EXPECT_EQ(put("length(3)").status, 204);
}

}  // namespace
}  // namespace cardea::protocol
