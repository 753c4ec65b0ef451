// What serverinfo lists is what the console draws, and saves: it drops what it is not told of (keycloak.md section
// 6.15).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/password_policy.h"
#include "core/token/mapper_providers.h"
#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;

class AdminConsoleLists : public testing::Test {
 protected:
  AdminWorld world;
  json::object info = world.get("/admin/serverinfo").object();

  static std::vector<std::string> members(const json::value& list, std::string_view name) {
    std::vector<std::string> out;
    for (const auto& item : list.as_array()) out.push_back(string_or(item.as_object(), name, ""));
    return out;
  }
};

TEST_F(AdminConsoleLists, list_every_rule_of_passwords_or_the_console_deletes_it) {
  const auto listed = members(info.at("passwordPolicies"), "id");
  for (const auto name : PasswordPolicy::rule_names()) EXPECT_THAT(listed, Contains(std::string(name)));
  EXPECT_EQ(listed.size(), PasswordPolicy::rule_names().size()) << "no rule is offered that is not kept";
}

// Names that the console asks for, and whether this server does what they stand for.
TEST_F(AdminConsoleLists, name_features_as_the_console_does) {
  struct Asked {
    std::string_view name;
    bool is_on;
    std::string_view why_not = {};
  };
  static constexpr Asked kAsked[] = {
      {"ACCOUNT_V3", true},
      {"ADMIN_FINE_GRAINED_AUTHZ", false, "permissions are roles alone"},
      {"ADMIN_FINE_GRAINED_AUTHZ_V2", false, "rests on UMA, in Keycloak as well"},
      {"CLIENT_POLICIES", true},
      {"KERBEROS", false, "no Kerberos"},
      {"PARAMETERIZED_SCOPES", false, "scopes have no parameters"},
      {"DPOP", true},
      {"DEVICE_FLOW", true},
      {"TRANSIENT_USERS", false, "every user is stored"},
      {"CLIENT_TYPES", false, "experimental in Keycloak"},
      {"DECLARATIVE_UI", false, "experimental in Keycloak"},
      {"ORGANIZATION", true},
      {"OID4VC_VCI", false, "no verifiable credentials"},
      {"QUICK_THEME", false, "themes are not uploaded"},
      {"TOKEN_EXCHANGE_STANDARD_V2", true},
      {"JWT_AUTHORIZATION_GRANT", true},
      {"PASSKEYS", true},
      {"CLIENT_AUTH_FEDERATED", true},
      {"WORKFLOWS", false, "no workflows"},
      {"STEP_UP_AUTHENTICATION_SAML", false, "no SAML"},
      {"SSF", false, "no shared signals"},
      {"SCIM_API", false, "preview in Keycloak; SCIM is served by provider"},
      {"IDENTITY_BROKERING_API_V1", true},
      {"IDENTITY_BROKERING_API_V2", false, "off in Keycloak"},
  };
  const auto& features = info.at("features").as_array();
  for (const auto& asked : kAsked) {
    const auto found = std::ranges::find_if(
        features, [&](const json::value& feature) { return string_or(feature.as_object(), "name", "") == asked.name; });
    ASSERT_NE(found, features.end()) << asked.name;
    EXPECT_EQ(bool_or(found->as_object(), "enabled", false), asked.is_on) << asked.name;
    EXPECT_NE(asked.is_on, !asked.why_not.empty()) << asked.name;
  }
}

TEST_F(AdminConsoleLists, list_every_mapper_that_runs_and_take_it) {
  const auto listed = members(info.at("protocolMapperTypes").at("openid-connect"), "id");
  const auto client =
      world.post("/clients", R"({"clientId":"mapped","redirectUris":["https://mapped.example/cb"]})").made_id();
  for (const auto provider : mapper_providers()) {
    EXPECT_THAT(listed, Contains(std::string(provider)));
    json::object mapper{{"name", provider},
                        {"protocol", "openid-connect"},
                        {"protocolMapper", provider},
                        {"config", json::object{{"claim.name", "x"}}}};
    const auto path = "/clients/" + client + "/protocol-mappers/models";
    const auto made = world.post(path, json::serialize(mapper));
    EXPECT_EQ(made.status, 201) << provider << made.body;
    mapper["id"] = made.made_id();
    EXPECT_EQ(world.put(path + "/" + made.made_id(), json::serialize(mapper)).status, 204) << provider;
  }
  EXPECT_EQ(listed.size(), mapper_providers().size()) << "no mapper is offered that does not run";
}

TEST_F(AdminConsoleLists, give_a_pairwise_mapper_the_salt_it_cannot_be_without) {
  const auto client = world.post("/clients", R"({"clientId":"pairwise","redirectUris":["https://app.example/cb"],)"
                                             R"("protocolMappers":[{"name":"one",)"
                                             R"("protocol":"openid-connect",)"
                                             R"("protocolMapper":"oidc-sha256-pairwise-sub-mapper"}]})");
  ASSERT_EQ(client.status, 201) << client.body;
  const auto path = "/clients/" + client.made_id() + "/protocol-mappers/models";
  const auto made = world.post(path, R"({"name":"two","protocol":"openid-connect",)"
                                     R"("protocolMapper":"oidc-sha256-pairwise-sub-mapper","config":{}})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto mappers = world.get(path).array();
  ASSERT_EQ(mappers.size(), 2U);
  for (const auto& mapper : mappers) {
    EXPECT_FALSE(string_or(mapper.at("config").as_object(), "pairwiseSubAlgorithmSalt", "").empty());
  }
}

// Whom a token is about must not fail when the first person signs in. Keycloak's words.
TEST_F(AdminConsoleLists, refuses_pairwise_subjects_to_clients_of_no_or_several_hosts) {
  const std::string mapper = R"({"name":"p","protocol":"openid-connect",)"
                             R"("protocolMapper":"oidc-sha256-pairwise-sub-mapper","config":{)";
  const auto make = [&](const std::string& id, const std::string& redirects, const std::string& config) {
    return world.post("/clients", R"({"clientId":")" + id + R"(","redirectUris":[)" + redirects +
                                      R"(],"protocolMappers":[)" + mapper + config + "}}]}");
  };
  const std::string one = R"("https://a.example/cb")", two = one + R"(,"https://b.example/cb")";
  const std::string no_host = "Client redirect URIs must contain a valid host component.";
  const std::string hosts =
      "Without a configured Sector Identifier URI, client redirect URIs must not contain multiple host components.";
  const auto description = [](const std::string& text) {
    return R"({"error":"invalid_input","error_description":")" + text + R"("})";
  };
  expect(make("none", "", ""), 400, description(no_host));
  expect(make("any", R"("*")", ""), 400, description(no_host));
  expect(make("two", two, ""), 400, description(hosts));
  expect(make("odd", one, R"("sectorIdentifierUri":"nonsense")"), 400, description("Malformed Sector Identifier URI."));
  EXPECT_EQ(make("sector", two, R"("sectorIdentifierUri":"https://s.example/uris.json")").status, 201);
  const auto good = make("good", one, "");
  ASSERT_EQ(good.status, 201) << good.body;
  auto changed = world.get("/clients/" + good.made_id()).object();
  changed["redirectUris"] = json::array{"https://a.example/x", "https://b.example/x"};
  expect(world.put("/clients/" + good.made_id(), json::serialize(changed)), 400, description(hosts));
  const auto bare = world.post("/clients", R"({"clientId":"bare"})").made_id();
  expect(world.post("/clients/" + bare + "/protocol-mappers/models", mapper + "}}"), 400,
         R"({"error":")" + no_host + R"(","error_description":")" + no_host + R"("})");
}

TEST_F(AdminConsoleLists, name_every_language_the_pages_speak) {
  for (const auto& [type, themes] : info.at("themes").as_object()) {
    std::vector<std::string> locales;
    for (const auto& locale : themes.at(0).at("locales").as_array()) locales.emplace_back(locale.as_string());
    EXPECT_THAT(locales, IsSupersetOf({"de", "en", "es", "fr"})) << type;
  }
}

class AdminFlowUse : public testing::Test {
 protected:
  AdminWorld world;

  std::string made_flow(std::string_view alias) {
    const auto made =
        world.post("/authentication/flows/browser/copy", json::serialize(json::object{{"newName", alias}}));
    EXPECT_EQ(made.status, 201) << made.body;
    return made.made_id();
  }
  json::object used_by(std::string_view id) {
    for (const auto& flow : world.get("/ui-ext/authentication-management/flows").array()) {
      const auto& object = flow.as_object();
      if (string_or(object, "id", "") == id && object.contains("usedBy")) return object.at("usedBy").as_object();
    }
    return {};
  }
};

constexpr std::string_view kInUse = R"({"error":"Cannot remove authentication flow, it is currently in use"})";

TEST_F(AdminFlowUse, refuses_to_remove_a_flow_that_a_client_runs) {
  const auto id = made_flow("of clients");
  EXPECT_EQ(used_by(id), json::object());
  const auto client = json::serialize(json::object{
      {"clientId", "own-flow"}, {"authenticationFlowBindingOverrides", json::object{{"browser", json::value(id)}}}});
  const auto made = world.post("/clients", client);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(used_by(id), (json::object{{"type", "SPECIFIC_CLIENTS"}, {"values", json::array{"own-flow"}}}));
  const auto users = "/ui-ext/authentication-management/clients/" + id;
  expect(world.get(users), 200, R"(["own-flow"])");
  expect(world.get(users + "?search=nix"), 200, "[]");
  expect(world.get(users + "?first=1&max=10"), 200, "[]");
  EXPECT_EQ(world.get("/ui-ext/authentication-management/users/" + id).status, 400);
  expect(world.remove("/authentication/flows/" + id), 400, kInUse);
  ASSERT_EQ(world.remove("/clients/" + made.made_id()).status, 204);
  EXPECT_EQ(world.remove("/authentication/flows/" + id).status, 204);
}

TEST_F(AdminFlowUse, refuses_a_provider_that_names_a_flow_which_is_not_there) {
  ASSERT_FALSE(made_flow("after").empty());
  for (const std::string member : {"firstBrokerLoginFlowAlias", "postBrokerLoginFlowAlias"}) {
    json::object body{{"alias", "up"}, {"providerId", "oidc"}, {"config", json::object{{"clientId", "c"}}}};
    body[member] = "nowhere";
    expect(world.post("/identity-provider/instances", json::serialize(body)), 400,
           R"({"errorMessage":"No available authentication flow with alias: nowhere"})");
    body[member] = "forms";  // there, but below another
    EXPECT_EQ(world.post("/identity-provider/instances", json::serialize(body)).status, 400);
    body[member] = "after";
    ASSERT_EQ(world.post("/identity-provider/instances", json::serialize(body)).status, 201);
    body[member] = "nowhere";
    EXPECT_EQ(world.put("/identity-provider/instances/up", json::serialize(body)).status, 400);
    EXPECT_EQ(string_or(world.get("/identity-provider/instances/up").object(), member, ""), "after");
    body[member] = "";  // none
    ASSERT_EQ(world.put("/identity-provider/instances/up", json::serialize(body)).status, 204);
    EXPECT_FALSE(world.get("/identity-provider/instances/up").object().contains(member));
    ASSERT_EQ(world.remove("/identity-provider/instances/up").status, 204);
  }
}

TEST_F(AdminFlowUse, refuses_to_remove_a_flow_that_a_provider_runs_and_renames_it_there) {
  const auto id = made_flow("after");
  const auto provider =
      world.post("/identity-provider/instances",
                 R"({"alias":"up","providerId":"oidc","postBrokerLoginFlowAlias":"after","config":{"clientId":"c",)"
                 R"("authorizationUrl":"https://up.example/auth","tokenUrl":"https://up.example/token"}})");
  ASSERT_EQ(provider.status, 201) << provider.body;
  EXPECT_EQ(used_by(id), (json::object{{"type", "SPECIFIC_PROVIDERS"}, {"values", json::array{"up"}}}));
  expect(world.get("/ui-ext/authentication-management/idp/" + id), 200, R"(["up"])");
  expect(world.remove("/authentication/flows/" + id), 400, kInUse);
  ASSERT_EQ(world.put("/authentication/flows/" + id, R"({"alias":"later"})").status, 204);
  EXPECT_EQ(string_or(world.get("/identity-provider/instances/up").object(), "postBrokerLoginFlowAlias", ""), "later");
  expect(world.remove("/authentication/flows/" + id), 400, kInUse);
}

// What the guide asks for at Entra ID; and a provider is no component.
TEST_F(AdminFlowUse, refuses_providers_as_components_and_has_the_fields_of_their_forms) {
  constexpr auto kSocial = "org.keycloak.broker.social.SocialIdentityProvider";
  const json::object component{{"name", "x"}, {"providerType", kSocial}, {"providerId", "entra"}};
  EXPECT_EQ(world.post("/components", json::serialize(component)).status, 400);
  const auto types = world.get("/admin/serverinfo").object().at("componentTypes").as_object();
  std::vector<std::string> names;
  for (const auto& type : types.at(kSocial).as_array()) {
    if (string_or(type.as_object(), "id", "") != "entra") continue;
    for (const auto& property : type.at("properties").as_array()) {
      names.push_back(string_or(property.as_object(), "name", ""));
    }
  }
  for (const auto* name :
       {"tenantId", "allowedTenants", "defaultScope", "authorizationUrl", "tokenUrl", "userInfoUrl", "jwksUrl"}) {
    EXPECT_NE(std::ranges::find(names, name), names.end()) << name;
  }
}

}  // namespace
}  // namespace cardea::protocol
