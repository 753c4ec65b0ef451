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

TEST(AdminPasswordPolicy, refuses_in_a_users_representation_what_reset_password_refuses) {
  AdminWorld world;
  const auto policy = R"j({"passwordPolicy":"notUsername(undefined) and notEmail(undefined) and passwordHistory(3)"})j";
  ASSERT_EQ(world.put("", policy).status, 204);
  const auto made = world.post("/users", R"({"username":"adaadaada","email":"aaa@example.org","enabled":true,
    "firstName":"A","lastName":"B","credentials":[{"type":"password","value":"first-pass-1"}]})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto path = "/users/" + made.made_id();
  const auto put = [&](std::string_view password) {
    return world.put(path, json::serialize(json::object{
                               {"credentials", json::array{json::object{{"type", "password"}, {"value", password}}}}}));
  };
  ASSERT_EQ(put("second-pass-2").status, 204);
  expect(put("first-pass-1"), 400,
         R"({"error":"invalidPasswordHistoryMessage",)"
         R"("error_description":"Invalid password: must not be equal to any of last 3 passwords."})");
  expect(put("adaadaada"), 400,
         R"({"error":"invalidPasswordNotUsernameMessage",)"
         R"("error_description":"Invalid password: must not be equal to the username."})");
  EXPECT_EQ(put("aaa@example.org").status, 400);
  EXPECT_EQ(put("third-pass-3").status, 204);
  EXPECT_EQ(world.put("/users/none", R"({"credentials":[{"type":"password","value":"x"}]})").status, 404);
}

}  // namespace
}  // namespace cardea::protocol
