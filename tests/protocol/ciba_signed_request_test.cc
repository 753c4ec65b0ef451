// Signed authentication requests (OpenID CIBA Core section 7.1.1; attack classes 11, 12 and 30) and the client profile
// fapi-ciba, which wants them.
#include <gtest/gtest.h>

#include "jose/jwk.h"
#include "jose/test_keys.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

constexpr const char* kChannel = "https://devices.example/ask";
const std::string kSecret(64, 's');

class CibaSigned : public testing::TestWithParam<Engine> {
 protected:
  CibaSigned() {
    server_.ask_people_at(kChannel);
    server_.fetcher.serve(kChannel,
                          [](const web::FetchRequest&) -> web::Fetched { return web::FetchResponse{.status = 201}; });
    const auto public_key = jose::test_private_key(crypto::KeyType::kEcP256).public_key();
    const std::vector<jose::PublicJwk> keys = {{public_key, "k1", "ES256", "sig", ""}};
    key_set_ = jose::jwks_json(keys);
    add("shop", {{"use.jwks.string", "true"}, {"jwks.string", key_set_}});
    const auto now = epoch_seconds(server_.clock.now());
    claims_ = {{"iss", "shop"},     {"aud", kIssuer},      {"iat", now},
               {"nbf", now},        {"exp", now + 60},     {"jti", "1"},
               {"scope", "openid"}, {"login_hint", "ada"}, {"binding_message", "A-17"}};
  }
  void add(const std::string& id, std::map<std::string, std::string> attributes) {
    server_.add_client(id, [&](Client& client) {
      client.public_client = false;
      client.secret = SecretBytes::copy_of(kSecret);
      client.attributes = std::move(attributes);
      client.attributes["oidc.ciba.grant.enabled"] = "true";
    });
  }
  std::string sign() {
    return jose::sign_jwt(jose::test_signing_key(jose::Algorithm::kES256), "JWT", json::serialize(claims_));
  }
  web::Response ask(const Pairs& parameters, const std::string& client = "shop") {
    Pairs form = {{"client_id", client}, {"client_secret", kSecret}};
    form.insert(form.end(), parameters.begin(), parameters.end());
    return server_.post("/ext/ciba/auth", form);
  }
  web::Response ask_signed() { return ask({{"request", sign()}}); }
  void expect_refused(const web::Response& answer, std::string_view text) {
    EXPECT_EQ(answer.status, 400) << answer.body_text();
    EXPECT_EQ(string_or(body_of(answer), "error", ""), "invalid_request");
    EXPECT_EQ(string_or(body_of(answer), "error_description", ""), text);
  }
  void expect_refused_with(std::string_view claim, const json::value& value, std::string_view text) {
    const auto kept = claims_;
    claims_[claim] = value;
    expect_refused(ask_signed(), text);
    claims_ = kept;
  }
  std::int64_t in(int seconds) { return epoch_seconds(server_.clock.now()) + seconds; }

  Server server_{GetParam()};
  json::object claims_;
  std::string key_set_;
};

TEST_P(CibaSigned, refuses_objects_that_are_not_the_clients) {  // attack class 11
  expect_refused(ask({{"request", "x"}}), "Failed to build JWS");
  const auto good = sign();
  expect_refused(ask({{"request", good.substr(0, good.size() - 4) + "AAAA"}}), "Invalid Request");
  const auto shared = jose::SigningKey::make_hmac(SecretBytes::copy_of(kSecret), "k1", jose::Algorithm::kHS256).value();
  expect_refused(ask({{"request", jose::sign_jwt(shared, "JWT", json::serialize(claims_))}}), "Invalid Request");
  add("keyless", {});
  claims_["iss"] = "keyless";
  expect_refused(ask({{"request", sign()}}, "keyless"), "Invalid Request");
  claims_["iss"] = "shop";
  add("other-algorithm",
      {{"use.jwks.string", "true"}, {"jwks.string", key_set_}, {"ciba.backchannel.auth.request.signing.alg", "PS256"}});
  claims_["iss"] = "other-algorithm";
  expect_refused(ask({{"request", sign()}}, "other-algorithm"), "Invalid Request");
}

TEST_P(CibaSigned, refuses_objects_that_say_too_little_or_are_not_of_now) {  // CB-10
  for (const auto* claim : {"aud", "exp", "nbf", "iat", "jti"}) {
    const auto kept = claims_;
    claims_.erase(claim);
    expect_refused(ask_signed(), std::string("Missing parameter in the 'request' object: ") + claim);
    claims_ = kept;
  }
  expect_refused_with("iss", "web", "Invalid parameter in the 'request' object: iss");
  expect_refused_with("aud", "https://evil.example", "Invalid parameter in the 'request' object: aud");
  expect_refused_with("sub", "shop", "Invalid Request");  // an assertion that proves the client
  expect_refused_with("exp", in(0), "Request Expired");
  expect_refused_with("nbf", in(60), "Request not yet being processed");
  expect_refused_with("exp", in(3601), "Request's available period is long");
  expect_refused_with("request", "x", "Invalid Request");
}

TEST_P(CibaSigned, refuses_the_second_use_and_what_stands_beside) {  // attack class 30
  EXPECT_EQ(ask_signed().status, 200);
  expect_refused(ask_signed(), "Request object was used before");
  claims_["jti"] = "2";
  claims_.erase("login_hint");
  expect_refused(ask({{"request", sign()}, {"login_hint", "ada"}}), "missing parameter : login_hint");
}

TEST_P(CibaSigned, takes_a_request_with_keys_of_the_record_or_at_an_address) {
  claims_["requested_expiry"] = 120;
  const auto answer = ask_signed();
  ASSERT_EQ(answer.status, 200) << answer.body_text();
  EXPECT_EQ(int_or(body_of(answer), "expires_in", 0), 120);
  add("moved", {{"use.jwks.url", "true"}, {"jwks.url", "https://rp.example/keys"}});
  server_.fetcher.serve_json("https://rp.example/keys", key_set_);
  claims_["iss"] = "moved";
  const auto fetched = ask({{"request", sign()}}, "moved");
  EXPECT_EQ(fetched.status, 200) << fetched.body_text();
}

TEST_P(CibaSigned, fapi_ciba_wants_a_signed_request_with_a_message) {
  const Pairs plain = {{"scope", "openid"}, {"login_hint", "ada"}, {"binding_message", "A-17"}};
  EXPECT_EQ(ask(plain).status, 200);
  server_.change_realm([](Realm& realm) {
    realm.extra["clientPolicies"] =
        parse_json(R"({"policies":[{"name":"all","enabled":true,"conditions":[{"condition":"any-client"}],)"
                   R"("profiles":["fapi-ciba"]}]})")
            .value();
  });
  expect_refused(ask(plain), "Missing parameter: 'request' or 'request_uri'");
  auto silent = claims_;
  claims_.erase("binding_message");
  expect_refused(ask_signed(), "Missing parameter: binding_message");
  claims_ = std::move(silent);
  claims_["jti"] = "2";
  const auto answer = ask_signed();
  EXPECT_EQ(answer.status, 200) << answer.body_text();
}

INSTANTIATE_ON_EVERY_ENGINE(CibaSigned);

}  // namespace
}  // namespace cardea::protocol
