// Parameters of lists that a caller relies on: passed over, they would show everything (keycloak.md section 6).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using enum web::Method;

class AdminParameters : public testing::Test {
 protected:
  AdminWorld world;

  std::string made(std::string_view path, std::string_view body) {
    const auto sent = world.post(path, body);
    EXPECT_EQ(sent.status, 201) << path << sent.body;
    return sent.made_id();
  }
  std::vector<std::string> names(std::string_view path, std::string_view member = "name") {
    std::vector<std::string> out;
    for (const auto& item : world.get(path).array()) out.push_back(string_or(item.as_object(), member, ""));
    return out;
  }
  void make_provider() {
    made("/identity-provider/instances",
         R"({"alias":"up","providerId":"oidc","config":{"clientId":"c","clientSecret":"hidden",)"
         R"("authorizationUrl":"https://up.example/auth","tokenUrl":"https://up.example/token"}})");
  }
};

TEST_F(AdminParameters, refuse_to_count_everybody_for_one_who_is_linked) {
  make_provider();
  const auto ada = world.user_id("ada");
  made("/users", R"({"username":"eve","enabled":true})");
  ASSERT_EQ(world.post("/users/" + ada + "/federated-identity/up", R"({"userId":"7","userName":"seven"})").status, 204);
  expect(world.get("/users/count?idpAlias=up"), 200, "1");
  expect(world.get("/users/count?idpAlias=up&idpUserId=7"), 200, "1");
  expect(world.get("/users/count?idpAlias=up&idpUserId=8"), 200, "0");
  expect(world.get("/users/count?idpAlias=other"), 200, "0");
  EXPECT_THAT(names("/users?idpAlias=up&idpUserId=7", "username"), ElementsAre("ada"));
  EXPECT_THAT(names("/users?idpAlias=up&idpUserId=8", "username"), IsEmpty());
  EXPECT_EQ(world.get("/users?idpUserId=7").status, 400) << "an id of whom?";
}

TEST_F(AdminParameters, refuse_searches_of_clients_by_attributes_that_nobody_named) {
  expect(world.get("/clients?q=plan:gold"), 400,
         R"({"error":"invalid_request","error_description":"Attributes [plan] not allowed for search"})");
}

TEST_F(AdminParameters, providers_come_by_what_they_are_for) {
  make_provider();
  EXPECT_THAT(names("/identity-provider/instances?type=ANY", "alias"), ElementsAre("up"));
  EXPECT_THAT(names("/identity-provider/instances?type=USER_AUTHENTICATION", "alias"), ElementsAre("up"));
  EXPECT_THAT(names("/identity-provider/instances?type=JWT_AUTHORIZATION_GRANT", "alias"), ElementsAre("up"));
  EXPECT_EQ(world.get("/identity-provider/instances?type=NOTHING").status, 400);
  const auto brief = world.get("/identity-provider/instances?briefRepresentation=true").body;
  EXPECT_THAT(brief, HasSubstr(R"("config":{})"));
  EXPECT_THAT(brief, Not(HasSubstr("tokenUrl")));
  EXPECT_EQ(world.get("/identity-provider/instances/up/export").status, 204);
  expect(world.get("/identity-provider/instances/nix/export"), 404, R"({"error":"HTTP 404 Not Found"})");
}

TEST_F(AdminParameters, groups_come_flat_and_uncounted_when_asked_for_so) {
  std::string parent = made("/groups", R"({"name":"g1"})");
  std::string path = "/g1";
  for (int i = 2; i <= 7; ++i) {
    const auto name = "g" + std::to_string(i);
    parent = made("/groups/" + parent + "/children", R"({"name":")" + name + R"("})");
    path += "/" + name;
  }
  EXPECT_THAT(names("/groups?search=g7"), ElementsAre("g1"));
  EXPECT_THAT(names("/groups?search=g7&populateHierarchy=false"), ElementsAre("g7"));
  EXPECT_THAT(world.get("/groups").body, HasSubstr(R"("subGroupCount":1)"));
  EXPECT_THAT(world.get("/groups?subGroupsCount=false").body, Not(HasSubstr("subGroupCount")));
  const auto deep = world.get("/group-by-path" + path);
  EXPECT_EQ(deep.status, 200) << deep.body;
  EXPECT_EQ(string_or(deep.object(), "id", ""), parent);
}

TEST_F(AdminParameters, descriptions_of_clients_are_converted_and_nothing_is_stored) {
  const auto convert = [&](std::string_view body, std::string_view type = "application/json") {
    return world.send(kPost, "/admin/realms/demo/client-description-converter", world.root(), body, type);
  };
  expect(convert("nonsense", "text/plain"), 400, R"({"error":"Unsupported format"})");
  EXPECT_EQ(convert("<EntityDescriptor/>", "application/xml").status, 501);
  EXPECT_EQ(convert(R"({"clientId":"x","foo":1})").status, 400);
  expect(convert(R"({"clientId":"x","redirectUris":["https://a.example/*"]})"), 200,
         R"({"clientId":"x","redirectUris":["https://a.example/*"]})");
  EXPECT_THAT(names("/clients?clientId=x", "clientId"), IsEmpty());
}

// RFC 7591 section 2: the same reading as at the registration endpoint.
TEST_F(AdminParameters, descriptions_in_metadata_of_rfc7591_are_converted_or_refused_by_their_error) {
  const auto convert = [&](std::string_view body) {
    return world.post("/admin/realms/demo/client-description-converter", body);
  };
  expect(convert(R"({"redirect_uris":["https://a.example/*"]})"), 400,
         R"({"error":"invalid_redirect_uri","error_description":"A redirect URI is not a valid URI"})");
  expect(convert(R"({"redirect_uris":["https://a.example/cb"],"grant_types":"implicit"})"), 400,
         R"({"error":"invalid_client_metadata","error_description":"Client metadata invalid"})");
  const auto read =
      convert(R"({"client_id":"oven","client_name":"The oven","redirect_uris":["https://a.example/cb"],)"
              R"("token_endpoint_auth_method":"none","scope":"openid phone","dpop_bound_access_tokens":true})");
  ASSERT_EQ(read.status, 200) << read.body;
  const auto& client = read.object();
  EXPECT_EQ(string_or(client, "clientId", ""), "oven");
  EXPECT_EQ(string_or(client, "name", ""), "The oven");
  EXPECT_TRUE(bool_or(client, "publicClient", false));
  EXPECT_FALSE(bool_or(client, "directAccessGrantsEnabled", true));
  EXPECT_THAT(read.body, HasSubstr(R"("redirectUris":["https://a.example/cb"])"));
  EXPECT_THAT(read.body, HasSubstr(R"("optionalClientScopes":["phone"])"));
  EXPECT_THAT(read.body, HasSubstr(R"("dpop.bound.access.tokens":"true")"));
  EXPECT_THAT(names("/clients?clientId=oven", "clientId"), IsEmpty());
  ASSERT_EQ(world.post("/admin/realms/demo/clients", read.body).status, 201) << "what was converted can be made";
  EXPECT_THAT(names("/clients?clientId=oven", "clientId"), ElementsAre("oven"));
}

// At any number of realms: what the caller may see, by name, a page of it.
TEST_F(AdminParameters, realms_come_by_name_in_pages_to_those_who_manage_them) {
  for (const auto* name : {"b-shop", "a-shop", "c-other"}) {
    ASSERT_EQ(world.post("/admin/realms", std::string(R"({"realm":")") + name + R"(","enabled":true})").status, 201);
  }
  EXPECT_THAT(names("/ui-ext/realms/names"), ElementsAre("a-shop", "b-shop", "c-other", "demo", "master"));
  EXPECT_THAT(names("/ui-ext/realms/names?search=SHOP"), ElementsAre("a-shop", "b-shop"));
  EXPECT_THAT(names("/ui-ext/realms/names?first=1&max=2"), ElementsAre("b-shop", "c-other"));
  EXPECT_THAT(names("/admin/realms", "realm"), ElementsAre("a-shop", "b-shop", "c-other", "demo", "master"));
  const auto token = world.admin_token({"view-users"});
  EXPECT_EQ(world.send(kGet, "/admin/realms/demo/ui-ext/realms/names", token).body, R"([{"name":"demo"}])");
  ASSERT_EQ(world.remove("/admin/realms/b-shop").status, 204);
  EXPECT_THAT(names("/ui-ext/realms/names"), ElementsAre("a-shop", "c-other", "demo", "master"));
}

}  // namespace
}  // namespace cardea::protocol
