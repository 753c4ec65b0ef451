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

// Whose keys such a provider is believed by is whoever its clients are, whose service accounts may hold any role.
TEST_F(AdminEscalation, refuses_to_make_or_move_a_provider_that_vouches_for_clients) {
  const auto provider = [](std::string_view alias, std::string_view keys, std::string_view vouches) {
    const json::object config{{"clientId", "c"}, {"jwksUrl", keys}, {"supportsClientAssertions", vouches}};
    return json::serialize(json::object{{"alias", alias}, {"providerId", "oidc"}, {"config", config}});
  };
  ASSERT_EQ(world.post("/identity-provider/instances", provider("up", "https://up.example/k", "true")).status, 201);
  ASSERT_EQ(world.post("/identity-provider/instances", provider("plain", "https://p.example/k", "false")).status, 201);
  const auto manager = world.admin_token({"manage-identity-providers"});
  const std::string path = "/identity-provider/instances";
  EXPECT_EQ(as(manager, kPut, path + "/up", provider("up", "https://evil.example/k", "true")).status, 403);
  EXPECT_EQ(as(manager, kPut, path + "/up", provider("up", "https://evil.example/k", "false")).status, 403);
  EXPECT_EQ(as(manager, kPut, path + "/plain", provider("plain", "https://p.example/k", "true")).status, 403);
  EXPECT_EQ(as(manager, kPost, path, provider("new", "https://evil.example/k", "true")).status, 403);
  EXPECT_EQ(as(manager, kPut, path + "/up", provider("up", "https://up.example/k", "true")).status, 204);
  EXPECT_EQ(as(manager, kPut, path + "/plain", provider("plain", "https://p.example/k", "false")).status, 204);
}

// Whoever moves a provider becomes everybody who signs in by it.
TEST_F(AdminEscalation, refuses_to_move_a_provider_without_the_right_to_change_the_realm) {
  const auto provider = [](std::string_view name, std::string_view value) {
    json::object config{{"clientId", "c"}, {"clientSecret", "typed"}, {"issuer", "https://up.example"}};
    config[name] = value;
    return json::serialize(json::object{{"alias", "up"}, {"providerId", "oidc"}, {"config", config}});
  };
  const std::string path = "/identity-provider/instances";
  const auto manager = world.admin_token({"manage-identity-providers"});
  ASSERT_EQ(as(manager, kPost, path, provider("guiOrder", "1")).status, 201);
  for (const auto* name :
       {"issuer", "jwksUrl", "tokenUrl", "userInfoUrl", "logoutUrl", "authorizationUrl", "metadataDescriptorUrl",
        "baseUrl", "apiUrl", "tenantId", "allowedTenants", "cloud", "useJwksUrl", "userIDClaim"}) {
    EXPECT_EQ(as(manager, kPut, path + "/up", provider(name, "https://evil.example/x")).status, 403) << name;
  }
  EXPECT_EQ(as(manager, kPut, path + "/up", provider("guiOrder", "2")).status, 204);
  EXPECT_EQ(world.put(path + "/up", provider("issuer", "https://new.example")).status, 204);
}

// With the key of another person in a claim that one can change there, one would be them.
TEST_F(AdminEscalation, refuses_another_key_of_people_without_the_right_to_change_the_realm) {
  const std::string path = "/identity-provider/instances";
  ASSERT_EQ(world.post(path, R"({"alias":"up","providerId":"oidc","config":{}})").status, 201);
  const auto mapper = [](const std::string& target, const std::string& text, const std::string& sync = "FORCE") {
    json::object config{{"target", target}, {"template", text}, {"syncMode", sync}};
    json::object out{{"name", "key"}, {"identityProviderMapper", "oidc-username-idp-mapper"}};
    out["config"] = config;
    return json::serialize(out);
  };
  const auto manager = world.admin_token({"manage-identity-providers"});
  EXPECT_EQ(as(manager, kPost, path + "/up/mappers", mapper("BROKER_ID", "${CLAIM.nickname}")).status, 403);
  const auto made = world.post(path + "/up/mappers", mapper("BROKER_ID", "${CLAIM.employee}"));
  ASSERT_EQ(made.status, 201) << made.body;
  const auto one = path + "/up/mappers/" + made.made_id();
  EXPECT_EQ(as(manager, kPut, one, mapper("BROKER_ID", "${CLAIM.nickname}")).status, 403);
  EXPECT_EQ(as(manager, kPut, one, mapper("LOCAL", "${CLAIM.employee}")).status, 403);
  EXPECT_EQ(as(manager, kDelete, one).status, 403);
  EXPECT_EQ(as(manager, kPut, one, mapper("BROKER_ID", "${CLAIM.employee}", "IMPORT")).status, 204);
  ASSERT_EQ(world.remove(one).status, 204);
  EXPECT_EQ(as(manager, kPost, path + "/up/mappers", mapper("LOCAL", "${CLAIM.nickname}")).status, 201);
}

// With the realm's keys a provider is told who we are: whoever says where that goes speaks for the realm there.
TEST_F(AdminEscalation, refuses_proofs_by_keys_of_the_realm_without_the_right_to_change_it) {
  const auto provider = [](std::string_view method, std::string_view audience) {
    return json::serialize(json::object{
        {"alias", "up"},
        {"providerId", "oidc"},
        {"config",
         json::object{{"clientId", "c"}, {"clientAuthMethod", method}, {"clientAssertionAudience", audience}}}});
  };
  const std::string path = "/identity-provider/instances";
  const auto manager = world.admin_token({"manage-identity-providers"});
  for (const auto* method : {"private_key_jwt", "federated_credential"}) {
    EXPECT_EQ(as(manager, kPost, path, provider(method, "")).status, 403) << method;
  }
  ASSERT_EQ(as(manager, kPost, path, provider("client_secret_post", "")).status, 201);
  EXPECT_EQ(as(manager, kPut, path + "/up", provider("private_key_jwt", "")).status, 403);
  ASSERT_EQ(world.put(path + "/up", provider("private_key_jwt", "https://up.example")).status, 204);
  EXPECT_EQ(as(manager, kPut, path + "/up", provider("private_key_jwt", "https://evil.example")).status, 403);
  EXPECT_EQ(as(manager, kPut, path + "/up", provider("private_key_jwt", "https://up.example")).status, 204);
}

// Of a link that nobody signed in by since it was made the issuer is not known: it must not become the new one's.
TEST_F(AdminEscalation, refuses_a_moved_provider_the_links_that_were_made_before) {
  const std::string tenant = "11111111-2222-3333-4444-555555555555";
  struct Move {
    std::string_view kind;
    json::object from, to;
    std::string issuer;
  };
  const Move moves[] = {
      {"oidc", {{"issuer", "https://old.example"}}, {{"issuer", "https://new.example"}}, "https://old.example"},
      {"oidc", {{"issuer", "https://old.example"}}, {}, "https://old.example"},
      {"oidc",
       {{"metadataDescriptorUrl", "https://old.example/.well-known/openid-configuration"}},
       {{"metadataDescriptorUrl", "https://new.example/.well-known/openid-configuration"}},
       "https://old.example"},
      {"oauth2",
       {{"userInfoUrl", "https://old.example/me"}},
       {{"userInfoUrl", "https://new.example/me"}},
       "https://old.example/me"},
      {"entra",
       {{"tenantId", "common"}},
       {{"issuer", "https://new.example"}},
       "https://login.microsoftonline.com/" + tenant + "/v2.0"},
  };
  int count = 0;
  for (const auto& move : moves) {
    const auto alias = "p" + std::to_string(++count);
    const auto path = "/identity-provider/instances/" + alias;
    const auto provider = [&](json::object config, std::string_view order) {
      config["guiOrder"] = order;
      return json::serialize(json::object{{"alias", alias}, {"providerId", move.kind}, {"config", config}});
    };
    ASSERT_EQ(world.post("/identity-provider/instances", provider(move.from, "1")).status, 201) << alias;
    const auto user = made("/users", R"({"username":"of-)" + alias + R"(","enabled":true})");
    const auto id = tenant + "/" + alias;
    ASSERT_EQ(world
                  .post("/users/" + user + "/federated-identity/" + alias,
                        json::serialize(json::object{{"userId", id}, {"userName", "x"}}))
                  .status,
              204);
    const auto issuer = [&] {
      const auto links = read_from(
          world.store, [&](Rows& rows) { return world.repositories.federated_identities.list(rows, UserId(user)); });
      return links.value().at(0).issuer;
    };
    EXPECT_EQ(world.put(path, provider(move.from, "2")).status, 204);
    EXPECT_EQ(issuer(), "") << alias;
    EXPECT_EQ(world.put(path, provider(move.to, "2")).status, 204);
    EXPECT_EQ(issuer(), move.issuer) << alias;
    EXPECT_EQ(world.put(path, provider(move.from, "2")).status, 204);
    EXPECT_EQ(issuer(), move.issuer) << alias;
  }
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
  const auto made_so = R"({"realm":"third","attributes":{"authentikPaths":"true"}})";
  const auto refused = world.send(kPost, "/admin/realms", world.root(), made_so);
  EXPECT_EQ(refused.status, 409) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("authentikPaths"));
  EXPECT_EQ(world.send(kGet, "/admin/realms/third", world.root()).status, 404);
  EXPECT_EQ(world.put("", R"({"realm":"demo","attributes":{"authentikPaths":"false"}})").status, 204);
  EXPECT_EQ(world.send(kPost, "/admin/realms", world.root(), made_so).status, 201);
}

/// Each host has one realm with authentik's paths; whoever manages one realm does not choose which.
TEST_F(AdminEscalation, refuses_authentiks_paths_at_a_host_that_another_realm_has) {
  const auto body = [](std::string_view realm, const std::string& address) {
    json::object attributes{{"authentikPaths", "true"}};
    if (!address.empty()) attributes["frontendUrl"] = address;
    return json::serialize(json::object{{"realm", realm}, {"enabled", true}, {"attributes", std::move(attributes)}});
  };
  ASSERT_EQ(world.put("", body("demo", "https://a.example")).status, 204);
  const auto make = [&](std::string_view realm, const std::string& address) {
    return world.send(kPost, "/admin/realms", world.root(), body(realm, address)).status;
  };
  EXPECT_EQ(make("second", "https://A.example:443/sub"), 409);
  EXPECT_EQ(make("second", "https://b.example"), 201);
  EXPECT_EQ(make("third", ""), 201) << "every other host";
  EXPECT_EQ(make("fourth", ""), 409);
  EXPECT_EQ(world.put("", body("demo", "https://b.example")).status, 409) << "by a move";
  EXPECT_EQ(as(world.admin_token({"manage-realm"}), kPut, "", body("demo", "https://c.example")).status, 403);
  EXPECT_EQ(world.put("", body("demo", "https://c.example")).status, 204);
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

// The roles of groups above reach members of a group that has none itself.
TEST_F(AdminEscalation, refuses_new_users_in_groups_below_one_with_admin_roles) {
  const auto bosses = made("/groups", R"({"name":"bosses"})");
  ASSERT_EQ(world.post("/groups/" + bosses + "/role-mappings/clients/" + management(), mapping("realm-admin")).status,
            204);
  const auto helpdesk = world.admin_token({"manage-realm", "manage-users"});
  ASSERT_EQ(as(helpdesk, kPost, "/groups/" + bosses + "/children", R"({"name":"mine"})").status, 201);
  const auto body = R"({"username":"eve","enabled":true,"groups":["/bosses/mine"],
                        "credentials":[{"type":"password","value":"correct-horse"}]})";
  EXPECT_EQ(as(helpdesk, kPost, "/users", body).status, 403);
  EXPECT_EQ(world.log.count("rights_not_covered"), 1U) << "the refusal of a handler has its line, too";
  EXPECT_EQ(as(helpdesk, kPost, "/partialImport", R"({"users":[)" + std::string(body) + "]}").status, 403);
  EXPECT_TRUE(world.get("/users?exact=true&username=eve").array().empty());
  // Who has the role may do it, and anybody may where no group above has one.
  EXPECT_EQ(world.post("/users", body).status, 201);
  const auto plain = made("/groups", R"({"name":"plain"})");
  made("/groups/" + plain + "/children", R"({"name":"mine"})");
  EXPECT_EQ(as(helpdesk, kPost, "/users", R"({"username":"bob","groups":["/plain/mine"]})").status, 201);
}

// "Used before" said of a guess would tell somebody else's password.
TEST_F(AdminEscalation, refuses_to_compare_a_password_with_that_of_an_administrator_above) {
  ASSERT_EQ(world.put("", R"j({"realm":"demo","passwordPolicy":"passwordHistory(3)"})j").status, 204);
  (void)world.admin_token({"realm-admin"});
  const auto path = "/users/" + world.user_id("person1") + "/reset-password";
  const auto helpdesk = world.admin_token({"manage-users"});
  EXPECT_EQ(as(helpdesk, kPut, path, R"({"value":"correct-horse"})").status, 403);
  EXPECT_EQ(as(helpdesk, kPut, path, R"({"value":"wrong-horse"})").status, 403);
  EXPECT_EQ(world.put(path, R"({"value":"correct-horse"})").status, 400);
}

TEST_F(AdminEscalation, refuses_an_import_over_an_administrator_with_links_of_its_own) {
  made("/identity-provider/instances", R"({"alias":"up","providerId":"oidc","config":{}})");
  const auto boss = made("/users", R"({"username":"boss","enabled":true,
      "federatedIdentities":[{"identityProvider":"up","userId":"theirs","userName":"boss"}]})");
  ASSERT_EQ(world.post("/users/" + boss + "/role-mappings/clients/" + management(), mapping("realm-admin")).status,
            204);
  const auto path = "/users/" + boss + "/federated-identity";
  const auto before = world.get(path).body;
  ASSERT_THAT(before, HasSubstr("theirs"));
  const auto overwrite = [](std::string_view username) {
    return std::string(R"({"ifResourceExists":"OVERWRITE","users":[{"username":")")
        .append(username)
        .append(R"(","enabled":true,"federatedIdentities":[{"identityProvider":"up","userId":"mine"}]}]})");
  };
  const auto helpdesk = world.admin_token({"manage-realm", "manage-users"});
  EXPECT_EQ(as(helpdesk, kPost, "/partialImport", overwrite("boss")).status, 403);
  EXPECT_EQ(world.get(path).body, before);
  made("/users", R"({"username":"plain","enabled":true})");
  EXPECT_EQ(as(helpdesk, kPost, "/partialImport", overwrite("plain")).status, 200);
}

// Whose group it is at a provider is known to sign-ins alone: who could write it would bring their own group there into
// one with rights here.
TEST_F(AdminEscalation, refuses_to_make_a_group_that_of_a_provider) {
  const auto bosses = made("/groups", R"({"name":"bosses","attributes":{"team":["a"]}})");
  const auto group = [](std::string_view name, std::string_view attributes) {
    return std::string(R"({"name":")").append(name).append(R"(","attributes":{)").append(attributes).append("}}");
  };
  const std::string forged = R"("upstream.provider":["entra-id"],"upstream.id":["of-mine"])";
  const auto helpdesk = world.admin_token({"manage-realm", "manage-users"});
  for (const auto& each :
       {forged, std::string(R"("upstream.provider":["entra-id"])"), std::string(R"("upstream.id":["of-mine"])")}) {
    const auto refused = as(helpdesk, kPut, "/groups/" + bosses, group("bosses", each));
    EXPECT_EQ(refused.status, 400) << each;
    EXPECT_THAT(refused.body, HasSubstr("upstream."));
    EXPECT_EQ(as(helpdesk, kPost, "/groups", group("other", each)).status, 400);
    EXPECT_EQ(as(helpdesk, kPost, "/groups/" + bosses + "/children", group("other", each)).status, 400);
    EXPECT_EQ(as(helpdesk, kPost, "/partialImport", R"({"groups":[)" + group("other", each) + "]}").status, 400);
    EXPECT_EQ(as(helpdesk, kPost, "/partialImport",
                 R"({"groups":[{"name":"top","subGroups":[)" + group("other", each) + "]}]}")
                  .status,
              400);
  }
  EXPECT_THAT(world.get("/groups/" + bosses).body, Not(HasSubstr("upstream.")));
  EXPECT_EQ(as(helpdesk, kPut, "/groups/" + bosses, group("bosses", R"("team":["b"])")).status, 204);
  // Nor is one that a sign-in made taken from its provider; what is shown can be sent back.
  Group made_by_login;
  made_by_login.id = GroupId("of-a-source");
  made_by_login.name = "Staff";
  made_by_login.attributes = {{"upstream.provider", {"entra-id"}}, {"upstream.id", {"g1"}}};
  ASSERT_TRUE(write_to(world.store, [&](Tx& tx) -> Stored<void> {
    auto realm = world.repositories.realms.find_by_name(tx, "demo");
    if (!realm || !*realm) return refuse(StoreError::kConflict);
    made_by_login.realm = (*realm)->id;
    return world.repositories.groups.insert(tx, made_by_login);
  }));
  const auto shown = world.get("/groups/of-a-source").body;
  EXPECT_EQ(as(helpdesk, kPut, "/groups/of-a-source", shown).status, 204);
  EXPECT_EQ(as(helpdesk, kPut, "/groups/of-a-source", group("Staff", R"("upstream.provider":["entra-id"])")).status,
            400);
  EXPECT_EQ(as(helpdesk, kPut, "/groups/of-a-source", group("Staff", "")).status, 400);
  EXPECT_EQ(as(helpdesk, kPut, "/groups/of-a-source", R"({"name":"Crew"})").status, 204);
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
