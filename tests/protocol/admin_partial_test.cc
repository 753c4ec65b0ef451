// Partial import and export, mail by administrators, tokens of client registration, impersonation (keycloak.md sections
// 6.3, 6.4, 6.8 and 8.4).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;
using enum web::Method;

class AdminPartial : public testing::Test {
 protected:
  AdminWorld::Sent as(std::string_view token, web::Method method, std::string_view path, std::string_view body = {}) {
    return world.send(method, std::string("/admin/realms/demo").append(path), token, body);
  }
  AdminWorld world;
};

constexpr std::string_view kParts = R"({"ifResourceExists":"FAIL",
  "clients":[{"clientId":"shop","secret":"secret-of-the-shop","redirectUris":["https://shop.example/*"]}],
  "roles":{"realm":[{"name":"clerk","composites":{"client":{"shop":["buy"]}}}],"client":{"shop":[{"name":"buy"}]}},
  "groups":[{"name":"staff","realmRoles":["clerk"],"subGroups":[{"name":"night","clientRoles":{"shop":["buy"]}}]}],
  "identityProviders":[{"alias":"up","providerId":"oidc","config":{"clientId":"c"}}],
  "users":[{"username":"Bob","enabled":true,"email":"bob@example.org","firstName":"Bob","lastName":"B",
            "credentials":[{"type":"password","value":"correct-horse"}],"realmRoles":["clerk"],"groups":["/staff"]}]})";

TEST_F(AdminPartial, refuses_what_exists_unless_told_otherwise) {
  ASSERT_EQ(world.post("/partialImport", kParts).status, 200);
  const auto again = world.post("/partialImport", kParts);
  EXPECT_EQ(again.status, 409);
  EXPECT_THAT(again.body, HasSubstr("shop"));
  auto skip = parse_json(kParts).value().as_object();
  skip["ifResourceExists"] = "SKIP";
  const auto skipped = world.post("/partialImport", json::serialize(skip)).object();
  EXPECT_EQ(int_or(skipped, "skipped", 0), 6);
  EXPECT_EQ(int_or(skipped, "added", -1), 0);
  skip["ifResourceExists"] = "OVERWRITE";
  const auto overwritten = world.post("/partialImport", json::serialize(skip));
  EXPECT_EQ(overwritten.status, 200) << overwritten.body;
  EXPECT_GE(int_or(overwritten.object(), "overwritten", 0), 5);
}

TEST_F(AdminPartial, gives_the_account_of_a_client_its_roles) {
  const auto body = [](std::string_view policy) {
    return std::string(R"({"ifResourceExists":")").append(policy).append(R"(",
      "clients":[{"clientId":"svc","secret":"secret-of-svc","serviceAccountsEnabled":true}],
      "roles":{"realm":[{"name":"clerk"}],"client":{"svc":[{"name":"buy"}]}},
      "users":[{"username":"service-account-svc","enabled":true,"serviceAccountClientId":"svc",
                "realmRoles":["clerk"],"clientRoles":{"svc":["buy"],"realm-management":["view-users"]}}]})");
  };
  const auto user_manager = world.admin_token({"manage-realm", "manage-clients", "manage-users"});
  EXPECT_EQ(as(user_manager, kPost, "/partialImport", R"({"clients":[{"clientId":"svc","serviceAccountsEnabled":true}],
      "users":[{"username":"x","serviceAccountClientId":"svc","clientRoles":{"realm-management":["realm-admin"]}}]})")
                .status,
            403)
      << "attack class 21";
  const auto sent = world.post("/partialImport", body("FAIL"));
  ASSERT_EQ(sent.status, 200) << sent.body;
  EXPECT_EQ(int_or(sent.object(), "added", 0), 4);
  const auto account =
      string_or(world.get("/clients/" + world.client_uuid("svc") + "/service-account-user").object(), "id", "");
  EXPECT_THAT(
      sent.body,
      HasSubstr(R"({"action":"ADDED","resourceType":"USER","resourceName":"service-account-svc","id":")" + account));
  const auto role = string_or(world.get("/roles/clerk").object(), "id", "");
  EXPECT_THAT(sent.body, HasSubstr(R"("resourceName":"clerk","id":")" + role));
  EXPECT_THAT(sent.body, HasSubstr(R"("resourceName":"svc-->buy")"));
  const auto mapped = world.get("/users/" + account + "/role-mappings").body;
  for (const auto* name : {R"("clerk")", R"("buy")", R"("view-users")"}) EXPECT_THAT(mapped, HasSubstr(name));
  EXPECT_EQ(world.post("/partialImport", body("FAIL")).status, 409);
  EXPECT_EQ(int_or(world.post("/partialImport", body("SKIP")).object(), "skipped", 0), 4);
  EXPECT_EQ(int_or(world.post("/partialImport", body("OVERWRITE")).object(), "overwritten", 0), 2)
      << "what is the client's goes and comes with it";
}

TEST_F(AdminPartial, says_that_organizations_are_left_out) {
  EXPECT_EQ(world.post("/partialImport", R"({"organizations":[]})").status, 200);
  EXPECT_EQ(world.log.count("partial_import_left_out"), 0U);
  EXPECT_EQ(world.post("/partialImport", R"({"organizations":[{"name":"Acme"}]})").status, 200);
  EXPECT_EQ(world.log.count("partial_import_left_out"), 1U);
}

TEST_F(AdminPartial, refuses_parts_that_the_caller_may_not_make_one_by_one) {  // attack class 21
  const auto realm_manager = world.admin_token({"manage-realm"});
  EXPECT_EQ(as(realm_manager, kPost, "/partialImport", R"({"users":[{"username":"x"}]})").status, 403);
  EXPECT_EQ(as(realm_manager, kPost, "/partialImport", R"({"clients":[{"clientId":"x"}]})").status, 403);
  EXPECT_EQ(as(realm_manager, kPost, "/partialImport", R"({"roles":{"realm":[{"name":"fine"}]}})").status, 200);
  const auto user_manager = world.admin_token({"manage-realm", "manage-users"});
  const auto refused = as(user_manager, kPost, "/partialImport", R"({"users":[{"username":"eve","enabled":true,
      "credentials":[{"type":"password","value":"correct-horse"}],"clientRoles":{"realm-management":["realm-admin"]}}]})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(world.get("/users?exact=true&username=eve").array().empty()) << "all or nothing";
  EXPECT_EQ(
      world.post("/partialImport", R"({"users":[{"username":"a"},{"username":"b","realmRoles":["gone"]}]})").status,
      400);
  EXPECT_TRUE(world.get("/users?exact=true&username=a").array().empty());
}

TEST_F(AdminPartial, parts_come_in_with_all_that_hangs_on_them) {
  const auto sent = world.post("/partialImport", kParts);
  ASSERT_EQ(sent.status, 200) << sent.body;
  EXPECT_EQ(int_or(sent.object(), "added", 0), 6);
  EXPECT_FALSE(world.token("demo", "bob").empty());
  const auto bob = world.user_id("bob");
  EXPECT_THAT(world.get("/users/" + bob + "/role-mappings/realm").body, HasSubstr("clerk"));
  EXPECT_THAT(world.get("/users/" + bob + "/groups").body, HasSubstr("/staff"));
  EXPECT_THAT(world.get("/roles/clerk/composites").body, HasSubstr("buy"));
  EXPECT_THAT(world.get("/groups?search=night").body, HasSubstr("night"));
  EXPECT_THAT(world.get("/clients/" + world.client_uuid("shop") + "/client-secret").body,
              HasSubstr("secret-of-the-shop"));
}

/// Each client needs a key that the realm lacks: all of them are made, and the file is taken at once.
TEST_F(AdminPartial, keys_that_several_parts_lack_are_made_together) {
  const auto sent = world.post("/partialImport", R"({"ifResourceExists":"FAIL","clients":[
      {"clientId":"one","attributes":{"access.token.signed.response.alg":"ES384"}},
      {"clientId":"two","attributes":{"id.token.signed.response.alg":"ES512"}},
      {"clientId":"three","attributes":{"id.token.signed.response.alg":"ES384"}}]})");
  ASSERT_EQ(sent.status, 200) << sent.body;
  EXPECT_EQ(int_or(sent.object(), "added", 0), 3);
  std::vector<std::string> made;
  for (const auto& key : world.get("/keys").object().at("keys").as_array()) {
    const auto algorithm = string_or(key.as_object(), "algorithm", "");
    if (algorithm.starts_with("ES") && algorithm != "ES256") made.push_back(algorithm);
  }
  EXPECT_THAT(made, testing::UnorderedElementsAre("ES384", "ES512"));
}

TEST_F(AdminPartial, refuses_to_export_secrets_and_people) {
  ASSERT_EQ(world.post("/partialImport", kParts).status, 200);
  const auto sent = world.post("/partial-export?exportClients=true&exportGroupsAndRoles=true", "{}");
  ASSERT_EQ(sent.status, 200) << sent.body;
  EXPECT_THAT(sent.body, Not(HasSubstr("secret-of-the-shop")));
  EXPECT_THAT(sent.body, Not(HasSubstr("BEGIN")));
  EXPECT_THAT(sent.body, Not(HasSubstr("\"bob\"")));
  const auto out = sent.object();
  for (const auto name : {"clients", "groups", "roles", "clientScopes", "components", "identityProviders"}) {
    EXPECT_TRUE(out.contains(name)) << name;
  }
  const auto bare = world.post("/partial-export", "{}").object();
  for (const auto name : {"clients", "groups", "roles", "users"}) EXPECT_FALSE(bare.contains(name)) << name;
  EXPECT_TRUE(bare.contains("clientScopes"));
  const auto manager = world.admin_token({"manage-realm"});
  EXPECT_EQ(as(manager, kPost, "/partial-export?exportClients=true", "{}").status, 403);
  EXPECT_EQ(as(manager, kPost, "/partial-export", "{}").status, 200);
}

TEST_F(AdminPartial, refuses_to_become_somebody_who_may_more) {  // attack class 21
  const auto boss = world.admin_token({"realm-admin"});
  const auto boss_id = world.user_id("person1");
  const auto token = world.admin_token({"impersonation"});
  EXPECT_EQ(as(token, kPost, "/users/" + boss_id + "/impersonation", "{}").status, 403);
  const auto sent = as(token, kPost, "/users/" + world.user_id("ada") + "/impersonation", "{}");
  ASSERT_EQ(sent.status, 200) << sent.body;
  EXPECT_EQ(sent.body, R"({"sameRealm":true,"redirect":"https://id.example/realms/demo/account"})");
  EXPECT_EQ(world.get("/users/" + world.user_id("ada") + "/sessions").array().size(), 1U);
  EXPECT_TRUE(world.log.contains("impersonated"));
}

TEST_F(AdminPartial, refuses_to_keep_or_repeat_a_clients_private_key) {
  const auto id = world.post("/clients", R"({"clientId":"app"})").made_id();
  const auto path = "/clients/" + id + "/certificates/jwt.credential";
  EXPECT_EQ(world.get(path).body, "{}");
  EXPECT_EQ(world.get("/clients/" + id + "/certificates/other").status, 404);
  const auto made = world.post(path + "/generate", "{}");
  ASSERT_EQ(made.status, 200) << made.body;
  const auto key = string_or(made.object(), "privateKey", "");
  EXPECT_GT(key.size(), 1000U);
  EXPECT_THAT(world.get("/clients/" + id).body, Not(HasSubstr(key)));
  const auto shown = world.get(path);
  EXPECT_EQ(string_or(shown.object(), "certificate", ""), string_or(made.object(), "certificate", "?"));
  EXPECT_THAT(shown.body, Not(HasSubstr("privateKey")));
  EXPECT_EQ(world.post(path + "/generate-and-download", R"({"format":"JKS"})").status, 400);
  EXPECT_EQ(world.post(path + "/generate-and-download", R"({"format":"PKCS12","keyAlias":"a"})").status, 400);
  EXPECT_EQ(world.get(path).body, shown.body) << "what was refused changes nothing";
  const auto file = world.post(path + "/generate-and-download",
                               R"({"format":"PKCS12","keyAlias":"a","keyPassword":"p","storePassword":"word"})");
  EXPECT_EQ(file.status, 200);
  EXPECT_GT(file.body.size(), 1000U);
  EXPECT_NE(world.get(path).body, shown.body);
}

TEST_F(AdminPartial, the_console_learns_what_a_condition_can_be_set_to) {
  const auto about = world.get("/authentication/config-description/conditional-user-role").object();
  ASSERT_EQ(about.at("properties").as_array().size(), 2U);
  EXPECT_EQ(string_or(about.at("properties").as_array()[0].as_object(), "name", ""), "condUserRole");
  EXPECT_EQ(world.get("/authentication/config-description/no-such").status, 404);
}

TEST_F(AdminPartial, refuses_mail_to_nobody_and_back_to_strangers) {
  const auto ada = world.user_id("ada");
  ASSERT_EQ(
      world.put("", R"({"realm":"demo","smtpServer":{"host":"mail.example.org","from":"id@example.org"}})").status,
      204);
  const auto path = "/users/" + ada + "/execute-actions-email";
  EXPECT_EQ(world.put(path, R"(["UPDATE_PASSWORD"])").status, 204);
  EXPECT_EQ(world.put(path, R"(["NO_SUCH_ACTION"])").status, 400);
  EXPECT_EQ(world.put(path, R"([])").status, 400);
  EXPECT_EQ(world.put(path + "?lifespan=0", R"(["UPDATE_PASSWORD"])").status, 400);
  EXPECT_EQ(world.put(path + "?redirect_uri=https://evil.example/", R"(["UPDATE_PASSWORD"])").status, 400);
  EXPECT_EQ(world.put(path + "?client_id=account&redirect_uri=https://evil.example/", R"(["UPDATE_PASSWORD"])").status,
            400);
  EXPECT_EQ(world.put(path + "?client_id=gone", R"(["UPDATE_PASSWORD"])").status, 404);
  EXPECT_EQ(world.put("/users/" + ada + "/send-verify-email", "{}").status, 204);
  EXPECT_EQ(world.put("/users/" + ada + "/reset-password-email", "{}").status, 204);
  const auto mails =
      write_to(world.store, [&](Tx& tx) { return world.repositories.mails.lease(tx, world.clock.now(), 10); });
  ASSERT_TRUE(mails);
  EXPECT_EQ(mails->size(), 3U);
  for (const auto& mail : *mails) EXPECT_EQ(mail.to, "ada@example.org");
  const auto nobody = world.post("/users", R"({"username":"nomail","enabled":true})").made_id();
  EXPECT_EQ(world.put("/users/" + nobody + "/send-verify-email", "{}").status, 400);
}

TEST_F(AdminPartial, refuses_clients_without_a_token_that_counts) {
  const auto made = world.post("/clients-initial-access", R"({"count":1,"expiration":60})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto token = string_or(made.object(), "token", "");
  const auto registered = [&](std::string_view with) {
    return world.send(kPost, "/realms/demo/clients-registrations/openid-connect", with,
                      R"({"redirect_uris":["https://app.example/cb"]})");
  };
  ASSERT_EQ(world.get("/clients-initial-access").array().size(), 1U);
  EXPECT_EQ(world.get("/clients-initial-access").body.find(token), std::string::npos);
  const auto first = registered(token);
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(registered(token).status, 401) << "used up";
  EXPECT_TRUE(world.get("/clients-initial-access").array().empty());
  const auto other = world.post("/clients-initial-access", R"({"count":5})");
  EXPECT_EQ(world.remove("/clients-initial-access/" + string_or(other.object(), "id", "")).status, 204);
  EXPECT_EQ(registered(string_or(other.object(), "token", "")).status, 401) << "taken back";
  EXPECT_EQ(world.post("/clients-initial-access", R"({"count":0})").status, 400);
  // A renewed registration token ends the one before.
  const auto client_id = string_or(first.object(), "client_id", "");
  const auto old = string_or(first.object(), "registration_access_token", "");
  const auto path = "/realms/demo/clients-registrations/openid-connect/" + client_id;
  const auto renewed = world.post("/clients/" + world.client_uuid(client_id) + "/registration-access-token", "{}");
  ASSERT_EQ(renewed.status, 200) << renewed.body;
  EXPECT_EQ(world.send(kGet, path, old).status, 401);
  EXPECT_EQ(world.send(kGet, path, string_or(renewed.object(), "registrationAccessToken", "")).status, 200);
}

}  // namespace
}  // namespace cardea::protocol
