// Realms, keys and the console's helpers (keycloak.md sections 6.3 and 6.15).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

class AdminRealms : public testing::Test {
 protected:
  AdminWorld world;
};

TEST_F(AdminRealms, refuses_realms_that_exist_or_have_no_name) {
  expect(world.post("/admin/realms", R"({"realm":"demo"})"), 409, R"({"errorMessage":"Realm demo already exists"})");
  expect(world.post("/admin/realms", R"({"enabled":true})"), 400, R"({"errorMessage":"Realm name cannot be empty"})");
  expect(world.post("/admin/realms", R"({"realm":"a/b"})"), 400, R"({"error":"Character '/' not allowed."})");
  expect(world.put("", R"({"realm":"master"})"), 409, R"({"errorMessage":"Realm with same name exists"})");
  expect(world.remove("/admin/realms/nix"), 404, R"({"error":"Realm not found."})");
  EXPECT_EQ(world.remove("/admin/realms/master").status, 400);
}

// Written by hand, files have no ids; the console changes mappers by theirs.
TEST_F(AdminRealms, providers_and_mappers_of_a_file_without_ids_get_some) {
  ASSERT_EQ(
      world
          .post("/admin/realms", R"({"realm":"hand","enabled":true,"identityProviders":[{"alias":"up",)"
                                 R"("providerId":"oidc","config":{"clientId":"c","clientSecret":"s",)"
                                 R"("authorizationUrl":"https://up.example/a","tokenUrl":"https://up.example/t"}}],)"
                                 R"("identityProviderMappers":[{"name":"m","identityProviderAlias":"up",)"
                                 R"("identityProviderMapper":"hardcoded-attribute-idp-mapper","config":)"
                                 R"({"attribute":"a","attribute.value":"b","syncMode":"INHERIT"}}]})")
          .status,
      201);
  const std::string provider = "/admin/realms/hand/identity-provider/instances/up";
  EXPECT_FALSE(string_or(world.get(provider).object(), "internalId", "").empty());
  const auto mappers = world.get(provider + "/mappers").array();
  ASSERT_EQ(mappers.size(), 1u);
  const auto id = string_or(mappers.front().as_object(), "id", "");
  ASSERT_FALSE(id.empty());
  EXPECT_EQ(string_or(world.get(provider + "/mappers/" + id).object(), "name", ""), "m");
}

TEST_F(AdminRealms, refuses_settings_that_cannot_be) {
  EXPECT_EQ(world.put("", R"({"accessTokenLifespan":"x"})").status, 400);
  EXPECT_EQ(world.put("", R"({"accessTokenLifespan":-1})").status, 400);
  EXPECT_EQ(world.put("", R"({"sslRequired":"sometimes"})").status, 400);
  for (const auto& [policy, why] : {std::pair{"regexPattern(()", "regexPattern: Not a valid regular expression"},
                                    std::pair{"digits(1) and length(x)", "length: Not a valid number"}}) {
    const auto refused = world.put("", json::serialize(json::object{{"passwordPolicy", policy}}));
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(string_or(refused.object(), "errorMessage", ""), std::string("Invalid config for ") + why);
  }
  EXPECT_EQ(world.put("", R"j({"passwordPolicy":"regexPattern(^(?=.*[a-z])(?=.*[0-9]).+$)"})j").status, 204);
  for (const auto* url : {"id.example", "/sso", "ftp://id.example", "https://id.example/?a", "javascript:alert(1)"}) {
    const auto attributes = std::string(R"("attributes":{"frontendUrl":")") + url + "\"}";
    EXPECT_EQ(world.put("", "{" + attributes + "}").status, 400) << url;
    EXPECT_EQ(world.post("/admin/realms", R"({"realm":"shop",)" + attributes + "}").status, 400) << url;
  }
}

TEST_F(AdminRealms, refuses_a_logo_and_colours_that_cannot_be_used) {
  for (const auto* attribute :
       {R"("theme.logo":"http://cdn.example.com/logo.png")", R"("theme.logo.dark":"javascript:void")",
        R"("theme.color.accent":"teal")", R"("theme.color.page":"#12345")", R"("theme.color.page.dark":"red;}")"}) {
    const auto attributes = std::string(R"("attributes":{)") + attribute + "}";
    EXPECT_EQ(world.put("", "{" + attributes + "}").status, 400) << attribute;
    EXPECT_EQ(world.post("/admin/realms", R"({"realm":"shop",)" + attributes + "}").status, 400) << attribute;
  }
  const auto* good =
      R"({"attributes":{"theme.logo":"https://cdn.example.com/logo.png","theme.color.accent":"#b00020"}})";
  EXPECT_EQ(world.put("", good).status, 204);
  EXPECT_THAT(world.get("").body, HasSubstr("#b00020"));
}

TEST_F(AdminRealms, refuses_tokens_whose_issuer_names_no_realm) {
  for (const auto* issuer :
       {"https://id.example/realms/%FF", "https://id.example/realms/a%2Fb", "https://id.example/realms/",
        "https://evil.example/realms/master", "/realms/master", "master"}) {
    const auto token = "e30." + base64url_encode(std::string(R"({"iss":")") + issuer + "\"}") + ".AA";
    EXPECT_EQ(world.send(web::Method::kGet, "/admin/realms/demo", token).status, 401) << issuer;
  }
}

// The issuer moves with the address, and administrators go on reaching the realm by the server's.
TEST_F(AdminRealms, a_realm_with_an_address_of_its_own_takes_the_tokens_of_that_issuer) {
  EXPECT_EQ(world.put("", R"({"attributes":{"frontendUrl":"https://login.example"}})").status, 204);
  EXPECT_EQ(world.get("").status, 200) << "by a token of master";
  EXPECT_EQ(world.post("/admin/realms", R"({"realm":"shop","enabled":true})").location,
            "https://id.example/admin/realms/shop");
  EXPECT_EQ(world.put("/admin/realms/master", R"({"attributes":{"frontendUrl":"https://admin.example"}})").status, 204);
  EXPECT_EQ(world.get("").status, 401) << "of the former issuer";
  EXPECT_EQ(world.send(web::Method::kGet, "/admin/realms/demo", world.token("master", "root")).status, 200);
}

TEST_F(AdminRealms, makes_manages_renames_and_removes_a_realm) {
  const auto made = world.post("/admin/realms", R"({"realm":"shop","enabled":true})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.location, "https://id.example/admin/realms/shop");
  EXPECT_EQ(made.body, "");
  // The token of before is enough: roles are read from the database.
  const auto shown = world.get("/admin/realms/shop");
  EXPECT_EQ(shown.status, 200) << shown.body;
  EXPECT_TRUE(shown.body.starts_with(R"({"id":")")) << shown.body;
  EXPECT_THAT(shown.body, HasSubstr(R"("defaultRole":{"id":")"));
  for (const auto hidden : {"authenticationFlows", "components", "requiredActions", "identityProviders"}) {
    EXPECT_THAT(shown.body, Not(HasSubstr(std::string("\"") + hidden + "\""))) << hidden;
  }
  EXPECT_EQ(world.put("/admin/realms/shop", R"({"displayName":"The Shop"})").status, 204);
  EXPECT_EQ(string_or(world.get("/admin/realms/shop").object(), "displayName", ""), "The Shop");
  EXPECT_EQ(world.put("/admin/realms/shop", R"({"realm":"store"})").status, 204);
  EXPECT_EQ(world.get("/admin/realms/shop").status, 404);
  EXPECT_EQ(string_or(world.get("/admin/realms/store").object(), "displayName", ""), "The Shop");
  EXPECT_EQ(world.get("/admin/realms/store/users").status, 200) << "its client in master has the new name";
  EXPECT_THAT(world.get("/admin/realms?briefRepresentation=true").body, HasSubstr(R"("realm":"store")"));
  EXPECT_EQ(world.remove("/admin/realms/store").status, 204);
  EXPECT_EQ(world.get("/admin/realms/store").status, 404);
  EXPECT_EQ(world.post("/admin/realms", R"({"realm":"store","enabled":true})").status, 201) << "the name is free";
}

// Attack class 22.
TEST_F(AdminRealms, refuses_to_show_the_mail_servers_password_and_keeps_it_behind_the_mask) {
  EXPECT_EQ(
      world.put("", R"({"smtpServer":{"host":"mail","from":"a@b.c","user":"u","password":"mail-secret"}})").status,
      204);
  const auto shown = world.get("");
  EXPECT_THAT(shown.body, Not(HasSubstr("mail-secret")));
  EXPECT_THAT(shown.body, HasSubstr(R"("password":"**********")"));
  const auto moved =
      world.put("", R"({"smtpServer":{"host":"mail2","from":"a@b.c","user":"u","password":"**********"}})");
  EXPECT_EQ(moved.status, 400) << "the password is for the server it was typed for";
  EXPECT_THAT(moved.body, HasSubstr("give its password again"));
  EXPECT_EQ(world.put("", R"({"smtpServer":{"host":"mail","from":"x@b.c","user":"u","password":"**********"}})").status,
            204);
  const auto realm =
      read_from(world.store, [&](Rows& rows) { return world.repositories.realms.find_by_name(rows, "demo"); });
  const auto stored = json::serialize((*realm)->extra.at("smtpServer"));
  EXPECT_THAT(stored, HasSubstr("mail-secret"));
  EXPECT_THAT(stored, HasSubstr("x@b.c"));
}

TEST_F(AdminRealms, refuses_to_show_the_secrets_of_an_authenticator_and_keeps_them_behind_the_mask) {
  ASSERT_EQ(world.post("/authentication/flows/registration/copy", R"({"newName":"mine"})").status, 201);
  std::string execution;
  for (const auto& row : world.get("/authentication/flows/mine/executions").array()) {
    if (bool_or(row.as_object(), "configurable", false)) execution = string_or(row.as_object(), "id", "");
  }
  ASSERT_NE(execution, "");
  const auto made = world.post("/authentication/executions/" + execution + "/config",
                               R"({"alias":"captcha","config":{"site.key":"s1","secret.key":"hidden-one"}})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto path = "/authentication/config/" + made.made_id();
  const auto shown = world.get(path).body;
  EXPECT_THAT(shown, Not(HasSubstr("hidden-one")));
  EXPECT_THAT(shown, HasSubstr("s1"));
  EXPECT_EQ(world.put(path, R"({"alias":"captcha","config":{"site.key":"s2","secret.key":"**********"}})").status, 204);
  const auto realm =
      read_from(world.store, [&](Rows& rows) { return world.repositories.realms.find_by_name(rows, "demo"); });
  const auto stored = json::serialize((*realm)->extra);
  EXPECT_THAT(stored, HasSubstr("hidden-one"));
  EXPECT_THAT(stored, HasSubstr("s2"));
}

TEST_F(AdminRealms, shows_keys_without_their_private_parts) {
  const auto keys = world.get("/keys").object();
  EXPECT_TRUE(keys.at("active").as_object().contains("ES256"));
  EXPECT_EQ(keys.at("keys").as_array().size(), 3U);  // and the one of AES that every realm has
  EXPECT_THAT(json::serialize(keys), Not(HasSubstr("PRIVATE")));
  EXPECT_THAT(json::serialize(keys), Not(HasSubstr("secret")));
}

TEST_F(AdminRealms, shows_less_to_those_who_may_see_less) {
  const auto token = world.admin_token({"query-users"});
  const auto shown = world.send(web::Method::kGet, "/admin/realms/demo", token);
  EXPECT_EQ(shown.status, 200);
  EXPECT_THAT(shown.body, Not(HasSubstr("accessTokenLifespan")));
  EXPECT_EQ(world.send(web::Method::kGet, "/admin/realms/demo/users", token).body, "[]");
  const auto list = world.send(web::Method::kGet, "/admin/realms", token).array();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_FALSE(list.front().get_object().contains("accessTokenLifespan"));
}

TEST_F(AdminRealms, tells_the_console_what_it_needs) {
  const auto info = world.get("/admin/serverinfo").object();
  for (const auto spi : {"hash", "client-registration-policy", "signature", "clientSignature"}) {
    EXPECT_FALSE(info.at("providers").at(spi).at("providers").as_object().empty()) << "a console page reads " << spi;
  }
  for (const auto member : {"systemInfo", "profileInfo", "features", "cryptoInfo", "themes", "identityProviders",
                            "providers", "protocolMapperTypes", "builtinProtocolMappers", "clientInstallations",
                            "componentTypes", "passwordPolicies", "enums"}) {
    EXPECT_TRUE(info.contains(member)) << member;
  }
  EXPECT_EQ(string_or(info.at("systemInfo").as_object(), "version", "").substr(0, 3), "26.");
  const auto token = world.admin_token({"view-users"});
  const auto own = world.send(web::Method::kGet, "/admin/serverinfo", token);
  EXPECT_EQ(own.status, 200);
  EXPECT_FALSE(own.object().contains("systemInfo")) << "only master's administrators see the host";
}

TEST_F(AdminRealms, tells_who_is_signed_in_to_the_console_alone) {
  expect(world.get("/admin/master/console/whoami"), 403,
         R"({"error":"Token issued for an application that is not the admin console: admin-cli"})");
  EXPECT_EQ(world.get("/admin/demo/console/whoami").status, 401) << "a token of another realm";
  const auto console = world.get("/admin/realms/master/clients?clientId=security-admin-console").array();
  const auto uuid = string_or(console.front().get_object(), "id", "");
  EXPECT_EQ(world.put("/admin/realms/master/clients/" + uuid, R"({"directAccessGrantsEnabled":true})").status, 204);
  const auto token = world.token("master", "root", "security-admin-console");
  const auto me = world.send(web::Method::kGet, "/admin/master/console/whoami?currentRealm=demo", token).object();
  EXPECT_EQ(string_or(me, "realm", ""), "master");
  EXPECT_EQ(string_or(me, "displayName", ""), "Test Person");
  EXPECT_TRUE(bool_or(me, "createRealm", false));
  EXPECT_EQ(me.at("realm_access").as_object().at("demo").as_array().size(), 21U);
}

TEST_F(AdminRealms, helps_the_console) {
  expect(world.get("/ui-ext/info"), 200, R"({"userProfileProvidersEnabled":false})");
  EXPECT_THAT(world.get("/ui-ext/realms/names").body, HasSubstr(R"({"name":"demo"})"));
  EXPECT_THAT(world.get("/ui-ext/brute-force-user?briefRepresentation=true").body, HasSubstr("bruteForceStatus"));
  const auto ada = world.user_id("ada");
  EXPECT_THAT(world.get("/ui-ext/available-roles/users/" + ada).body, HasSubstr(R"("client":"realm-management")"));
  EXPECT_THAT(world.get("/ui-ext/effective-roles/users/" + ada).body, HasSubstr(R"("role":"view-profile")"));
  EXPECT_EQ(world.get("/ui-ext/available-roles/nothing/" + ada).status, 404);
  EXPECT_THAT(world.get("/ui-ext/effective-roles-all/users/" + ada).body, HasSubstr(R"("name":"view-profile")"));
  for (const auto& flow : world.get("/ui-ext/authentication-management/flows").array()) {
    const auto* used = flow.as_object().if_contains("usedBy");
    EXPECT_TRUE(used == nullptr || !used->at("values").as_array().empty()) << "the console reads the first of them";
  }
}

TEST_F(AdminRealms, takes_roles_away_from_whatever_has_them) {
  ASSERT_EQ(world.post("/roles", R"({"name":"parent"})").status, 201);
  ASSERT_EQ(world.post("/roles", R"({"name":"child"})").status, 201);
  const auto role_id = [&](const std::string& name) {
    return string_or(world.get("/roles/" + name).object(), "id", "");
  };
  const auto parent = role_id("parent");
  const auto child = role_id("child");
  ASSERT_EQ(world.post("/roles/parent/composites", R"([{"id":")" + child + R"(","name":"child"}])").status, 204);
  EXPECT_THAT(world.get("/ui-ext/role-mappings/roles/" + parent).body,
              HasSubstr(R"("realmMappings":[{"id":")" + child));
  EXPECT_EQ(world.get("/ui-ext/role-mappings/roles/nothing").status, 404);
  const auto wanted = R"([{"roleId":")" + child + R"(","roleName":"child"}])";
  const auto path = "/admin/realms/demo/ui-ext/role-mapping-delete/roles/" + parent;
  EXPECT_EQ(world.send(web::Method::kPost, path, world.admin_token({"manage-users"}), wanted).status, 403);
  EXPECT_EQ(world.post("/ui-ext/role-mapping-delete/roles/" + parent, R"([{"roleId":"nothing"}])").status, 404);
  EXPECT_EQ(world.post("/ui-ext/role-mapping-delete/nothing/" + parent, wanted).status, 404);
  EXPECT_EQ(world.post("/ui-ext/role-mapping-delete/roles/" + parent, wanted).status, 204);
  EXPECT_EQ(world.get("/roles/parent/composites").body, "[]");
}

}  // namespace
}  // namespace cardea::protocol
