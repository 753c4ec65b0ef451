// Settings of realms, clients and providers that could not be run are refused when they are written, by every way
// (keycloak.md sections 2.5, 6.3 and 6.8).
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

/// Stops tokens or sign-ins, or is no value of its member.
constexpr std::string_view kBadSettings[] = {
    R"({"defaultSignatureAlgorithm":"XX"})",
    R"({"defaultSignatureAlgorithm":"HS256"})",
    R"({"browserFlow":"nosuch"})",
    R"({"directGrantFlow":"nosuch"})",
    R"({"resetCredentialsFlow":"nosuch"})",
    R"({"registrationFlow":""})",
    R"({"firstBrokerLoginFlow":"forms"})",
    R"({"offlineSessionIdleTimeout":-7})",
    R"({"oauth2DeviceCodeLifespan":-9})",
    R"({"accessTokenLifespan":-1})",
    R"({"clientPolicies":{"policies":[{"name":"p","enabled":true,"profiles":["nosuch"],
        "conditions":[{"condition":"any-client","configuration":{}}]}]}})",
    R"j({"passwordPolicy":"nosuch(1)"})j",
    R"({"failureFactor":-1})",
    R"({"failureFactor":"many"})",
    R"({"bruteForceStrategy":"BOGUS"})",
    R"({"browserSecurityHeaders":{"xFrameOptions":"a\r\nb: c"}})",
    R"({"smtpServer":"x"})",
    R"({"supportedLocales":"en"})",
    R"({"supportedLocales":[1]})",
    R"({"sslRequired":"bogus"})",
    R"({"bogusMember":1})",
};

class AdminRealmSettings : public testing::Test {
 protected:
  AdminWorld::Sent make_realm(std::string_view settings) {
    auto realm = parse_json(settings).value().as_object();
    realm["realm"] = "fresh";
    realm["enabled"] = true;
    return world.post("/admin/realms", json::serialize(realm));
  }
  AdminWorld world;
};

TEST_F(AdminRealmSettings, refuses_them_in_a_change) {
  for (const auto settings : kBadSettings) EXPECT_EQ(world.put("", settings).status, 400) << settings;
  EXPECT_NE(world.token("demo", "ada"), "") << "nothing was stored";
}

TEST_F(AdminRealmSettings, refuses_them_in_a_new_realm) {
  for (const auto settings : kBadSettings) EXPECT_EQ(make_realm(settings).status, 400) << settings;
  EXPECT_EQ(world.get("/admin/realms/fresh").status, 404);
}

TEST_F(AdminRealmSettings, takes_what_is_served_and_a_flow_of_its_own) {
  const auto shown = world.get("").body;
  EXPECT_EQ(world.put("", shown).status, 204);
  EXPECT_EQ(world.put("", R"j({"passwordPolicy":"hashIterations(1000) and length(3)"})j").status, 204);
  ASSERT_EQ(world.post("/authentication/flows/browser/copy", R"({"newName":"my browser"})").status, 201);
  EXPECT_EQ(world.put("", R"({"browserFlow":"my browser"})").status, 204);
  const auto made = make_realm(R"({"failureFactor":5,"browserFlow":"ours","authenticationFlows":[
      {"alias":"ours","providerId":"basic-flow","topLevel":true,"builtIn":false,
       "authenticationExecutions":[{"authenticator":"auth-username-password-form","requirement":"REQUIRED"}]}]})");
  EXPECT_EQ(made.status, 201) << made.body << ": the file brings its flows, and nobody asked for the others";
  EXPECT_EQ(world.remove("/admin/realms/fresh").status, 204);
  EXPECT_EQ(make_realm(R"({"smtpServer":{"host":"mail.example","password":"**********"}})").status, 201);
}

TEST_F(AdminRealmSettings, attributes_that_every_realm_has_outlive_a_change_of_others) {
  ASSERT_EQ(world.put("", R"({"attributes":{"custom":"x"}})").status, 204);
  const auto attributes = world.get("").object().at("attributes").as_object();
  EXPECT_EQ(string_or(attributes, "custom", ""), "x");
  EXPECT_EQ(string_or(attributes, "cibaExpiresIn", ""), "120");
  ASSERT_EQ(world.put("", R"({"attributes":{"other":"y","cibaExpiresIn":"60"}})").status, 204);
  const auto after = world.get("").object().at("attributes").as_object();
  EXPECT_FALSE(after.contains("custom"));
  EXPECT_EQ(string_or(after, "cibaExpiresIn", ""), "60");
}

TEST_F(AdminRealmSettings, refuses_clients_that_nobody_could_sign_in_at) {
  const std::string_view kBad[] = {
      R"({"authenticationFlowBindingOverrides":{"browser":"nosuch"}})",
      R"({"authenticationFlowBindingOverrides":{"direct_grant":7}})",
      R"({"attributes":{"post.logout.redirect.uris":"https://a.example/##javascript:x"}})",
      R"({"attributes":{"logoUri":"javascript:x"}})",
      R"({"attributes":{"policyUri":"javascript:x"}})",
      R"({"attributes":{"tosUri":"data:text/html,x"}})",
      R"({"attributes":{"acr.loa.map":"notjson"}})",
      R"({"attributes":{"acr.loa.map":"{\"gold\":\"high\"}"}})",
      R"({"attributes":{"default.acr.values":"nosuch"}})",
  };
  const auto id = world.post("/clients", R"({"clientId":"app"})").made_id();
  for (const auto settings : kBad) {
    EXPECT_EQ(world.put("/clients/" + id, settings).status, 400) << settings;
    auto fresh = parse_json(settings).value().as_object();
    fresh["clientId"] = "other";
    EXPECT_EQ(world.post("/clients", json::serialize(fresh)).status, 400) << settings;
  }
  ASSERT_EQ(world.post("/authentication/flows/browser/copy", R"({"newName":"my browser"})").status, 201);
  std::string flow;
  for (const auto& item : world.get("/authentication/flows").array()) {
    if (string_or(item.get_object(), "alias", "") == "my browser") flow = string_or(item.get_object(), "id", "");
  }
  const auto good = json::object{{"authenticationFlowBindingOverrides", {{"browser", flow}, {"direct_grant", ""}}},
                                 {"attributes",
                                  {{"acr.loa.map", R"({"gold":2})"},
                                   {"default.acr.values", "gold##1"},
                                   {"logoUri", "https://a.example/logo.png"},
                                   {"post.logout.redirect.uris", "https://a.example/*##+"}}}};
  const auto sent = world.put("/clients/" + id, json::serialize(good));
  EXPECT_EQ(sent.status, 204) << sent.body;
}

/// Keycloak makes a key for what is chosen in the console; without one nobody would get a token any more.
TEST_F(AdminRealmSettings, an_algorithm_that_is_chosen_has_a_key) {
  const auto keys = [&](std::string_view algorithm) {
    int count = 0;
    for (const auto& key : world.get("/keys").object().at("keys").as_array()) {
      if (string_or(key.as_object(), "algorithm", "") == algorithm) ++count;
    }
    return count;
  };
  const auto algorithm_of = [](const std::string& jwt) {
    return string_or(
        parse_json(base64url_decode(std::string_view(jwt).substr(0, jwt.find('.'))).value()).value().as_object(), "alg",
        "");
  };
  ASSERT_EQ(keys("ES384"), 0);
  ASSERT_EQ(keys("PS256"), 0);
  EXPECT_EQ(world.put("", R"({"defaultSignatureAlgorithm":"ES384","accessTokenLifespan":-1})").status, 400);
  EXPECT_EQ(keys("ES384"), 0) << "what is refused makes none";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(world.put("", R"({"defaultSignatureAlgorithm":"ES384"})").status, 204);
    EXPECT_EQ(keys("ES384"), 1) << "no second one";
  }
  EXPECT_EQ(algorithm_of(world.token("demo", "ada")), "ES384");
  constexpr std::string_view kClient =
      R"({"clientId":"app","publicClient":true,"directAccessGrantsEnabled":true,
          "attributes":{"access.token.signed.response.alg":"PS256","id.token.signed.response.alg":"HS384"}})";
  const auto made = world.post("/clients", kClient);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(keys("PS256"), 1);
  EXPECT_EQ(keys("HS384"), 1);
  EXPECT_EQ(algorithm_of(world.token("demo", "ada", "app")), "PS256");
  EXPECT_EQ(
      world.put("/clients/" + made.made_id(), R"({"attributes":{"user.info.response.signature.alg":"EdDSA"}})").status,
      204);
  EXPECT_EQ(keys("EdDSA"), 1);
}

/// Keycloak makes another with the next token. A client alone is set to the algorithm: the realm signs with ES256.
TEST_F(AdminRealmSettings, the_last_key_that_a_client_needs_leaves_another_behind) {
  const auto key_of = [&](std::string_view algorithm) {
    std::string id;
    for (const auto& key : world.get("/keys").object().at("keys").as_array()) {
      const auto& row = key.as_object();
      if (string_or(row, "algorithm", "") != algorithm || string_or(row, "status", "") != "ACTIVE") continue;
      EXPECT_EQ(id, "") << "two keys of " << algorithm;
      id = string_or(row, "providerId", "");
    }
    return id;
  };
  const auto made = world.post("/clients", R"({"clientId":"app","publicClient":true,"directAccessGrantsEnabled":true,
      "attributes":{"access.token.signed.response.alg":"ES384"}})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto first = key_of("ES384");
  ASSERT_NE(first, "");
  ASSERT_FALSE(world.token("demo", "ada", "app").empty());

  EXPECT_EQ(world.remove("/components/" + first).status, 204);
  const auto second = key_of("ES384");
  EXPECT_NE(second, "");
  EXPECT_NE(second, first);
  EXPECT_FALSE(world.token("demo", "ada", "app").empty()) << "no token without the key";

  EXPECT_EQ(world.put("/components/" + second, R"({"name":"k","config":{"priority":["1"],"active":["false"]}})").status,
            204);
  const auto third = key_of("ES384");
  EXPECT_NE(third, "") << "a passive key signs nothing";
  EXPECT_FALSE(world.token("demo", "ada", "app").empty());

  EXPECT_EQ(world.put("/clients/" + made.made_id(), R"({"attributes":{"access.token.signed.response.alg":""}})").status,
            204);
  EXPECT_EQ(world.remove("/components/" + third).status, 204);
  EXPECT_EQ(key_of("ES384"), "") << "nobody needs one";
}

TEST_F(AdminRealmSettings, refuses_to_say_that_a_key_was_made_which_was_not_stored) {
  const auto import = [&](std::string_view second) {
    return world
        .post("/partialImport", std::string(R"({"clients":[{"clientId":"one",
                  "attributes":{"id.token.signed.response.alg":"ES384"}},{"clientId":")")
                                    .append(second)
                                    .append("\"}]}"))
        .status;
  };
  EXPECT_EQ(import("one"), 409);
  EXPECT_EQ(world.log.count("realm_key_made"), 0U) << "its transaction was taken back";
  EXPECT_EQ(import("two"), 200);
  EXPECT_EQ(world.log.count("realm_key_made"), 1U);
}

TEST_F(AdminRealmSettings, refuses_providers_whose_flow_is_not_there) {
  const auto provider = [](std::string_view alias, std::string_view binding, std::string_view flow) {
    return json::serialize(json::object{
        {"alias", alias},
        {"providerId", "oidc"},
        {binding, flow},
        {"config",
         {{"clientId", "c"}, {"authorizationUrl", "https://x.example/a"}, {"tokenUrl", "https://x.example/t"}}}});
  };
  const auto* path = "/identity-provider/instances";
  for (const auto* binding : {"firstBrokerLoginFlowAlias", "postBrokerLoginFlowAlias"}) {
    EXPECT_EQ(world.post(path, provider("up", binding, "nosuch")).status, 400) << binding;
  }
  ASSERT_EQ(world.post(path, provider("up", "firstBrokerLoginFlowAlias", "first broker login")).status, 201);
  EXPECT_EQ(world.put(std::string(path) + "/up", provider("up", "postBrokerLoginFlowAlias", "nosuch")).status, 400);
}

}  // namespace
}  // namespace cardea::protocol
