// What clients are held to by their policy (attribute `cardea.policy`): FAPI 2.0 (standards.md section 28) and
// OAuth 2.1 (section 39), where the other suites do not show it already.
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "jose/jwk.h"
#include "jose/test_keys.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class ClientPolicies : public testing::TestWithParam<Engine> {
 protected:
  void add(const std::string& id, const std::string& policy, const std::function<void(Client&)>& change) {
    server_.add_client(id, [&](Client& client) {
      client.redirect_uris = {"https://app.example/cb"};
      client.attributes["cardea.policy"] = policy;
      change(client);
    });
  }
  void add_bank() {
    const auto public_key = jose::test_private_key(crypto::KeyType::kEcP256).public_key();
    const std::vector<jose::PublicJwk> keys = {{public_key, "k1", "ES256", "sig", ""}};
    add("bank", "fapi2", [&](Client& client) {
      client.public_client = false;
      client.authenticator_type = "client-jwt";
      client.attributes["use.jwks.string"] = "true";
      client.attributes["jwks.string"] = jose::jwks_json(keys);
    });
  }
  /// Proves "bank" and names everything a good request has.
  Pairs with_assertion(Pairs form) {
    const json::object claims = {{"iss", "bank"},
                                 {"sub", "bank"},
                                 {"aud", kIssuer},
                                 {"jti", "assertion-" + std::to_string(++count_)},
                                 {"exp", epoch_seconds(server_.clock.now()) + 60}};
    form.emplace_back("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    form.emplace_back("client_assertion",
                      jose::sign_jwt(jose::test_signing_key(jose::Algorithm::kES256), "JWT", json::serialize(claims)));
    return form;
  }
  static Pairs request() {
    return {{"redirect_uri", "https://app.example/cb"},
            {"response_type", "code"},
            {"scope", "openid"},
            {"code_challenge", crypto::sha256_base64url(kVerifier)},
            {"code_challenge_method", "S256"}};
  }

  Server server_{GetParam()};
  int count_ = 0;
};

TEST_P(ClientPolicies, fapi2_refuses_public_clients_and_secrets) {  // FA-2, FA-4
  add("public", "fapi2", [](Client&) {});
  add("secret", "fapi2", [](Client& client) {
    client.public_client = false;
    client.secret = SecretBytes(std::string("right"));
  });
  add("mac", "fapi2", [](Client& client) {
    client.public_client = false;
    client.authenticator_type = "client-secret-jwt";
    client.secret = SecretBytes(std::string(64, 's'));
  });
  for (const auto* id : {"public", "secret", "mac"}) {
    auto form = request();
    form.emplace_back("client_id", id);
    if (std::string_view(id) == "secret") form.emplace_back("client_secret", "right");
    const auto refused = server_.post("/ext/par/request", form);
    EXPECT_EQ(refused.status, 401) << id;
    EXPECT_EQ(string_or(body_of(refused), "error", ""), "invalid_client") << id;
  }
}

TEST_P(ClientPolicies, fapi2_codes_live_a_minute_whatever_the_realm_says) {  // FA-6
  server_.change_realm([](Realm& realm) { realm.lifespans.access_code = seconds(300); });
  add_bank();
  const auto code = [&] {
    const auto pushed = server_.post("/ext/par/request", with_assertion(request()));
    EXPECT_EQ(pushed.status, 201) << pushed.body_text();
    Browser browser(server_);
    const auto page = browser.get(std::string(kP) +
                                  "/auth?client_id=bank&request_uri=" + string_or(body_of(pushed), "request_uri", ""));
    const auto answer = browser.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
    return location_parameter(answer, "code");
  };
  const auto late = code();
  ASSERT_FALSE(late.empty());
  server_.clock.advance(seconds(60));
  std::string header = R"({"typ":"dpop+jwt","alg":"ES256","jwk":)";
  jose::append_jwk(header, {jose::test_private_key(crypto::KeyType::kEcP256).public_key(), "", "", "", ""});
  const json::object claims = {{"jti", "p"},
                               {"htm", "POST"},
                               {"htu", std::string("https://id.example").append(kP).append("/token")},
                               {"iat", epoch_seconds(server_.clock.now())}};
  const auto proof =
      jose::sign_by_hand(jose::test_signing_key(jose::Algorithm::kES256, ""), header + "}", json::serialize(claims));
  const auto refused = server_.post("/token",
                                    with_assertion({{"grant_type", "authorization_code"},
                                                    {"code", late},
                                                    {"redirect_uri", "https://app.example/cb"},
                                                    {"code_verifier", kVerifier}}),
                                    {{"DPoP", proof}});
  EXPECT_EQ(string_or(body_of(refused), "error", ""), "invalid_grant") << refused.body_text();
}

TEST_P(ClientPolicies, oauth21_needs_no_redirect_uri_at_the_token_endpoint_but_keeps_it_right) {  // O21 section 10.2
  add("modern", "oauth21", [](Client&) {});
  Browser browser(server_);
  const auto redeem_with = [&](Pairs more) {
    more.emplace_back("grant_type", "authorization_code");
    more.emplace_back("client_id", "modern");
    more.emplace_back("code_verifier", kVerifier);
    const auto page = browser.get(authorize_url({{"client_id", "modern"}}));
    const auto answer =
        page.status == 302 ? page : browser.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
    more.emplace_back("code", location_parameter(answer, "code"));
    return server_.post("/token", more).status;
  };
  EXPECT_EQ(redeem_with({{"redirect_uri", "https://evil.example/"}}), 400);
  EXPECT_EQ(redeem_with({}), 200);
  EXPECT_EQ(redeem_with({{"redirect_uri", "https://app.example/cb"}}), 200);
}

// standards.md AZ-8 and AZ-9. Clients of realm files, and those that an earlier release stored.
TEST_P(ClientPolicies, refuse_stored_redirect_uris_of_plain_http_and_schemes_without_a_dot) {
  for (const auto* policy : {"oauth21", "fapi2", ""}) {
    const std::string id = std::string("stored-").append(policy);
    add(id, policy, [](Client& client) { client.redirect_uris = {"http://app.example/cb", "myapp://cb"}; });
    for (const auto* uri : {"http://app.example/cb", "myapp://cb"}) {
      const auto answer = server_.get(authorize_url({{"client_id", id}, {"redirect_uri", uri}}));
      EXPECT_EQ(answer.status, *policy == '\0' ? 200 : 400) << id << " " << uri;
      EXPECT_EQ(answer.find_header("Location"), nullptr) << id << " " << uri;
    }
  }
  server_.start_for_development();
  const auto shown =
      server_.get(authorize_url({{"client_id", "stored-oauth21"}, {"redirect_uri", "http://app.example/cb"}}));
  EXPECT_EQ(shown.status, 200) << shown.body_text();
}

INSTANTIATE_ON_EVERY_ENGINE(ClientPolicies);

}  // namespace
}  // namespace cardea::protocol
