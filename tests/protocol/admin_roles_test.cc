// Roles that are made of others at once (keycloak.md section 6.7).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::UnorderedElementsAre;

std::vector<std::string> names(const json::array& roles) {
  std::vector<std::string> out;
  for (const auto& role : roles) out.push_back(string_or(role.get_object(), "name", "?"));
  return out;
}

TEST(AdminRoles, refuses_composites_that_are_not_there) {
  AdminWorld world;
  expect(world.post("/roles", R"({"name":"parent","composite":true,"composites":{"realm":["none"]}})"), 404,
         R"({"error":"Could not find composite role"})");
  expect(world.post("/roles", R"({"name":"parent","composites":{"client":{"none":["x"]}}})"), 404,
         R"({"error":"Could not find client"})");
  EXPECT_EQ(world.get("/roles/parent").status, 404) << "nothing was made";
}

TEST(AdminRoles, refuses_composites_beyond_what_the_caller_has) {  // attack class 21
  AdminWorld world;
  const auto manager = world.admin_token({"manage-realm"});
  const auto post = [&](std::string_view role) {
    const auto body = json::serialize(json::object{
        {"name", "ladder"}, {"composites", {{"client", {{"realm-management", json::array{json::value(role)}}}}}}});
    return world.send(web::Method::kPost, "/admin/realms/demo/roles", manager, body).status;
  };
  EXPECT_EQ(post("realm-admin"), 403);
  EXPECT_EQ(world.get("/roles/ladder").status, 404);
  EXPECT_EQ(post("manage-realm"), 201) << "what they have they may give";
}

TEST(AdminRoles, are_made_with_their_composites) {
  AdminWorld world;
  ASSERT_EQ(world.post("/roles", R"({"name":"child"})").status, 201);
  const auto client = world.post("/clients", R"({"clientId":"shop"})").made_id();
  ASSERT_EQ(world.post("/clients/" + client + "/roles", R"({"name":"buy"})").status, 201);
  const auto composites = R"({"realm":["child"],"client":{"shop":["buy"]}})";
  for (const auto& at : {std::string("/roles"), "/clients/" + client + "/roles"}) {
    const auto body = std::string(R"({"name":"parent","composite":true,"composites":)").append(composites).append("}");
    ASSERT_EQ(world.post(at, body).status, 201);
    EXPECT_THAT(names(world.get(at + "/parent/composites").array()), UnorderedElementsAre("buy", "child"));
    EXPECT_TRUE(bool_or(world.get(at + "/parent").object(), "composite", false));
  }
}

}  // namespace
}  // namespace cardea::protocol
