// Request objects (RFC 9101; OpenID Connect Core section 6.1; standards.md section 13; attack classes 11, 12 and 14).
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "jose/jwk.h"
#include "jose/test_keys.h"
#include "tests/protocol/harness.h"
#include "web/form.h"

namespace cardea::protocol {
namespace {

const std::string kSecret(64, 'z');

class RequestObject : public testing::TestWithParam<Engine> {
 protected:
  RequestObject() {
    const auto public_key = jose::test_private_key(crypto::KeyType::kEcP256).public_key();
    const std::vector<jose::PublicJwk> keys = {{public_key, "k1", "ES256", "sig", ""}};
    key_set_ = jose::jwks_json(keys);
    add("signer", {});
    claims_ = {{"client_id", "signer"}, {"response_type", "code"}, {"redirect_uri", "https://app.example/cb"},
               {"scope", "openid"},     {"state", "inner"},        {"iss", "signer"},
               {"aud", kIssuer}};
  }
  void add(const std::string& id, std::map<std::string, std::string> attributes) {
    server_.add_client(id, [&](Client& client) {
      client.public_client = false;
      client.secret = SecretBytes::copy_of(kSecret);
      client.redirect_uris = {"https://app.example/cb"};
      client.attributes = {{"use.jwks.string", "true"}, {"jwks.string", key_set_}};
      client.attributes.merge(attributes);
    });
  }
  std::string sign(std::string_view typ = "oauth-authz-req+jwt") {
    return jose::sign_by_hand(jose::test_signing_key(jose::Algorithm::kES256),
                              R"({"alg":"ES256","kid":"k1","typ":")" + std::string(typ) + R"("})",
                              json::serialize(claims_));
  }
  web::Response send(const std::string& object, const Pairs& more = {}, const std::string& client = "signer") {
    std::string query;
    web::append_form(query, "client_id", client);
    web::append_form(query, "request", object);
    for (const auto& [name, value] : more) web::append_form(query, name, value);
    return Browser(server_).get(std::string(kP) + "/auth?" + query);
  }
  void expect_refused(const web::Response& response) {
    EXPECT_EQ(response.status, 400) << location(response);
    EXPECT_NE(response.body_text().find("Invalid Request"), std::string_view::npos);
  }
  void expect_refused() { expect_refused(send(sign())); }

  Server server_{GetParam()};
  json::object claims_;
  std::string key_set_;
};

TEST_P(RequestObject, refuses_objects_that_are_not_the_clients) {
  expect_refused(send("x"));
  expect_refused(send("a.b.c"));
  const auto good = sign();
  expect_refused(
      send(base64url_encode(R"({"alg":"none"})") + good.substr(good.find('.'), good.rfind('.') - good.find('.') + 1)));
  expect_refused(send(good.substr(0, good.size() - 4) + "AAAA"));
  const auto other = jose::SigningKey::make(crypto::PrivateKey::generate(crypto::KeyType::kEcP256).value(), "k1",
                                            jose::Algorithm::kES256);
  expect_refused(send(jose::sign_jwt(*other, "JWT", json::serialize(claims_))));
  expect_refused(send(good, {}, "web"));  // another client has no such key
}

// The rules of a form hold for the parameters of an object, too: what no database takes would look like one that fails.
TEST_P(RequestObject, refuses_parameters_that_no_form_could_hold) {
  claims_["nonce"] = std::string("a\0b", 3);
  expect_refused();
  claims_.erase("nonce");
  for (std::size_t i = 0; i <= kFormParametersMax; ++i) claims_["x" + std::to_string(i)] = "1";
  expect_refused();
}

TEST_P(RequestObject, refuses_objects_for_another_client_server_or_use) {
  for (const auto& [name, value] : std::vector<std::pair<std::string, json::value>>{
           {"client_id", "web"}, {"iss", "web"}, {"aud", "https://evil.example"}, {"sub", "signer"}}) {
    const auto kept = claims_;
    claims_[name] = value;
    expect_refused();
    claims_ = kept;
  }
  for (const auto* typ : {"at+jwt", "dpop+jwt", "logout+jwt", "client-authentication+jwt"}) {
    expect_refused(send(sign(typ)));
  }
}

TEST_P(RequestObject, refuses_keys_left_in_the_record_of_a_client_whose_keys_stand_at_an_address) {
  add("moved", {{"use.jwks.url", "true"}, {"jwks.url", "https://rp.example/keys"}});
  claims_["client_id"] = claims_["iss"] = "moved";
  expect_refused(send(sign(), {}, "moved"));
}

TEST_P(RequestObject, refuses_an_address_that_has_other_keys_and_asks_it_once) {
  add("moved", {{"use.jwks.url", "true"}, {"jwks.url", "https://rp.example/keys"}});
  claims_["client_id"] = claims_["iss"] = "moved";
  server_.fetcher.serve_json("https://rp.example/keys", R"({"keys":[]})");
  for (int i = 0; i < 5; ++i) expect_refused(send(sign(), {}, "moved"));
  EXPECT_EQ(server_.fetcher.calls.size(), 1U) << "a stranger cannot make us ask without end";
}

TEST_P(RequestObject, refuses_a_shared_key_from_an_address) {  // attack class 11: anybody can read it there
  add("oct", {{"use.jwks.url", "true"}, {"jwks.url", "https://rp.example/keys"}});
  claims_["client_id"] = claims_["iss"] = "oct";
  const std::string secret(64, 'q');
  server_.fetcher.serve_json("https://rp.example/keys",
                             R"({"keys":[{"kty":"oct","kid":"k1","k":")" + base64url_encode(secret) + R"("}]})");
  const auto key = jose::SigningKey::make_hmac(SecretBytes::copy_of(secret), "k1", jose::Algorithm::kHS256);
  expect_refused(send(jose::sign_jwt(*key, "JWT", json::serialize(claims_)), {}, "oct"));
}

TEST_P(RequestObject, keys_at_the_clients_address_check_objects_sent_and_pushed) {
  add("moved", {{"use.jwks.url", "true"}, {"jwks.url", "https://rp.example/keys"}, {"jwks.string", ""}});
  claims_["client_id"] = claims_["iss"] = "moved";
  server_.fetcher.serve_json("https://rp.example/keys", key_set_);
  EXPECT_EQ(send(sign(), {}, "moved").status, 200);
  const auto pushed =
      server_.post("/ext/par/request", {{"client_id", "moved"}, {"client_secret", kSecret}, {"request", sign()}});
  EXPECT_EQ(pushed.status, 201) << pushed.body_text();
  EXPECT_EQ(server_.fetcher.calls.size(), 1U);
}

TEST_P(RequestObject, refuses_a_mac_by_the_secret_of_a_client_that_proves_itself_by_keys_or_not_at_all) {
  const auto by_secret = [&](const std::string& client) {
    claims_["client_id"] = claims_["iss"] = client;
    const auto key = jose::SigningKey::make_hmac(SecretBytes::copy_of(kSecret), "k", jose::Algorithm::kHS256);
    return send(jose::sign_jwt(*key, "JWT", json::serialize(claims_)), {}, client);
  };
  EXPECT_EQ(by_secret("signer").status, 200) << "client-secret";
  for (const auto* type : {"client-jwt", "client-x509", "public"}) {
    server_.add_client(type, [&](Client& client) {
      client.public_client = std::string_view(type) == "public";
      if (!client.public_client) client.authenticator_type = type;
      client.secret = SecretBytes::copy_of(kSecret);
      client.redirect_uris = {"https://app.example/cb"};
    });
    expect_refused(by_secret(type));
  }
}

TEST_P(RequestObject, refuses_objects_of_another_time) {
  const auto now = epoch_seconds(server_.clock.now());
  claims_["exp"] = now;
  expect_refused();
  claims_["exp"] = now + 60;
  claims_["nbf"] = now + 11;
  expect_refused();
  claims_["nbf"] = now + 10;
  EXPECT_EQ(send(sign()).status, 200);
}

TEST_P(RequestObject, refuses_objects_in_objects_and_beside_handles) {
  claims_["request_uri"] = "https://evil.example/";
  expect_refused();
  claims_.erase("request_uri");
  claims_["request"] = "x";
  expect_refused();
  claims_.erase("request");
  expect_refused(send(sign(), {{"request_uri", "urn:ietf:params:oauth:request_uri:x"}}));
}

TEST_P(RequestObject, refuses_outer_parameters_that_contradict) {
  expect_refused(send(sign(), {{"response_type", "token"}}));
  expect_refused(send(sign(), {{"state", "a"}, {"state", "b"}}));
}

TEST_P(RequestObject, refuses_algorithms_that_are_not_registered) {
  add("mac", {{"request.object.signature.alg", "HS256"}});
  claims_["client_id"] = claims_["iss"] = "mac";
  expect_refused(send(sign(), {}, "mac"));
  const auto key = jose::SigningKey::make_hmac(SecretBytes::copy_of(kSecret), "", jose::Algorithm::kHS256).value();
  const auto object = jose::sign_by_hand(key, R"({"alg":"HS256"})", json::serialize(claims_));
  EXPECT_EQ(send(object, {}, "mac").status, 200);
  const auto hs512 = jose::SigningKey::make_hmac(SecretBytes::copy_of(kSecret), "", jose::Algorithm::kHS512).value();
  expect_refused(send(jose::sign_by_hand(hs512, R"({"alg":"HS512"})", json::serialize(claims_)), {}, "mac"));
}

TEST_P(RequestObject, refuses_plain_requests_where_one_is_required) {  // JR-13
  add("strict", {{"request.object.required", "request only"}});
  const auto plain = Browser(server_).get(authorize_url({{"client_id", "strict"}}));
  EXPECT_EQ(plain.status, 400);
  claims_["client_id"] = claims_["iss"] = "strict";
  EXPECT_EQ(send(sign(), {}, "strict").status, 200);
}

TEST_P(RequestObject, inner_values_win) {  // OpenID Connect Core section 6.1
  Browser browser(server_);
  std::string query;
  for (const auto& [name, value] : Pairs{{"client_id", "signer"},
                                         {"response_type", "code"},
                                         {"scope", "openid profile"},
                                         {"state", "outer"},
                                         {"nonce", "outer-nonce"},
                                         {"request", sign()}}) {
    web::append_form(query, name, value);
  }
  const auto page = browser.get(std::string(kP) + "/auth?" + query);
  const auto answer = browser.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  EXPECT_EQ(location_parameter(answer, "state"), "inner");
  const auto tokens = body_of(server_.post("/token", {{"grant_type", "authorization_code"},
                                                      {"code", location_parameter(answer, "code")},
                                                      {"redirect_uri", "https://app.example/cb"},
                                                      {"client_id", "signer"},
                                                      {"client_secret", kSecret}}));
  EXPECT_EQ(string_or(payload_of(string_or(tokens, "id_token", "")), "nonce", ""), "outer-nonce");
}

TEST_P(RequestObject, of_a_pushed_object_only_the_claims_count) {  // PA-14
  Pairs form = {{"client_id", "signer"}, {"client_secret", kSecret}, {"request", sign()}, {"nonce", "outer"}};
  const auto pushed = server_.post("/ext/par/request", form);
  ASSERT_EQ(pushed.status, 201) << pushed.body_text();
  claims_["client_id"] = "web";
  form[2].second = sign();
  const auto refused = server_.post("/ext/par/request", form);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(string_or(body_of(refused), "error", ""), "invalid_request_object");
}

INSTANTIATE_ON_EVERY_ENGINE(RequestObject);

}  // namespace
}  // namespace cardea::protocol
