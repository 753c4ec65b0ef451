// Attack classes 21 and 22: ways from a lesser admin role to a greater one, and to secrets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/realm_import.h"
#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;
using enum web::Method;

class AdminEscalation : public testing::Test {
 protected:
  std::string made(std::string_view path, std::string_view body) {
    const auto sent = world.post(path, body);
    EXPECT_EQ(sent.status, 201) << sent.body;
    return sent.made_id();
  }
  AdminWorld::Sent as(std::string_view token, web::Method method, std::string_view path, std::string_view body = {}) {
    return world.send(method, std::string("/admin/realms/demo").append(path), token, body);
  }
  /// [{"id", "name"}] of a role of realm-management.
  std::string mapping(std::string_view role) {
    const auto found = world.get("/clients/" + management() + "/roles/" + std::string(role)).object();
    return json::serialize(json::array{json::object{{"id", found.at("id")}, {"name", role}}});
  }
  std::string management() { return world.client_uuid("realm-management"); }
  /// A client whose service account may do everything in demo; its uuid.
  std::string strong_client() {
    const auto id = made("/clients", R"({"clientId":"robot","secret":"of-the-robot","serviceAccountsEnabled":true})");
    const auto user = string_or(world.get("/clients/" + id + "/service-account-user").object(), "id", "");
    const auto path = "/users/" + user + "/role-mappings/clients/" + management();
    EXPECT_EQ(world.post(path, mapping("realm-admin")).status, 204);
    return id;
  }

  AdminWorld world;
};

TEST_F(AdminEscalation, refuses_client_secrets_to_those_who_may_only_look) {
  const auto id = made("/clients", R"({"clientId":"app","secret":"very-secret-words"})");
  const auto viewer = world.admin_token({"view-clients"});
  for (const auto* path : {"/clients", "/clients?clientId=app"}) {
    const auto sent = as(viewer, kGet, path);
    EXPECT_EQ(sent.status, 200);
    EXPECT_THAT(sent.body, Not(HasSubstr("very-secret-words"))) << path;
    EXPECT_THAT(sent.body, HasSubstr(R"("secret":"**********")")) << path;
  }
  for (const auto& path : {"/clients/" + id, "/clients/" + id + "/client-secret",
                           "/clients/" + id + "/installation/providers/keycloak-oidc-keycloak-json"}) {
    const auto sent = as(viewer, kGet, path);
    EXPECT_EQ(sent.status, 200) << path;
    EXPECT_THAT(sent.body, Not(HasSubstr("very-secret-words"))) << path;
  }
  const auto manager = world.admin_token({"manage-clients"});
  EXPECT_THAT(as(manager, kGet, "/clients/" + id).body, HasSubstr("very-secret-words"));
  // What was read with the mask is written back without harm.
  EXPECT_EQ(as(manager, kPut, "/clients/" + id, R"({"clientId":"app","secret":"**********"})").status, 204);
  EXPECT_THAT(as(manager, kGet, "/clients/" + id + "/client-secret").body, HasSubstr("very-secret-words"));
}

TEST_F(AdminEscalation, refuses_clients_whose_service_account_holds_more) {
  const auto id = strong_client();
  const auto manager = world.admin_token({"manage-clients"});
  EXPECT_THAT(as(manager, kGet, "/clients/" + id).body, Not(HasSubstr("of-the-robot")));
  EXPECT_THAT(as(manager, kGet, "/clients/" + id + "/client-secret").body, Not(HasSubstr("of-the-robot")));
  EXPECT_EQ(as(manager, kPost, "/clients/" + id + "/client-secret", "{}").status, 403);
  EXPECT_EQ(as(manager, kPut, "/clients/" + id, R"({"secret":"mine-now"})").status, 403);
  EXPECT_EQ(as(manager, kPut, "/clients/" + id, R"({"attributes":{"jwks.url":"https://evil.example/k"}})").status, 403);
  EXPECT_EQ(as(manager, kDelete, "/clients/" + id).status, 403);
  EXPECT_THAT(world.get("/clients/" + id + "/client-secret").body, HasSubstr("of-the-robot"));
  const auto boss = world.admin_token({"realm-admin"});
  EXPECT_EQ(as(boss, kPost, "/clients/" + id + "/client-secret", "{}").status, 200);
}

TEST_F(AdminEscalation, refuses_such_clients_by_way_of_registration_too) {
  (void)strong_client();
  const auto path = "/realms/demo/clients-registrations/default/robot";
  const auto manager = world.admin_token({"manage-clients"});
  const auto refused = world.send(kGet, path, manager);
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.body, Not(HasSubstr("of-the-robot")));
  EXPECT_EQ(world.send(kPut, path, manager, R"({"clientId":"robot","secret":"mine-now"})").status, 401);
  EXPECT_EQ(world.send(kDelete, path, manager).status, 401);
  EXPECT_EQ(world.send(kGet, path, world.admin_token({"realm-admin"})).status, 200);
}

TEST_F(AdminEscalation, refuses_a_signing_key_that_its_sender_knows) {
  json::object config{
      {"priority", json::array{"200"}}, {"algorithm", json::array{"HS512"}}, {"kid", json::array{"mine"}}};
  config["secret"] =
      json::array{json::value("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNA")};
  const auto known = json::serialize(json::object{{"name", "mine"},
                                                  {"providerId", "hmac-generated"},
                                                  {"providerType", "org.keycloak.keys.KeyProvider"},
                                                  {"config", config}});
  const auto fresh = R"({"name":"new","providerId":"ecdsa-generated","providerType":"org.keycloak.keys.KeyProvider",)"
                     R"("config":{"priority":["50"]}})";
  const auto manager = world.admin_token({"manage-realm", "view-realm"});
  EXPECT_EQ(as(manager, kPost, "/components", known).status, 403);
  EXPECT_EQ(as(manager, kPost, "/components", fresh).status, 201);
  const auto boss = world.admin_token({"realm-admin"});
  EXPECT_EQ(as(boss, kPost, "/components", known).status, 201);
  // In master a realm manager would become the administrator of all realms.
  const auto id = made("/admin/realms/master/users", R"({"username":"eve","enabled":true})");
  EXPECT_EQ(
      world
          .put("/admin/realms/master/users/" + id + "/reset-password", R"({"type":"password","value":"correct-horse"})")
          .status,
      204);
  const auto master =
      string_or(world.get("/admin/realms/master/clients?clientId=master-realm").array().front().get_object(), "id", "");
  const auto all = world.get("/admin/realms/master/clients/" + master + "/roles").body;
  EXPECT_EQ(world.post("/admin/realms/master/users/" + id + "/role-mappings/clients/" + master, all).status, 204);
  const auto eve = world.token("master", "eve");
  EXPECT_EQ(world.send(kPost, "/admin/realms/master/components", eve, known).status, 403);
  EXPECT_EQ(world.send(kPost, "/admin/realms/master/components", world.root(), known).status, 201);
}

TEST_F(AdminEscalation, refuses_to_send_a_masked_provider_secret_elsewhere) {
  const auto provider = [](std::string_view token_url, std::string_view secret) {
    return json::serialize(
        json::object{{"alias", "up"},
                     {"providerId", "oidc"},
                     {"config", json::object{{"clientId", "c"}, {"clientSecret", secret}, {"tokenUrl", token_url}}}});
  };
  ASSERT_EQ(world.post("/identity-provider/instances", provider("https://up.example/t", "s3cret")).status, 201);
  const auto path = "/identity-provider/instances/up";
  const auto refused = world.put(path, provider("https://evil.example/t", "**********"));
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("client secret again"));
  EXPECT_EQ(world.put(path, provider("https://up.example/t", "**********")).status, 204);
  EXPECT_EQ(world.put(path, provider("https://new.example/t", "typed-again")).status, 204);
  EXPECT_EQ(world
                .post("/identity-provider/instances",
                      R"({"alias":"two","providerId":"oidc","config":{"clientSecret":"**********"}})")
                .status,
            400);
}

// Who may change where the browser goes must not learn the secret that is posted beside it.
TEST_F(AdminEscalation, refuses_to_move_a_masked_secret_by_the_authorization_url_or_the_cloud) {
  const auto provider = [](std::string_view secret, const json::object& more) {
    json::object config{{"clientId", "c"}, {"clientSecret", secret}, {"tenantId", "contoso.example"}};
    for (const auto& [name, value] : more) config[name] = value;
    return json::serialize(json::object{{"alias", "e"}, {"providerId", "entra"}, {"config", config}});
  };
  ASSERT_EQ(world.post("/identity-provider/instances", provider("s3cret", {})).status, 201);
  const auto path = "/identity-provider/instances/e";
  const json::object moved{{"authorizationUrl", "https://evil.example/x/oauth2/v2.0/authorize"}};
  EXPECT_EQ(world.put(path, provider("**********", moved)).status, 400);
  EXPECT_EQ(world.put(path, provider("**********", {{"cloud", "china"}})).status, 400);
  // What is shown can be sent back: only the secret is masked.
  const auto shown = world.get(path).body;
  EXPECT_THAT(shown, HasSubstr("contoso.example"));
  EXPECT_THAT(shown, Not(HasSubstr("s3cret")));
  EXPECT_EQ(world.put(path, shown).status, 204);
}

TEST_F(AdminEscalation, refuses_links_to_administrators_above) {
  ASSERT_EQ(world.post("/identity-provider/instances", R"({"alias":"up","providerId":"oidc","config":{}})").status,
            201);
  const auto boss = made("/users", R"({"username":"boss","enabled":true})");
  const auto plain = made("/users", R"({"username":"plain","enabled":true})");
  ASSERT_EQ(world.post("/users/" + boss + "/role-mappings/clients/" + management(), mapping("realm-admin")).status,
            204);
  const auto helpdesk = world.admin_token({"manage-users"});
  const auto link = [](const std::string& user) { return "/users/" + user + "/federated-identity/up"; };
  EXPECT_EQ(as(helpdesk, kPost, link(boss), R"({"userId":"mine","userName":"mine"})").status, 403);
  EXPECT_EQ(world.post(link(boss), R"({"userId":"theirs","userName":"boss"})").status, 204);
  EXPECT_EQ(as(helpdesk, kDelete, link(boss)).status, 403);
  EXPECT_EQ(as(helpdesk, kPost, link(plain), R"({"userId":"mine","userName":"mine"})").status, 204);
  EXPECT_EQ(as(helpdesk, kDelete, link(plain)).status, 204);
  const auto robot = strong_client();
  const auto account = string_or(world.get("/clients/" + robot + "/service-account-user").object(), "id", "");
  EXPECT_EQ(world.post(link(account), R"({"userId":"mine"})").status, 400);
}

// "it.admins" is a role of the realm, and one of client "it": what is checked is what is given.
TEST_F(AdminEscalation, refuses_mappers_whose_role_is_shown_as_another) {
  made("/identity-provider/instances", R"({"alias":"up","providerId":"oidc","config":{"clientId":"c"}})");
  const auto client = made("/clients", R"({"clientId":"it"})");
  ASSERT_EQ(world.post("/clients/" + client + "/roles", R"({"name":"admins"})").status, 201);
  ASSERT_EQ(world.post("/clients/" + client + "/roles/admins/composites", mapping("realm-admin")).status, 204);
  ASSERT_EQ(world.post("/roles", R"({"name":"it.admins"})").status, 201);
  const auto body =
      R"({"name":"a","identityProviderMapper":"oidc-hardcoded-role-idp-mapper","config":{"role":"it.admins"}})";
  const auto token = world.admin_token({"manage-identity-providers"});
  EXPECT_EQ(as(token, kPost, "/identity-provider/instances/up/mappers", body).status, 403);
}

TEST_F(AdminEscalation, refuses_authentiks_paths_to_administrators_of_one_realm) {
  const auto body = R"({"realm":"demo","attributes":{"authentikPaths":"true"}})";
  EXPECT_EQ(as(world.admin_token({"manage-realm"}), kPut, "", body).status, 403);
  EXPECT_EQ(world.put("", body).status, 204);
  EXPECT_EQ(as(world.admin_token({"manage-realm"}), kPut, "", body).status, 204);  // nothing changes
  ASSERT_EQ(world.send(kPost, "/admin/realms", world.root(), R"({"realm":"other","enabled":true})").status, 201);
  const auto second = R"({"realm":"other","attributes":{"authentikPaths":"true"}})";
  EXPECT_EQ(world.send(kPut, "/admin/realms/other", world.root(), second).status, 409);
}

TEST_F(AdminEscalation, refuses_provider_mappers_that_give_what_their_writer_lacks) {
  made("/identity-provider/instances", R"({"alias":"up","providerId":"oidc","config":{"clientId":"c"}})");
  const auto bosses = made("/groups", R"({"name":"bosses"})");
  ASSERT_EQ(world.post("/groups/" + bosses + "/role-mappings/clients/" + management(), mapping("manage-users")).status,
            204);
  ASSERT_EQ(world.post("/roles", R"({"name":"plain"})").status, 201);
  const auto mapper = [](std::string_view name, std::string_view type, std::string_view member,
                         std::string_view value) {
    return json::serialize(
        json::object{{"name", name}, {"identityProviderMapper", type}, {"config", json::object{{member, value}}}});
  };
  const auto path = "/identity-provider/instances/up/mappers";
  const auto token = world.admin_token({"manage-identity-providers"});
  const auto role = "oidc-hardcoded-role-idp-mapper";
  EXPECT_EQ(as(token, kPost, path, mapper("a", role, "role", "realm-management.realm-admin")).status, 403);
  EXPECT_EQ(as(token, kPost, path, mapper("a", "oidc-hardcoded-group-idp-mapper", "group", "/bosses")).status, 403);
  EXPECT_EQ(as(token, kPost, path, mapper("a", role, "role", "not-yet")).status, 400);
  const auto good = as(token, kPost, path, mapper("a", role, "role", "plain"));
  EXPECT_EQ(good.status, 201) << good.body;
  EXPECT_EQ(as(token, kPut, path + std::string("/") + good.made_id(),
               mapper("a", role, "role", "realm-management.manage-users"))
                .status,
            403);
  EXPECT_EQ(world.post(path, mapper("b", role, "role", "realm-management.realm-admin")).status, 201);
}

TEST_F(AdminEscalation, refuses_bad_mappers_inside_of_clients_and_scopes) {
  const auto with = [](std::string_view provider, std::string_view name = "m") {
    return std::string(R"({"clientId":"app","name":"app","protocolMappers":[{"name":")")
        .append(name)
        .append(R"(","protocol":"openid-connect","protocolMapper":")")
        .append(provider)
        .append(R"(","config":{}}]})");
  };
  EXPECT_EQ(world.post("/clients", with("script-of-mine")).status, 404);
  EXPECT_EQ(world.post("/client-scopes", with("script-of-mine")).status, 404);
  EXPECT_EQ(world.post("/clients", with("oidc-audience-mapper", "")).status, 400);
  const auto id = made("/clients", with("oidc-audience-mapper"));
  EXPECT_EQ(world.put("/clients/" + id, with("script-of-mine")).status, 404);
  EXPECT_EQ(world
                .put("/clients/" + id,
                     R"({"protocolMappers":[{"name":"m","protocolMapper":"oidc-audience-mapper"},
                                             {"name":"m","protocolMapper":"oidc-audience-mapper"}]})")
                .status,
            409);
  EXPECT_EQ(world.get("/clients/" + id + "/protocol-mappers/models").array().size(), 1U);
}

TEST_F(AdminEscalation, refuses_to_end_sessions_of_administrators_above) {
  const auto boss = world.admin_token({"realm-admin"});
  const auto boss_id = world.user_id("person1");
  const auto session = string_or(world.get("/users/" + boss_id + "/sessions").array().at(0).as_object(), "id", "");
  const auto token = world.admin_token({"manage-users"});
  EXPECT_EQ(as(token, kPost, "/users/" + boss_id + "/logout", "{}").status, 403);
  EXPECT_EQ(as(token, kDelete, "/sessions/" + session).status, 403);
  EXPECT_EQ(as(token, kDelete, "/users/" + boss_id + "/consents/admin-cli").status, 403);
  EXPECT_EQ(as(token, kDelete, "/attack-detection/brute-force/users/" + boss_id).status, 403);
  EXPECT_EQ(as(token, kPost, "/logout-all", "{}").status, 403);
  EXPECT_EQ(as(boss, kGet, "/users").status, 200);
  EXPECT_EQ(as(boss, kPost, "/logout-all", "{}").status, 200);
}

}  // namespace
}  // namespace cardea::protocol
