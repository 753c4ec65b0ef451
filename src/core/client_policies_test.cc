#include "core/client_policies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/global_profiles.h"
#include "core/policy_requests.h"

namespace cardea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

json::object object(std::string_view text) { return parse_json(text).value().as_object(); }

/// A realm with one policy, for any client unless said otherwise, and one profile with one executor.
Realm realm_with(std::string_view executor, std::string_view settings = "{}",
                 std::string_view condition = R"({"condition":"any-client","configuration":{}})") {
  Realm realm;
  realm.extra["clientProfiles"] =
      object(R"({"profiles":[{"name":"p","executors":[{"executor":")" + std::string(executor) +
             R"(","configuration":)" + std::string(settings) + "}]}]}");
  realm.extra["clientPolicies"] = object(R"({"policies":[{"name":"all","enabled":true,"conditions":[)" +
                                         std::string(condition) + R"(],"profiles":["p"]}]})");
  return realm;
}

Client confidential() {
  Client client;
  client.client_id = "app";
  return client;
}
Client open_client() {
  Client client = confidential();
  client.public_client = true;
  return client;
}

TEST(ClientPolicies, names_what_nobody_enforces) {
  EXPECT_THAT(unenforced_policies(realm_with("pkce-enforcer").extra), IsEmpty());
  EXPECT_THAT(unenforced_policies(realm_with("reject-request").extra),
              ElementsAre("Profile p: executor reject-request is not enforced by this server"));
  EXPECT_THAT(unenforced_policies(realm_with("pkce-enforcer", "{}", R"({"condition":"client-roles"})").extra),
              ElementsAre("Policy all contains invalid condition client-roles"));
  EXPECT_THAT(
      unenforced_policies(realm_with("dpop-bind-enforcer", R"({"allow-only-refresh-token-binding":true})").extra),
      ElementsAre(HasSubstr("allow-only-refresh-token-binding")));
  auto realm = realm_with("pkce-enforcer");
  realm.extra["clientProfiles"] = json::object();
  EXPECT_THAT(unenforced_policies(realm.extra), ElementsAre("Policy all contains invalid profile p"));
}

TEST(ClientPolicies, every_executor_and_condition_it_offers_is_enforced) {
  for (const auto& part : policy_executors()) {
    EXPECT_THAT(unenforced_policies(realm_with(part.id).extra), IsEmpty()) << part.id;
  }
  for (const auto& part : policy_conditions()) {
    const auto condition = R"({"condition":")" + std::string(part.id) + R"("})";
    EXPECT_THAT(unenforced_policies(realm_with("pkce-enforcer", "{}", condition).extra), IsEmpty()) << part.id;
  }
}

TEST(ClientPolicies, refuses_clients_that_are_written_otherwise) {
  struct Case {
    std::string_view executor, settings, error;
    std::function<void(Client&)> break_it;
  };
  const std::vector<Case> cases = {
      {"pkce-enforcer", R"({"auto-configure":false})", "invalid_client_metadata", [](Client&) {}},
      {"consent-required", R"({"auto-configure":"false"})", "invalid_registration", [](Client&) {}},
      {"full-scope-disabled", R"({"auto-configure":false})", "invalid_registration", [](Client&) {}},
      {"holder-of-key-enforcer", "{}", "invalid_client_metadata", [](Client&) {}},
      {"dpop-bind-enforcer", "{}", "invalid_client_metadata", [](Client&) {}},
      {"reject-ropc-grant", "{}", "invalid_client_metadata", [](Client&) {}},
      {"reject-implicit-grant", "{}", "invalid_client_metadata", [](Client& c) { c.implicit_flow_enabled = true; }},
      {"secure-client-authenticator", R"({"allowed-client-authenticators":["client-jwt"]})", "invalid_client_metadata",
       [](Client&) {}},
      {"secure-response-type", "{}", "invalid_client_metadata", [](Client&) {}},
  };
  for (const auto& each : cases) {
    auto client = confidential();
    each.break_it(client);
    const auto refused = settle_by_policies(realm_with(each.executor, each.settings), client);
    ASSERT_TRUE(refused) << each.executor;
    EXPECT_EQ(refused->error, each.error) << each.executor;
    EXPECT_FALSE(refused->description.empty()) << each.executor;
  }
}

TEST(ClientPolicies, sets_what_auto_configure_sets) {
  const auto settled = [](std::string_view executor, std::string_view settings) {
    auto client = confidential();
    client.implicit_flow_enabled = true;
    EXPECT_FALSE(settle_by_policies(realm_with(executor, settings), client)) << executor;
    return client;
  };
  constexpr std::string_view kAuto = R"({"auto-configure":true})";
  EXPECT_EQ(settled("pkce-enforcer", kAuto).attribute("pkce.code.challenge.method"), "S256");
  EXPECT_TRUE(settled("consent-required", "{}").consent_required) << "on unless it says otherwise, as in Keycloak";
  EXPECT_FALSE(settled("full-scope-disabled", "{}").full_scope_allowed);
  EXPECT_TRUE(settled("holder-of-key-enforcer", kAuto).attribute_is_true("tls.client.certificate.bound.access.tokens"));
  EXPECT_TRUE(settled("dpop-bind-enforcer", kAuto).attribute_is_true("dpop.bound.access.tokens"));
  EXPECT_TRUE(settled("secure-response-type", kAuto).attribute_is_true("id.token.as.detached.signature"));
  EXPECT_FALSE(settled("reject-ropc-grant", kAuto).direct_access_grants_enabled);
  EXPECT_FALSE(settled("reject-implicit-grant", kAuto).implicit_flow_enabled);
  EXPECT_EQ(settled("secure-client-authenticator", R"({"allowed-client-authenticators":["client-jwt"],)"
                                                   R"("default-client-authenticator":"client-jwt"})")
                .authenticator_type,
            "client-jwt");
}

TEST(ClientPolicies, holds_clients_that_were_there_before) {
  const auto held = [](std::string_view executor, Client client, std::string_view settings = "{}") {
    static_cast<void>(hold_to_policies(realm_with(executor, settings), client));
    return client;
  };
  const auto verdict = [](std::string_view executor, Client client, std::string_view settings = "{}") {
    return hold_to_policies(realm_with(executor, settings), client);
  };
  EXPECT_EQ(held("pkce-enforcer", open_client()).attribute("pkce.code.challenge.method"), "S256");
  EXPECT_FALSE(held("reject-ropc-grant", confidential()).direct_access_grants_enabled);
  EXPECT_FALSE(verdict("confidential-client", open_client()).type_allowed);
  EXPECT_TRUE(verdict("confidential-client", confidential()).type_allowed);
  constexpr std::string_view kOnlyJwt = R"({"allowed-client-authenticators":["client-jwt"]})";
  EXPECT_FALSE(verdict("secure-client-authenticator", confidential(), kOnlyJwt).authenticator_allowed);
  EXPECT_TRUE(verdict("pkce-enforcer", confidential()).authenticator_allowed);
  EXPECT_TRUE(held("full-scope-disabled", confidential()).full_scope_allowed) << "the consoles would lose their rights";
  EXPECT_TRUE(verdict("secret-rotation", confidential()).secret_ends);
  EXPECT_FALSE(verdict("secret-rotation", open_client()).secret_ends) << "it has no secret";
  EXPECT_TRUE(verdict("pkce-enforcer", confidential()).secret_ends) << "also of an imported client, without a policy";
}

Client sent_to(std::vector<std::string> redirect_uris) {
  Client client = confidential();
  client.redirect_uris = std::move(redirect_uris);
  return client;
}
std::vector<std::string> kept_by(std::string_view executor, std::string_view settings, Client client) {
  static_cast<void>(hold_to_policies(realm_with(executor, settings), client));
  return client.redirect_uris;
}
bool is_written(std::string_view executor, std::string_view settings, Client client) {
  return !settle_by_policies(realm_with(executor, settings), client);
}

TEST(ClientPolicies, send_nobody_to_addresses_without_tls) {
  constexpr std::string_view kUris = "secure-client-uris";
  EXPECT_THAT(
      kept_by(kUris, "{}",
              sent_to({"http://a.example/cb", "https://a.example/*", "http://127.0.0.1/cb", "app.example:/cb"})),
      IsEmpty());
  EXPECT_THAT(kept_by(kUris, "{}", sent_to({"https://a.example/cb", "http://a.example/cb"})),
              ElementsAre("https://a.example/cb"));
  EXPECT_THAT(kept_by(kUris, "{}", sent_to({"/realms/demo/account/*"})), ElementsAre("/realms/demo/account/*"))
      << "the consoles are behind this server's own address";
  auto behind = sent_to({"/cb"});
  behind.root_url = "http://a.example";
  EXPECT_THAT(kept_by(kUris, "{}", std::move(behind)), IsEmpty());
  EXPECT_FALSE(is_written(kUris, "{}", sent_to({"https://a.example/*"})));
  const auto refuses = [&](auto change) {
    Client client = confidential();
    change(client);
    return !is_written(kUris, "{}", std::move(client));
  };
  EXPECT_TRUE(refuses([](Client& client) { client.root_url = "http://a.example"; }));
  EXPECT_TRUE(refuses([](Client& client) { client.base_url = "http://a.example"; }));
  EXPECT_TRUE(refuses([](Client& client) { client.admin_url = "http://a.example"; }));
  EXPECT_TRUE(refuses([](Client& client) { client.web_origins = {"*"}; }));
  EXPECT_TRUE(refuses([](Client& client) { client.attributes["jwks.url"] = "http://a.example/keys"; }));
  EXPECT_FALSE(refuses([](Client& client) {
    client.root_url = "https://a.example";
    client.web_origins = {"+", "https://b.example"};
    client.redirect_uris = {"/cb"};
  }));
}

TEST(ClientPolicies, send_nobody_to_addresses_that_are_not_allowed) {
  constexpr std::string_view kRedirects = "secure-redirect-uris-enforcer";
  const std::vector<std::string> all = {
      "https://a.example/cb", "https://a.example/*", "http://a.example/cb", "http://127.0.0.1/cb",
      "http://[::1]/cb",      "http://localhost/cb", "app.example:/cb",     "app:/cb"};
  const auto kept = [&](std::string_view settings) { return kept_by(kRedirects, settings, sent_to(all)); };
  EXPECT_THAT(kept("{}"), ElementsAre("https://a.example/cb"));
  EXPECT_THAT(kept(R"({"allow-ipv4-loopback-address":true})"),
              ElementsAre("https://a.example/cb", "http://127.0.0.1/cb"));
  EXPECT_THAT(kept(R"({"allow-ipv6-loopback-address":"true"})"),
              ElementsAre("https://a.example/cb", "http://[::1]/cb"));
  EXPECT_THAT(kept(R"({"allow-private-use-uri-scheme":true})"), ElementsAre("https://a.example/cb", "app.example:/cb"));
  EXPECT_THAT(kept(R"({"allow-wildcard-context-path":true})"),
              ElementsAre("https://a.example/cb", "https://a.example/*"));
  EXPECT_THAT(kept(R"({"allow-wildcard-context-path":true,"oauth-2-1-compliant":true})"),
              ElementsAre("https://a.example/cb"));
  EXPECT_THAT(kept(R"({"allow-http-scheme":true,"oauth-2-1-compliant":true})"),
              ElementsAre("https://a.example/cb", "http://a.example/cb", "http://127.0.0.1/cb", "http://[::1]/cb"));
  EXPECT_THAT(kept(R"({"allow-permitted-domains":["b\\.example"]})"), IsEmpty());
  EXPECT_THAT(kept(R"({"allow-permitted-domains":["b\\.example","a\\.example"]})"),
              ElementsAre("https://a.example/cb"));
  EXPECT_THAT(kept(R"({"allow-open-redirect":true})"), ElementsAre("https://a.example/cb")) << "nothing allows all";
  EXPECT_FALSE(is_written(kRedirects, "{}", sent_to({"http://a.example/cb"})));
  EXPECT_TRUE(is_written(kRedirects, "{}", sent_to({"https://a.example/cb"})));
}

/// A policy for any client with a profile that every realm has.
Realm realm_with_global(std::string_view profile) {
  Realm realm;
  realm.extra["clientPolicies"] =
      object(R"({"policies":[{"name":"all","enabled":true,"conditions":[{"condition":"any-client"}],"profiles":[")" +
             std::string(profile) + R"("]}]})");
  return realm;
}

TEST(ClientPolicies, global_profiles_are_run_or_named_as_not_enforced) {
  std::vector<std::string> usable;
  for (const auto& profile : global_profiles()) {
    const auto name = string_or(profile.get_object(), "name", "");
    const bool is_run = unenforced_policies(realm_with_global(name).extra).empty();
    const auto description = string_or(profile.get_object(), "description", "");
    EXPECT_EQ(is_run, !description.contains("Policies may not use it")) << name;
    if (is_run) usable.push_back(name);
    for (const auto& executor : profile.get_object().at("executors").as_array()) {
      const auto id = string_or(executor.as_object(), "executor", "");
      const bool is_offered = std::ranges::find(policy_executors(), id, &PolicyPart::id) != policy_executors().end();
      EXPECT_EQ(executor.as_object().contains("configuration"), is_offered) << "the console has no form for " << id;
    }
  }
  EXPECT_EQ(global_profiles().size(), 10u);
  EXPECT_THAT(usable,
              ElementsAre("fapi-1-baseline", "fapi-1-advanced", "fapi-ciba", "fapi-2-security-profile",
                          "fapi-2-message-signing", "oauth-2-1-for-confidential-client", "oauth-2-1-for-public-client",
                          "fapi-2-dpop-security-profile", "fapi-2-dpop-message-signing"));
  EXPECT_THAT(unenforced_policies(realm_with_global("saml-security-profile").extra),
              testing::Contains(
                  "Profile saml-security-profile: executor saml-secure-client-uris is not enforced by this server"));
  auto client = open_client();
  client.redirect_uris = {"https://a.example/*", "http://127.0.0.1/cb"};
  client.direct_access_grants_enabled = true;
  static_cast<void>(hold_to_policies(realm_with_global("oauth-2-1-for-public-client"), client));
  EXPECT_THAT(client.redirect_uris, ElementsAre("http://127.0.0.1/cb"));
  EXPECT_EQ(client.attribute("pkce.code.challenge.method"), "S256");
  EXPECT_FALSE(client.direct_access_grants_enabled);
}

std::vector<std::string> held_names(const Client& client) {
  std::vector<std::string> names;
  for (const auto& [name, value] : client.attributes) {
    if (name.starts_with("cardea.held.")) names.push_back(name.substr(12));
  }
  return names;
}

TEST(ClientPolicies, nobody_but_a_policy_says_what_requests_must_have) {
  auto client = confidential();
  client.attributes["cardea.held.session"] = "true";
  static_cast<void>(hold_to_policies(realm_with("pkce-enforcer"), client));
  EXPECT_THAT(held_names(client), IsEmpty());
  static_cast<void>(hold_to_policies(realm_with("secure-session"), client));
  EXPECT_THAT(held_names(client), ElementsAre("session"));
}

TEST(ClientPolicies, two_policies_ask_for_the_stricter_of_both) {
  const auto both = [](std::string_view executor, std::string_view first, std::string_view second) {
    auto client = confidential();
    for (const auto settings : {first, second}) {
      if (executor == "secure-response-type") hold_to_response_type(object(settings), client);
      if (executor == "secure-request-object") hold_to_object(object(settings), client);
    }
    return client;
  };
  constexpr std::string_view kTokens = R"({"allow-token-response-type":true})";
  EXPECT_EQ(both("secure-response-type", kTokens, "{}").attribute(kHeldResponse), "id_token");
  EXPECT_EQ(both("secure-response-type", "{}", kTokens).attribute(kHeldResponse), "id_token");
  EXPECT_EQ(both("secure-response-type", kTokens, kTokens).attribute(kHeldResponse), "token");
  constexpr std::string_view kShort = R"({"available-period":"60","verify-nbf":false,"encryption-required":true})";
  constexpr std::string_view kLong = R"({"available-period":900,"allowed-clock-skew":"5"})";
  for (const auto& client :
       {both("secure-request-object", kShort, kLong), both("secure-request-object", kLong, kShort)}) {
    const auto held = held_object(client);
    ASSERT_TRUE(held);
    EXPECT_EQ(held->period, seconds(60));
    EXPECT_EQ(held->skew, seconds(5));
    EXPECT_TRUE(held->needs_nbf);
    EXPECT_TRUE(held->encrypted);
  }
  EXPECT_FALSE(held_object(both("secure-request-object", R"({"verify-nbf":"false"})", R"({"verify-nbf":false})"))
                   .value()
                   .needs_nbf);
}

TEST(ClientPolicies, want_algorithms_of_authentication_requests_that_nobody_breaks) {
  constexpr std::string_view kAttribute = "ciba.backchannel.auth.request.signing.alg";
  auto client = confidential();
  ASSERT_FALSE(settle_by_policies(realm_with("secure-ciba-req-sig-algorithm"), client));
  EXPECT_EQ(client.attribute(kAttribute), "PS256");
  client.attributes[std::string(kAttribute)] = "RS256";
  EXPECT_TRUE(settle_by_policies(realm_with("secure-ciba-req-sig-algorithm"), client));
}

TEST(ClientPolicies, want_algorithms_that_nobody_breaks) {
  constexpr std::string_view kStrong = "secure-signature-algorithm";
  auto client = confidential();
  ASSERT_FALSE(settle_by_policies(realm_with(kStrong, R"({"default-algorithm":"ES256"})"), client));
  EXPECT_EQ(client.attribute("access.token.signed.response.alg"), "ES256");
  EXPECT_EQ(client.attribute("token.endpoint.auth.signing.alg"), "ES256");
  auto usual = confidential();
  ASSERT_FALSE(settle_by_policies(realm_with(kStrong, R"({"default-algorithm":"RS256"})"), usual));
  EXPECT_EQ(usual.attribute("id.token.signed.response.alg"), "PS256") << "RS256 is none of them";
  for (const auto* weak : {"RS256", "HS256", "EdDSA", "any", "none"}) {
    auto signer = confidential();
    signer.attributes["request.object.signature.alg"] = weak;
    const auto refused = settle_by_policies(realm_with(kStrong), signer);
    ASSERT_TRUE(refused) << weak;
    EXPECT_EQ(refused->error, "invalid_request");
    EXPECT_EQ(refused->description, "not allowed signature algorithm.");
  }
}

TEST(ClientPolicies, says_how_secrets_rotate) {
  const auto realm = realm_with("secret-rotation", R"({"expiration-period":"100"})");
  const auto rotation = rotation_of(realm, confidential());
  ASSERT_TRUE(rotation);
  EXPECT_EQ(rotation->lifetime, seconds(100));
  EXPECT_EQ(rotation->rotated_lifetime, seconds(172'800));
  EXPECT_FALSE(rotation_of(realm, open_client()));
  EXPECT_FALSE(rotation_of(realm_with("pkce-enforcer"), confidential()));
}

TEST(ClientPolicies, holds_nobody_but_those_its_conditions_are_true_for) {
  const auto is_held = [](std::string_view condition, Client client) {
    static_cast<void>(hold_to_policies(realm_with("pkce-enforcer", "{}", condition), client));
    return !client.attribute("pkce.code.challenge.method").empty();
  };
  constexpr std::string_view kPublic = R"({"condition":"client-access-type","configuration":{"type":["public"]}})";
  EXPECT_TRUE(is_held(kPublic, open_client()));
  EXPECT_FALSE(is_held(kPublic, confidential()));
  EXPECT_TRUE(is_held(R"({"condition":"client-access-type",)"
                      R"("configuration":{"type":["public"],"is-negative-logic":"true"}})",
                      confidential()));
  constexpr std::string_view kStrict =
      R"({"condition":"client-attributes","configuration":{"attributes":"[{\"key\":\"strict\",\"value\":\"yes\"}]"}})";
  EXPECT_FALSE(is_held(kStrict, open_client()));
  auto strict = open_client();
  strict.attributes["strict"] = "yes";
  EXPECT_TRUE(is_held(kStrict, std::move(strict)));
  EXPECT_FALSE(is_held("", open_client())) << "a policy without conditions is for nobody";
  EXPECT_TRUE(is_held(R"({"condition":"grant-type"})", open_client())) << "what came by an import holds too many";
  auto realm = realm_with("pkce-enforcer");
  realm.extra["clientPolicies"].as_object()["policies"].as_array()[0].as_object()["enabled"] = false;
  auto client = open_client();
  EXPECT_FALSE(hold_to_policies(realm, client).secret_ends);
  EXPECT_EQ(client.attribute("pkce.code.challenge.method"), "");
}

}  // namespace
}  // namespace cardea
