// Clients, client scopes, mappers, roles and groups of the admin API (keycloak.md sections 6.5 to 6.9).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

class AdminClients : public testing::Test {
 protected:
  AdminWorld world;
  std::string made(std::string_view path, std::string_view body) {
    const auto sent = world.post(path, body);
    EXPECT_EQ(sent.status, 201) << sent.body;
    return sent.made_id();
  }
};

TEST_F(AdminClients, refuses_bad_clients_when_made_and_when_changed) {
  const auto id = made("/clients", R"({"clientId":"c1"})");
  expect(world.post("/clients", R"({"clientId":"c1"})"), 409, R"({"errorMessage":"Client c1 already exists"})");
  expect(
      world.post("/clients", R"({"clientId":"x","foo":1})"), 400,
      R"({"error":"Invalid json representation for ClientRepresentation. Unrecognized field \"foo\" at line 1 column 1."})");
  for (const auto& sent : {world.post("/clients", R"j({"clientId":"c2","redirectUris":["javascript:alert(1)"]})j"),
                           world.put("/clients/" + id, R"j({"redirectUris":["javascript:alert(1)"]})j")}) {
    expect(sent, 400, R"({"error":"invalid_input","error_description":"A redirect URI uses an illegal scheme"})");
  }
  for (const auto& sent : {world.post("/clients", R"({"clientId":"c2","baseUrl":"::bad"})"),
                           world.put("/clients/" + id, R"({"baseUrl":"::bad"})")}) {
    expect(sent, 400, R"({"error":"invalid_input","error_description":"Base URL is not a valid URL"})");
  }
  expect(world.put("/clients/" + id, R"({"clientId":"account"})"), 409,
         R"({"error":"conflict","error_description":"Duplicate resource error"})");
  expect(world.get("/clients/c1"), 404, R"({"error":"Could not find client"})");
  expect(world.get("/clients/" + id + "/service-account-user"), 400,
         R"({"error":"Service account not enabled for the client 'c1'"})");
  expect(world.get("/clients/" + id + "/client-secret/rotated"), 404,
         R"({"error":"Client does not have a rotated secret"})");
  expect(world.put("/clients/" + id + "/default-client-scopes/x", "{}"), 404, R"({"error":"Client scope not found"})");
  EXPECT_EQ(world.remove("/clients/" + world.client_uuid("realm-management")).status, 400);
}

TEST_F(AdminClients, refuses_redirect_uris_that_the_policy_of_the_client_refuses) {  // standards.md AZ-8, AZ-9
  const std::string refusal =
      R"({"error":"invalid_input","error_description":"A redirect URI of a client with cardea.policy must use https, an address of this machine, or an app's own scheme with a dot"})";
  const auto body = [](std::string_view id, std::string_view policy, std::string_view uri) {
    return std::string(R"({"clientId":")").append(id).append(R"(","attributes":{"cardea.policy":")").append(policy) +
           std::string(R"("},"redirectUris":["https://app.example/cb",")").append(uri).append(R"("]})");
  };
  const auto id = made("/clients", body("kept", "oauth21", "http://127.0.0.1/cb"));
  for (const auto* policy : {"oauth21", "fapi2"}) {
    for (const auto* uri : {"http://app.example/cb", "http://localhost.app.example/cb", "myapp://cb", "urn:app:cb"}) {
      expect(world.post("/clients", body("new", policy, uri)), 400, refusal);
      expect(world.put("/clients/" + id, body("kept", policy, uri)), 400, refusal);
    }
  }
  expect(world.put("/clients/" + id, R"({"rootUrl":"http://app.example","redirectUris":["/cb"]})"), 400, refusal);

  const auto classic = made("/clients", body("classic", "", "http://app.example/cb"));
  expect(world.put("/clients/" + classic, R"({"attributes":{"cardea.policy":"oauth21"}})"), 400, refusal);
  EXPECT_EQ(world.put("/clients/" + id, body("kept", "fapi2", "com.example.app:/cb")).status, 204);
  world.start_for_development();
  EXPECT_EQ(world.put("/clients/" + id, body("kept", "oauth21", "http://app.example/cb")).status, 204);
}

TEST_F(AdminClients, refuses_names_that_are_kept_for_administration) {  // attack class 21
  const auto id = made("/clients", R"({"clientId":"c1"})");
  const std::string kept =
      R"({"error":"invalid_input","error_description":"This client ID is kept for the administration of realms"})";
  expect(world.put("/clients/" + id, R"({"clientId":"realm-management"})"), 409,
         R"({"error":"conflict","error_description":"Duplicate resource error"})");
  expect(world.post("/admin/realms/master/clients", R"({"clientId":"acme-realm"})"), 400, kept);
  const auto other = made("/admin/realms/master/clients", R"({"clientId":"foo"})");
  expect(world.put("/admin/realms/master/clients/" + other, R"({"clientId":"acme-realm"})"), 400, kept);
}

TEST_F(AdminClients, refuses_to_let_a_mapper_name_whom_a_service_account_is) {  // attack classes 4 and 21
  const auto boss = world.admin_token({"realm-admin"});
  const auto payload = base64url_decode(boss.substr(boss.find('.') + 1, boss.rfind('.') - boss.find('.') - 1));
  const auto sub = string_or(parse_json(*payload)->get_object(), "sub", "");
  made("/clients", R"({"clientId":"e","secret":"a-secret-of-its-own","serviceAccountsEnabled":true,"protocolMappers":[
    {"name":"x","protocol":"openid-connect","protocolMapper":"oidc-hardcoded-claim-mapper","config":{"claim.name":"sub",
     "claim.value":")" +
                       sub + R"(","jsonType.label":"String","access.token.claim":"true"}}]})");
  const auto sent = world.send(web::Method::kPost, "/realms/demo/protocol/openid-connect/token", "",
                               "grant_type=client_credentials&client_id=e&client_secret=a-secret-of-its-own",
                               "application/x-www-form-urlencoded");
  ASSERT_EQ(sent.status, 200) << sent.body;
  const auto token = string_or(sent.object(), "access_token", "");
  EXPECT_EQ(world.send(web::Method::kGet, "/admin/realms/demo/users", token).status, 403);
  EXPECT_EQ(world.send(web::Method::kGet, "/admin/realms/demo/users", boss).status, 200);
}

TEST_F(AdminClients, refuses_names_and_defaults_that_give_away_admin_roles_by_group) {  // attack class 21
  const auto bosses = made("/groups", R"({"name":"bosses"})");
  const auto client = world.client_uuid("realm-management");
  const auto role = world.get("/clients/" + client + "/roles/manage-realm").body;
  ASSERT_EQ(world.post("/groups/" + bosses + "/role-mappings/clients/" + client, "[" + role + "]").status, 204);
  const auto users = world.admin_token({"manage-users", "query-groups", "view-users"});
  EXPECT_EQ(world.send(web::Method::kPut, "/admin/realms/demo/groups/" + bosses, users, R"({"name":"staff"})").status,
            403);
  const auto events = world.admin_token({"manage-users", "manage-events"});
  EXPECT_EQ(world.send(web::Method::kPut, "/admin/realms/demo/default-groups/" + bosses, events).status, 403);
  EXPECT_EQ(world.put("/groups/" + bosses, R"({"name":"staff"})").status, 204);
}

TEST_F(AdminClients, refuses_groups_deeper_than_roles_reach) {  // attack class 21
  std::string id = made("/groups", R"({"name":"g"})");
  const auto top = id;
  for (int level = 2; level <= kGroupDepthMax; ++level) id = made("/groups/" + id + "/children", R"({"name":"g"})");
  EXPECT_EQ(world.post("/groups/" + id + "/children", R"({"name":"g"})").status, 400);
  const auto other = made("/groups", R"({"name":"other"})");
  EXPECT_EQ(world.post("/groups/" + id + "/children", R"({"id":")" + other + R"("})").status, 400);
  EXPECT_EQ(world.post("/groups/" + other + "/children", R"({"id":")" + top + R"("})").status, 400);
  EXPECT_EQ(world.post("/groups/" + top + "/children", R"({"id":")" + other + R"("})").status, 204);
}

TEST_F(AdminClients, a_new_client_has_keycloaks_defaults) {
  const auto id = made("/clients", R"({"clientId":"c1"})");
  auto client = world.get("/clients?clientId=c1").array().front().get_object();
  const auto secret = string_or(client, "secret", "");
  EXPECT_GE(secret.size(), 32U);
  client.erase("secret");
  auto attributes = client.at("attributes").as_object();
  EXPECT_TRUE(attributes.contains("client.secret.creation.time"));
  client.erase("attributes");
  const auto names = [&](std::string_view member) {
    std::vector<std::string> list;
    for (const auto& name : client.at(member).as_array()) list.emplace_back(name.as_string());
    client.erase(member);
    return list;
  };
  EXPECT_THAT(names("defaultClientScopes"),
              testing::UnorderedElementsAre("web-origins", "acr", "profile", "roles", "basic", "email"));
  EXPECT_THAT(names("optionalClientScopes"),
              testing::UnorderedElementsAre("address", "phone", "offline_access", "organization", "microprofile-jwt"));
  json::object in_order;  // erasing moves the last member to the gap
  for (const auto name : {"id",
                          "clientId",
                          "surrogateAuthRequired",
                          "enabled",
                          "alwaysDisplayInConsole",
                          "clientAuthenticatorType",
                          "redirectUris",
                          "webOrigins",
                          "notBefore",
                          "bearerOnly",
                          "consentRequired",
                          "standardFlowEnabled",
                          "implicitFlowEnabled",
                          "directAccessGrantsEnabled",
                          "serviceAccountsEnabled",
                          "publicClient",
                          "frontchannelLogout",
                          "protocol",
                          "authenticationFlowBindingOverrides",
                          "fullScopeAllowed",
                          "nodeReRegistrationTimeout",
                          "access"}) {
    ASSERT_TRUE(client.contains(name)) << name;
    in_order[name] = client.at(name);
  }
  EXPECT_EQ(client.size(), in_order.size());
  EXPECT_EQ(json::serialize(in_order),
            R"({"id":")" + id +
                R"(","clientId":"c1","surrogateAuthRequired":false,"enabled":true,"alwaysDisplayInConsole":false,)"
                R"("clientAuthenticatorType":"client-secret","redirectUris":[],"webOrigins":[],"notBefore":0,)"
                R"("bearerOnly":false,"consentRequired":false,"standardFlowEnabled":true,"implicitFlowEnabled":false,)"
                R"("directAccessGrantsEnabled":false,"serviceAccountsEnabled":false,"publicClient":false,)"
                R"("frontchannelLogout":false,"protocol":"openid-connect","authenticationFlowBindingOverrides":{},)"
                R"("fullScopeAllowed":true,"nodeReRegistrationTimeout":-1,)"
                R"("access":{"view":true,"configure":true,"manage":true}})");
}

TEST_F(AdminClients, fields_that_the_console_left_empty_are_none) {
  const auto id = made("/clients", R"({"clientId":"c1","redirectUris":["","https://a.example/cb"],"webOrigins":[""]})");
  const auto client = world.get("/clients/" + id).object();
  EXPECT_EQ(json::serialize(client.at("redirectUris")), R"(["https://a.example/cb"])");
  EXPECT_EQ(json::serialize(client.at("webOrigins")), "[]");
  EXPECT_EQ(world.put("/clients/" + id, R"({"clientId":"c1","redirectUris":[""]})").status, 204);
  EXPECT_EQ(json::serialize(world.get("/clients/" + id).object().at("redirectUris")), "[]");
}

TEST_F(AdminClients, a_bearer_only_client_asks_with_the_secret_it_was_given) {
  const auto made = world.post("/clients", R"({"clientId":"rs","bearerOnly":true,"secret":"rs-secret"})");
  const auto path = "/clients/" + made.made_id();
  EXPECT_EQ(world.put(path, R"({"name":"Resource server"})").status, 204);
  EXPECT_EQ(string_or(world.get(path).object(), "secret", ""), "rs-secret");
  const auto ask = [&](std::string_view secret) {
    return world.send(web::Method::kPost, "/realms/demo/protocol/openid-connect/token/introspect", "",
                      "client_id=rs&token=x&client_secret=" + std::string(secret), "application/x-www-form-urlencoded");
  };
  EXPECT_EQ(ask("wrong").status, 401);
  EXPECT_EQ(ask("").status, 401);
  EXPECT_EQ(ask("rs-secret").body, R"({"active":false})");
}

TEST_F(AdminClients, an_update_merges_and_leaves_scopes_alone) {
  const auto id = made("/clients", R"({"clientId":"c1","attributes":{"a":"b"}})");
  const auto path = "/clients/" + id;
  const auto secret = string_or(world.get(path).object(), "secret", "");
  EXPECT_EQ(world
                .put(path, R"({"name":"One","defaultClientScopes":["email"],"attributes":{"c":"d"},)"
                           R"("secret":"**********","id":"other"})")
                .status,
            204);
  const auto client = world.get(path).object();
  EXPECT_EQ(string_or(client, "secret", ""), secret) << "the mask keeps the secret";
  EXPECT_EQ(client.at("defaultClientScopes").as_array().size(), 6U);
  EXPECT_EQ(string_or(client.at("attributes").as_object(), "a", ""), "b");
  EXPECT_EQ(string_or(client.at("attributes").as_object(), "c", ""), "d");
  EXPECT_EQ(world.put(path, R"({"attributes":{"a":""}})").status, 204);
  EXPECT_FALSE(world.get(path).object().at("attributes").as_object().contains("a"));
  const auto renewed = world.post(path + "/client-secret", "{}").object();
  EXPECT_NE(string_or(renewed, "value", ""), secret);
  EXPECT_EQ(world.get(path + "/client-secret").object(), renewed);
  EXPECT_EQ(world.put(path, R"({"serviceAccountsEnabled":true})").status, 204);
  EXPECT_EQ(string_or(world.get(path + "/service-account-user").object(), "username", ""), "service-account-c1");
  EXPECT_EQ(world.put(path, R"({"serviceAccountsEnabled":false})").status, 204);
  EXPECT_EQ(world.get(path + "/service-account-user").status, 400);
  EXPECT_EQ(world.put(path, R"({"publicClient":true})").status, 204);
  EXPECT_FALSE(world.get(path).object().contains("secret"));
  EXPECT_EQ(world.remove(path).status, 204);
  EXPECT_EQ(world.get(path).status, 404);
}

// keycloak.md section 9.1: NetBird's scope "api" with its audience, as the console makes it.
TEST_F(AdminClients, a_scope_with_an_audience_mapper_reaches_the_token) {
  const auto client =
      made("/clients", R"({"clientId":"netbird-client","publicClient":true,"directAccessGrantsEnabled":true})");
  const auto scope = made("/client-scopes", R"({"name":"api","protocol":"openid-connect","type":"default",)"
                                            R"("attributes":{"include.in.token.scope":"true"}})");
  const auto mappers = "/client-scopes/" + scope + "/protocol-mappers/models";
  made(mappers,
       R"({"protocol":"openid-connect","protocolMapper":"oidc-audience-mapper","name":"Audience","config":{)"
       R"("included.client.audience":"netbird-client","id.token.claim":"false","access.token.claim":"true"}})");
  EXPECT_EQ(world.put("/default-default-client-scopes/" + scope, "{}").status, 204);
  expect(world.put("/default-default-client-scopes/" + scope, "{}"), 409,
         R"({"error":"conflict","error_description":"Duplicate resource error"})");
  EXPECT_EQ(world.put("/clients/" + client + "/default-client-scopes/" + scope, "{}").status, 204);
  EXPECT_THAT(world.get("/clients/" + client + "/default-client-scopes").body, HasSubstr(R"("name":"api")"));
  const auto example =
      world
          .get("/clients/" + client +
               "/evaluate-scopes/generate-example-access-token?scope=openid&userId=" + world.user_id("ada"))
          .object();
  EXPECT_THAT(json::serialize(example), HasSubstr("netbird-client"));
  EXPECT_THAT(string_or(example, "scope", ""), HasSubstr("api"));
  expect(world.get("/clients/" + client + "/evaluate-scopes/generate-example-access-token?scope=openid"), 404,
         R"({"error":"No userId provided"})");
  EXPECT_NE(world.token("demo", "ada", "netbird-client"), "");
}

TEST_F(AdminClients, refuses_bad_scopes_and_mappers) {
  const auto scope = made("/client-scopes", R"({"name":"api","protocol":"openid-connect"})");
  expect(world.post("/client-scopes", R"({"name":"api","protocol":"openid-connect"})"), 409,
         R"({"errorMessage":"Client Scope api already exists"})");
  expect(world.post("/client-scopes", R"({"name":"a b","protocol":"openid-connect"})"), 400,
         R"({"errorMessage":"Unexpected name \"a b\" for ClientScope"})");
  expect(world.post("/client-scopes", R"({"name":"ab","protocol":"xx"})"), 400,
         R"({"errorMessage":"Unexpected protocol"})");
  expect(world.get("/client-scopes/x"), 404, R"({"error":"Could not find client scope"})");
  const auto mappers = "/client-scopes/" + scope + "/protocol-mappers/models";
  expect(world.post(mappers, R"({"name":"m","protocol":"openid-connect","protocolMapper":"nix"})"), 404,
         R"({"error":"ProtocolMapper provider not found"})");
  const auto mapper =
      made(mappers, R"({"name":"m","protocol":"openid-connect","protocolMapper":"oidc-full-name-mapper","config":{}})");
  expect(world.post(mappers, R"({"name":"m","protocol":"openid-connect","protocolMapper":"oidc-full-name-mapper"})"),
         409, R"({"errorMessage":"Protocol mapper exists with same name"})");
  expect(world.get(mappers + "/x"), 404, R"({"error":"Model not found"})");
  // A change of the provider is checked as a new one is (attack class 21).
  expect(world.put(mappers + "/" + mapper, R"({"name":"m","protocolMapper":"nix"})"), 404,
         R"({"error":"ProtocolMapper provider not found"})");
  EXPECT_EQ(world.put(mappers + "/" + mapper, R"({"id":"other","name":"m","config":{"id.token.claim":"true"}})").status,
            204);
  EXPECT_THAT(world.get(mappers + "/" + mapper).body, HasSubstr("id.token.claim"));
  EXPECT_EQ(world.remove(mappers + "/" + mapper).status, 204);
  EXPECT_EQ(world.remove("/client-scopes/" + scope).status, 204);
}

TEST_F(AdminClients, roles_and_composites) {
  expect(world.post("/roles", "{}"), 400, R"({"error":"role has no name"})");
  EXPECT_EQ(made("/roles", R"({"name":"rr","description":"d","attributes":{"k":["v"]}})"), "rr");
  expect(world.post("/roles", R"({"name":"rr"})"), 409, R"({"errorMessage":"Role with name rr already exists"})");
  expect(world.get("/roles/nix"), 404, R"({"error":"Could not find role"})");
  expect(world.get("/roles-by-id/nix"), 404, R"({"error":"Could not find role with id"})");
  expect(world.post("/roles/rr/composites", R"([{"id":"nix"}])"), 404, R"({"error":"Could not find composite role"})");
  expect(world.remove("/roles/default-roles-demo"), 400,
         R"({"errorMessage":"default-roles-demo is default role of the realm and cannot be removed."})");
  EXPECT_EQ(world.put("/roles/rr", R"({"name":"rr2","description":"x"})").status, 204);
  const auto role = world.get("/roles/rr2").object();
  EXPECT_EQ(role.at("attributes"), parse_json(R"({"k":["v"]})").value());
  const auto id = string_or(role, "id", "");
  const auto client = made("/clients", R"({"clientId":"c1"})");
  EXPECT_EQ(made("/clients/" + client + "/roles", R"({"name":"r1"})"), "r1");
  const auto child = world.get("/clients/" + client + "/roles/r1").object();
  const auto body = json::serialize(json::array{json::object{{"id", child.at("id")}}});
  EXPECT_EQ(world.post("/roles-by-id/" + id + "/composites", body).status, 204);
  EXPECT_EQ(world.get("/roles/rr2/composites").array().size(), 1U);
  EXPECT_EQ(world.get("/roles/rr2/composites/realm").body, "[]");
  EXPECT_EQ(world.get("/roles/rr2/composites/clients/" + client).array().size(), 1U);
  EXPECT_TRUE(bool_or(world.get("/roles/rr2").object(), "composite", false));
  EXPECT_EQ(world.remove("/roles/rr2/composites", body).status, 204);
  EXPECT_EQ(world.get("/roles/rr2/users").body, "[]");
  EXPECT_EQ(world.get("/roles?search=rr2").array().size(), 1U);
  EXPECT_EQ(world.remove("/roles-by-id/" + id).status, 204);
}

TEST_F(AdminClients, groups_as_a_tree) {
  expect(world.post("/groups", "{}"), 400, R"({"errorMessage":"Group name is missing"})");
  const auto top = made("/groups", R"({"name":"g1","attributes":{"a":["b"]}})");
  expect(world.post("/groups", R"({"name":"g1"})"), 409,
         R"({"errorMessage":"Top level group named 'g1' already exists."})");
  const auto child = world.post("/groups/" + top + "/children", R"({"name":"sub"})");
  EXPECT_EQ(child.status, 201);
  EXPECT_EQ(child.location, "https://id.example/admin/realms/demo/groups/" + child.made_id());
  EXPECT_EQ(string_or(child.object(), "path", ""), "/g1/sub");
  expect(world.post("/groups/" + top + "/children", R"({"name":"sub"})"), 409,
         R"({"errorMessage":"Sibling group named 'sub' already exists."})");
  const auto access =
      R"("access":{"view":true,"viewMembers":true,"manageMembers":true,"manage":true,"manageMembership":true})";
  expect(world.get("/groups"), 200,
         R"([{"id":")" + top + R"(","name":"g1","path":"/g1","subGroupCount":1,"subGroups":[],)" + access + "}]");
  EXPECT_THAT(world.get("/groups?search=sub").body, HasSubstr(R"("name":"sub")"));
  expect(world.get("/groups/" + top), 200,
         R"({"id":")" + top +
             R"(","name":"g1","path":"/g1","subGroupCount":1,"subGroups":[],"attributes":{"a":["b"]},"realmRoles":[],)"
             R"("clientRoles":{},)" +
             access + "}");
  expect(world.get("/groups/count"), 200, R"({"count":2})");
  EXPECT_EQ(string_or(world.get("/group-by-path/g1/sub").object(), "id", ""), child.made_id());
  expect(world.get("/group-by-path/g1/nix"), 404, R"({"error":"Group path does not exist"})");
  expect(world.get("/groups/nix"), 404, R"({"error":"Could not find group by id"})");
  EXPECT_EQ(world.put("/groups/" + top, R"({"name":""})").status, 400);
  EXPECT_EQ(world.post("/groups/" + child.made_id() + "/children", R"({"id":")" + top + R"(","name":"g1"})").status,
            400)
      << "never below itself";
  const auto ada = world.user_id("ada");
  EXPECT_EQ(world.put("/users/" + ada + "/groups/" + child.made_id(), "{}").status, 204);
  EXPECT_EQ(world.get("/groups/" + child.made_id() + "/members").array().size(), 1U);
  expect(world.get("/users/" + ada + "/groups/count"), 200, R"({"count":1})");
  EXPECT_EQ(world.put("/default-groups/" + top, "{}").status, 204);
  EXPECT_EQ(world.get("/default-groups").array().size(), 1U);
  const auto bob = made("/users", R"({"username":"bob","enabled":true})");
  EXPECT_THAT(world.get("/users/" + bob + "/groups").body, HasSubstr(R"("name":"g1")"));
  EXPECT_EQ(world.remove("/groups/" + top).status, 204);
  EXPECT_EQ(world.get("/groups").body, "[]");
  expect(world.get("/users/" + ada + "/groups/count"), 200, R"({"count":0})");
}

}  // namespace
}  // namespace cardea::protocol
