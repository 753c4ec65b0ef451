// Client policies of a realm (clientPolicies, clientProfiles) on the wire: clients that were there before a policy are
// held to it, and secrets rotate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/admin_world.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using enum web::Method;

class PolicyExecutors : public testing::Test {
 protected:
  /// Holds every client to one executor.
  void hold_all_to(std::string_view executor, std::string_view settings = "{}") {
    server_.change_realm([&](Realm& realm) {
      realm.extra["clientProfiles"] =
          parse_json(R"({"profiles":[{"name":"p","executors":[{"executor":")" + std::string(executor) +
                     R"(","configuration":)" + std::string(settings) + "}]}]}")
              .value();
      realm.extra["clientPolicies"] =
          parse_json(R"({"policies":[{"name":"all","enabled":true,"conditions":[{"condition":"any-client"}],)"
                     R"("profiles":["p"]}]})")
              .value();
    });
  }
  web::Response service_token() {
    return server_.post(
        "/token",
        {{"grant_type", "client_credentials"}, {"client_id", "service"}, {"client_secret", "service-secret"}});
  }
  std::string authorize(std::string_view more = "") {
    const auto answer = Browser(server_).get(
        std::string(kP) +
        "/auth?client_id=app&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fapp.example%2Fcb" +
        std::string(more));
    const auto* location = answer.find_header("Location");
    return location == nullptr ? std::string() : *location;
  }

  Server server_;
};

TEST_F(PolicyExecutors, refuses_codes_without_pkce) {
  EXPECT_THAT(authorize(), testing::Not(HasSubstr("error=")));
  hold_all_to("pkce-enforcer");
  EXPECT_THAT(authorize(), HasSubstr("error=invalid_request"));
  EXPECT_THAT(authorize("&code_challenge=abc&code_challenge_method=plain"), HasSubstr("error=invalid_request"));
}

TEST_F(PolicyExecutors, refuses_public_clients_where_all_are_to_be_confidential) {
  hold_all_to("confidential-client");
  EXPECT_THAT(authorize(), HasSubstr("error=invalid_client"));
  const auto refused = server_.post(
      "/token", {{"grant_type", "password"}, {"client_id", "app"}, {"username", "ada"}, {"password", "correct-horse"}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(string_or(body_of(refused), "error", ""), "invalid_client");
  EXPECT_EQ(service_token().status, 200);
}

TEST_F(PolicyExecutors, refuses_ways_to_prove_a_client_that_are_not_among_the_allowed) {
  EXPECT_EQ(service_token().status, 200);
  hold_all_to("secure-client-authenticator", R"({"allowed-client-authenticators":["client-jwt","client-x509"]})");
  const auto refused = service_token();
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(string_or(body_of(refused), "error_description", ""),
            "Configured client authentication method not allowed for client");
  hold_all_to("secure-client-authenticator", R"({"allowed-client-authenticators":["client-secret"]})");
  EXPECT_EQ(service_token().status, 200);
}

TEST_F(PolicyExecutors, refuses_tokens_that_no_certificate_binds) {
  hold_all_to("holder-of-key-enforcer");
  const auto refused = service_token();
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(string_or(body_of(refused), "error_description", ""),
            "Client Certification missing for MTLS HoK Token Binding");
}

TEST_F(PolicyExecutors, refuses_the_password_grant) {
  hold_all_to("reject-ropc-grant");
  EXPECT_EQ(
      server_
          .post("/token",
                {{"grant_type", "password"}, {"client_id", "app"}, {"username", "ada"}, {"password", "correct-horse"}})
          .status,
      400);
}

// What administrators see of it.
class PolicyDocuments : public testing::Test {
 protected:
  AdminWorld world;

  int put_profile(std::string_view executor, std::string_view settings = "{}") {
    return world
        .put("/client-policies/profiles", R"({"profiles":[{"name":"p","executors":[{"executor":")" +
                                              std::string(executor) + R"(","configuration":)" + std::string(settings) +
                                              "}]}]}")
        .status;
  }
  AdminWorld::Sent put_policy(std::string_view condition = R"({"condition":"any-client","configuration":{}})") {
    return world.put("/client-policies/policies", R"({"policies":[{"name":"all","enabled":true,"conditions":[)" +
                                                      std::string(condition) + R"(],"profiles":["p"]}]})");
  }
};

TEST_F(PolicyDocuments, refuse_protections_that_nobody_enforces) {
  const auto refused = world.put("/client-policies/profiles",
                                 R"({"profiles":[{"name":"p","executors":[{"executor":"reject-request"}]}]})");
  expect(refused, 400, R"({"errorMessage":"Profile p: executor reject-request is not enforced by this server"})");
  expect(world.put("", R"({"clientProfiles":{"profiles":[{"name":"p","executors":[{"executor":"nope"}]}]}})"), 400,
         R"({"errorMessage":"Profile p: executor nope is not enforced by this server"})");
  expect(put_policy(), 400, R"({"errorMessage":"Policy all contains invalid profile p"})");
  EXPECT_EQ(put_profile("pkce-enforcer"), 204);
  expect(put_policy(R"({"condition":"client-roles"})"), 400,
         R"({"errorMessage":"Policy all contains invalid condition client-roles"})");
  EXPECT_EQ(put_policy().status, 204);
}

// Keycloak's ten; those of which a part is not enforced say so and are refused in policies.
TEST_F(PolicyDocuments, list_the_profiles_of_every_realm_and_refuse_what_is_run_in_part) {
  expect(world.put("/client-policies/profiles", R"({"profiles":[{"name":"fapi-ciba","executors":[]}]})"), 400,
         R"({"errorMessage":"Proposed profile name 'fapi-ciba' is duplicated as a global profile"})");
  const auto use = [&](const std::string& profile) {
    return world.put("/client-policies/policies",
                     R"({"policies":[{"name":"all","enabled":true,"conditions":[)"
                     R"({"condition":"client-access-type","configuration":{"type":["public"]}}],)"
                     R"("profiles":[")" +
                         profile + R"("]}]})");
  };
  expect(use("saml-security-profile"), 400,
         R"({"errorMessage":"Profile saml-security-profile: executor saml-secure-client-uris is not enforced by )"
         R"(this server"})");
  EXPECT_THAT(world.get("/client-policies/profiles").body, Not(HasSubstr("globalProfiles")));
  const auto listed = world.get("/client-policies/profiles?include-global-profiles=true").object();
  std::vector<std::string> names;
  for (const auto& profile : listed.at("globalProfiles").as_array())
    names.push_back(string_or(profile.as_object(), "name", ""));
  EXPECT_THAT(names,
              ElementsAre("fapi-1-baseline", "fapi-1-advanced", "fapi-ciba", "fapi-2-security-profile",
                          "fapi-2-message-signing", "oauth-2-1-for-confidential-client", "oauth-2-1-for-public-client",
                          "fapi-2-dpop-security-profile", "fapi-2-dpop-message-signing", "saml-security-profile"));
  ASSERT_EQ(use("oauth-2-1-for-public-client").status, 204);
  expect(world.post("/clients", R"({"clientId":"spa","publicClient":true,"redirectUris":["https://a.example/*"]})"),
         400, R"({"error":"invalid_request","error_description":"Invalid Redirect Uri: invalid uri"})");
  const auto made =
      world.post("/clients", R"({"clientId":"spa","publicClient":true,"redirectUris":["https://a.example/cb"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(world.get("/clients/" + made.made_id()).body, HasSubstr(R"("dpop.bound.access.tokens":"true")"));
}

TEST_F(PolicyDocuments, let_what_an_import_brought_be_and_say_so_in_the_log) {
  (void)write_to(world.store, [&](Tx& tx) -> Stored<bool> {
    auto realm = *world.repositories.realms.find_by_name(tx, "demo");
    realm->extra["clientProfiles"] =
        parse_json(R"({"profiles":[{"name":"old","executors":[{"executor":"reject-request"}]}]})").value();
    EXPECT_TRUE(world.repositories.realms.update(tx, *realm));
    return true;
  });
  EXPECT_EQ(world
                .put("/client-policies/profiles",
                     R"({"profiles":[{"name":"old","executors":[{"executor":"reject-request"}]},)"
                     R"({"name":"p","executors":[{"executor":"pkce-enforcer"}]}]})")
                .status,
            204);
  EXPECT_TRUE(world.log.contains("client_policy_not_enforced"));
}

TEST_F(PolicyDocuments, refuse_or_complete_clients_that_are_written) {
  ASSERT_EQ(put_profile("pkce-enforcer"), 204);
  ASSERT_EQ(put_policy().status, 204);
  expect(world.post("/clients", R"({"clientId":"loose"})"), 400,
         R"({"error":"invalid_client_metadata",)"
         R"("error_description":"Invalid client metadata: code_challenge_method"})");
  ASSERT_EQ(put_profile("pkce-enforcer", R"({"auto-configure":true})"), 204);
  const auto made = world.post("/clients", R"({"clientId":"tight"})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(world.get("/clients/" + made.made_id()).body, HasSubstr(R"("pkce.code.challenge.method":"S256")"));
}

TEST_F(PolicyDocuments, offer_the_console_what_is_enforced) {
  const auto types = world.get("/admin/serverinfo").object().at("componentTypes").as_object();
  const auto& executors =
      types.at("org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProvider").as_array();
  EXPECT_EQ(executors.size(), 23U);
  EXPECT_EQ(types.at("org.keycloak.services.clientpolicy.condition.ClientPolicyConditionProvider").as_array().size(),
            3U);
}

TEST_F(PolicyDocuments, refuse_a_second_secret_that_comes_with_a_new_client) {
  const auto made = world.post("/clients", R"({"clientId":"sly","serviceAccountsEnabled":true,"secret":"first",)"
                                           R"("attributes":{"client.secret.rotated":"hidden",)"
                                           R"("client.secret.rotated.expiration.time":"253402300799"}})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto status = [&](const std::string& secret) {
    return world
        .send(kPost, "/realms/demo/protocol/openid-connect/token", "",
              "grant_type=client_credentials&client_id=sly&client_secret=" + secret,
              "application/x-www-form-urlencoded")
        .status;
  };
  EXPECT_EQ(status("hidden"), 401);
  EXPECT_EQ(status("first"), 200);
}

TEST_F(PolicyDocuments, rotate_secrets_and_end_them) {
  ASSERT_EQ(put_profile("secret-rotation", R"({"expiration-period":"1000","rotated-expiration-period":"100",)"
                                           R"("remaining-rotation-period":"10"})"),
            204);
  ASSERT_EQ(put_policy().status, 204);
  const auto made = world.post("/clients", R"({"clientId":"turning","serviceAccountsEnabled":true,"secret":"first"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto client = "/admin/realms/demo/clients/" + made.made_id();
  const auto path = client + "/client-secret";
  const auto send = [&](web::Method method, std::string_view where, std::string_view body = {}) {
    return world.send(method, where, world.token("master", "root"), body);  // time goes by: a token of now
  };
  const auto status = [&](std::string_view secret) {
    return world
        .send(kPost, "/realms/demo/protocol/openid-connect/token", "",
              "grant_type=client_credentials&client_id=turning&client_secret=" + std::string(secret),
              "application/x-www-form-urlencoded")
        .status;
  };
  EXPECT_EQ(status("first"), 200);
  expect(send(kGet, path + "/rotated"), 404, R"({"error":"Client does not have a rotated secret"})");
  const auto second = string_or(send(kPost, path).object(), "value", "");
  EXPECT_EQ(status(second), 200);
  EXPECT_EQ(status("first"), 200) << "until its own end";
  expect(send(kGet, path + "/rotated"), 200, R"({"type":"secret","value":"first"})");
  EXPECT_THAT(send(kGet, client).body, testing::Not(HasSubstr(R"("first")")));
  EXPECT_THAT(send(kPost, "/admin/realms/demo/partial-export?exportClients=true", "{}").body,
              testing::Not(HasSubstr(R"("first")")));
  world.clock.advance(seconds(101));
  EXPECT_EQ(status("first"), 401);
  expect(send(kGet, path + "/rotated"), 404, R"({"error":"Client does not have a rotated secret"})");
  EXPECT_EQ(status(second), 200);
  const auto third = string_or(send(kPost, path).object(), "value", "");
  EXPECT_EQ(send(kDelete, path + "/rotated").status, 204);
  EXPECT_EQ(status(second), 401) << "an administrator ended it";
  EXPECT_EQ(status(third), 200);
  world.clock.advance(seconds(995));  // near its end: the next change renews it
  ASSERT_EQ(send(kPut, client, R"({"clientId":"turning"})").status, 204);
  const auto fourth = string_or(send(kGet, path).object(), "value", "");
  EXPECT_NE(fourth, third);
  EXPECT_EQ(status(fourth), 200);
  world.clock.advance(seconds(1001));
  EXPECT_EQ(status(fourth), 401) << "it ended, and nobody renewed it";
}

}  // namespace
}  // namespace cardea::protocol
