// What administrators are shown beside the records themselves, as Keycloak 26.7 shows it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class AdminViews : public testing::Test {
 protected:
  AdminWorld world;

  std::vector<std::string> names(std::string_view path) {
    std::vector<std::string> out;
    for (const auto& row : world.get(path).array()) out.push_back(string_or(row.as_object(), "name", ""));
    return out;
  }
  void add_user(std::string_view name) {
    ASSERT_EQ(world.post("/users", R"({"username":")" + std::string(name) + R"(","enabled":true})").status, 201);
  }
};

// Clients of full scope map every role, and a client's own roles are always in its scope.
TEST_F(AdminViews, show_what_the_scope_of_a_client_reaches) {
  ASSERT_EQ(world.post("/roles", R"({"name":"clerk"})").status, 201);
  const auto made = world.post("/clients", R"({"clientId":"wide"})");
  ASSERT_EQ(made.status, 201);
  const auto client = "/clients/" + made.made_id();
  ASSERT_EQ(world.post(client + "/roles", R"({"name":"own"})").status, 201);
  const auto account = world.client_uuid("account");
  const auto composite = client + "/scope-mappings/realm/composite";
  const auto of_account = client + "/scope-mappings/clients/" + account + "/composite";
  const auto of_own = client + "/scope-mappings/clients/" + made.made_id() + "/composite";
  EXPECT_THAT(names(composite), Contains("clerk"));
  EXPECT_THAT(names(of_account), Contains("view-profile"));
  EXPECT_THAT(names(client + "/scope-mappings/realm"), IsEmpty());
  ASSERT_EQ(world.put(client, R"({"fullScopeAllowed":false})").status, 204);
  EXPECT_THAT(names(composite), Not(Contains("clerk")));
  EXPECT_THAT(names(of_account), IsEmpty());
  EXPECT_THAT(names(of_own), Contains("own"));
}

TEST_F(AdminViews, show_a_persons_links_where_the_realm_has_providers) {
  add_user("lena");
  const auto user = "/users/" + world.user_id("lena");
  EXPECT_FALSE(world.get(user).object().contains("federatedIdentities"));
  ASSERT_EQ(world
                .post("/identity-provider/instances",
                      R"({"alias":"hub","providerId":"github","config":{"clientId":"c","clientSecret":"s"}})")
                .status,
            201);
  EXPECT_EQ(world.get(user).object().at("federatedIdentities"), json::array());
  ASSERT_EQ(
      world.post(user + "/federated-identity/hub", R"({"identityProvider":"hub","userId":"u-7","userName":"lena7"})")
          .status,
      204);
  const auto shown = world.get(user).object();
  EXPECT_EQ(json::serialize(shown.at("federatedIdentities")),
            R"([{"identityProvider":"hub","userId":"u-7","userName":"lena7"}])");
  ASSERT_EQ(world.put(user, json::serialize(shown)).status, 204) << "what was shown can be sent back";
  EXPECT_THAT(world.get(user + "/federated-identity").body, HasSubstr("u-7"));
  EXPECT_THAT(world.get("/users?username=lena").body, Not(HasSubstr("federatedIdentities")));
}

TEST_F(AdminViews, say_who_may_be_managed_in_the_users_of_a_role_and_not_in_members_of_groups) {
  add_user("moritz");
  const auto id = world.user_id("moritz");
  ASSERT_EQ(world.post("/roles", R"({"name":"clerk"})").status, 201);
  const auto role = world.get("/roles/clerk").body;
  ASSERT_EQ(world.post("/users/" + id + "/role-mappings/realm", "[" + role + "]").status, 204);
  const auto group = world.post("/groups", R"({"name":"staff"})");
  ASSERT_EQ(world.put("/users/" + id + "/groups/" + group.made_id(), "").status, 204);
  EXPECT_THAT(world.get("/roles/clerk/users").body, HasSubstr(R"("access":{"manage":true})"));
  const auto members = world.get("/groups/" + group.made_id() + "/members");
  EXPECT_THAT(members.body, HasSubstr("moritz"));
  EXPECT_THAT(members.body, Not(HasSubstr("access")));
}

TEST_F(AdminViews, describe_what_forms_ask_for) {
  const auto github = world.get("/identity-provider/providers/github").object().at("configProperties").as_array();
  ASSERT_EQ(github.size(), 2U);
  EXPECT_EQ(string_or(github[0].as_object(), "name", ""), "baseUrl");
  EXPECT_EQ(string_or(github[1].as_object(), "name", ""), "apiUrl");
  EXPECT_EQ(world.get("/identity-provider/providers/oidc").object().at("configProperties"), json::array());
  // What the console's forms of a flow are made of: without a property there is no field to set it in.
  const auto set_in_flows = [this](const std::string& provider) {
    std::vector<std::string> names;
    const auto described = world.get("/authentication/config-description/" + provider).object();
    for (const auto& property : described.at("properties").as_array()) {
      names.emplace_back(string_or(property.as_object(), "name", ""));
    }
    return names;
  };
  EXPECT_THAT(set_in_flows("user-session-limits"),
              ElementsAre("userRealmLimit", "userClientLimit", "behavior", "errorMessage"));
  EXPECT_THAT(set_in_flows("deny-access-authenticator"), ElementsAre("denyErrorMessage"));
  EXPECT_THAT(set_in_flows("conditional-client-scope"), ElementsAre("client_scope", "negate"));
  EXPECT_THAT(set_in_flows("idp-review-profile"), ElementsAre("update.profile.on.first.login"));
  const auto limits = world.get("/authentication/config-description/user-session-limits").object();
  EXPECT_EQ(limits.at("properties").as_array().at(2).at("options"),
            json::array({"Deny new session", "Terminate oldest session"}));
  const auto clients = world.get("/authentication/per-client-config-description").object();
  const auto federated = clients.at("federated-jwt").as_array();
  ASSERT_EQ(federated.size(), 2U);
  EXPECT_EQ(string_or(federated[0].as_object(), "name", ""), "jwt.credential.issuer");
  EXPECT_EQ(string_or(federated[1].as_object(), "name", ""), "jwt.credential.sub");
  EXPECT_EQ(clients.at("client-secret"), json::array());
}

}  // namespace
}  // namespace cardea::protocol
