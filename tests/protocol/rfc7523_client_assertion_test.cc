// Clients that prove themselves by a signed assertion (RFC 7521 section 4.2, RFC 7523 sections 2.2 and 3, OpenID
// Connect Core section 9): private_key_jwt and client_secret_jwt, at every endpoint for clients.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "jose/jwk.h"
#include "jose/test_keys.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

constexpr std::string_view kType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const std::string kSecret(64, 'z');

class Assertion : public testing::TestWithParam<Engine> {
 protected:
  Assertion() {
    const auto public_key = jose::test_private_key(crypto::KeyType::kEcP256).public_key();
    const std::vector<jose::PublicJwk> keys = {{public_key, "k1", "ES256", "sig", ""}};
    key_set_ = jose::jwks_json(keys);
    add("signer", "client-jwt", {{"use.jwks.string", "true"}, {"jwks.string", key_set_}});
    add("sharer", "client-secret-jwt", {});
    claims_ = {{"iss", "signer"}, {"sub", "signer"}, {"aud", kIssuer}, {"jti", "1"}};
    claims_["exp"] = epoch_seconds(server_.clock.now()) + 60;
  }

  void add(const std::string& id, const std::string& type, std::map<std::string, std::string> attributes) {
    server_.add_client(id, [&](Client& client) {
      client.public_client = false;
      client.authenticator_type = type;
      client.secret = SecretBytes::copy_of(kSecret);
      client.attributes.merge(attributes);
    });
  }

  std::string sign(jose::Algorithm algorithm = jose::Algorithm::kES256) {
    return jose::sign_jwt(jose::test_signing_key(algorithm), "JWT", json::serialize(claims_));
  }
  std::string mac(jose::Algorithm algorithm, const std::string& secret = kSecret) {
    claims_["iss"] = claims_["sub"] = "sharer";
    const auto key = jose::SigningKey::make_hmac(SecretBytes::copy_of(secret), "", algorithm).value();
    return jose::sign_by_hand(key, R"({"alg":")" + std::string(jose::name(algorithm)) + R"("})",
                              json::serialize(claims_));
  }
  /// Revoking an unknown token answers 200 to every client that is proven.
  web::Response send(const std::string& assertion, Pairs more = {}) {
    more.emplace_back("client_assertion_type", kType);
    more.emplace_back("client_assertion", assertion);
    more.emplace_back("token", "x");
    return server_.post("/revoke", more);
  }
  void expect_refused(const web::Response& response, std::string_view text) {
    EXPECT_EQ(response.status, 401);
    const auto body = body_of(response);
    EXPECT_EQ(string_or(body, "error", ""), "invalid_client");
    EXPECT_EQ(string_or(body, "error_description", ""),
              "Client authentication with signed JWT failed: " + std::string(text));
  }

  Server server_{GetParam()};
  json::object claims_;
  std::string key_set_;
  int count_ = 0;
};

TEST_P(Assertion, refuses_requests_without_one) {  // CA-4
  const auto secret = server_.post("/revoke", {{"client_id", "signer"}, {"client_secret", kSecret}, {"token", "x"}});
  EXPECT_EQ(secret.status, 400);
  EXPECT_EQ(string_or(body_of(secret), "error_description", ""), "Parameter client_assertion_type is missing");
  const auto type = server_.post(
      "/revoke", {{"client_id", "signer"}, {"client_assertion_type", "urn:x"}, {"client_assertion", sign()}});
  EXPECT_EQ(type.status, 400);
  const auto none = server_.post("/revoke", {{"client_id", "signer"}, {"client_assertion_type", std::string(kType)}});
  EXPECT_EQ(string_or(body_of(none), "error_description", ""), "client_assertion parameter missing");
}

TEST_P(Assertion, refuses_the_second_use) {  // attack class 30
  const auto assertion = sign();
  EXPECT_EQ(send(assertion).status, 200);
  expect_refused(send(assertion), "Token reuse detected");
  claims_["exp"] = epoch_seconds(server_.clock.now()) + 90;  // another assertion with the same id
  expect_refused(send(sign()), "Token reuse detected");
  claims_["jti"] = "2";
  EXPECT_EQ(send(sign()).status, 200);
}

TEST_P(Assertion, of_parallel_uses_one_is_accepted) {
  const auto assertion = sign();
  std::vector<int> statuses(6);
  std::vector<std::thread> threads;
  for (auto& status : statuses) threads.emplace_back([&] { status = send(assertion).status; });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 200), 1);
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 401), 5);
}

TEST_P(Assertion, a_refused_assertion_is_not_used_up) {
  claims_["aud"] = "https://evil.example";
  expect_refused(send(sign()), "Invalid token audience");
  claims_["aud"] = kIssuer;
  EXPECT_EQ(send(sign()).status, 200);
}

TEST_P(Assertion, refuses_forgeries) {  // attack classes 11 and 12
  const auto good = sign();
  EXPECT_EQ(send(good.substr(0, good.rfind('.') + 1)).status, 401);
  const auto none =
      base64url_encode(R"({"alg":"none"})") + good.substr(good.find('.'), good.rfind('.') - good.find('.'));
  expect_refused(send(none + ".", {{"client_id", "signer"}}), "Invalid token");
  // The public key as the secret of a MAC.
  const auto pem = jose::test_private_key(crypto::KeyType::kEcP256).public_key().spki_der();
  const auto key = jose::SigningKey::make_hmac(SecretBytes(std::string(pem)), "k1", jose::Algorithm::kHS256).value();
  expect_refused(send(jose::sign_jwt(key, "JWT", json::serialize(claims_))), "Unable to load public key");
  // A key of the sender's own, under the right name.
  const auto other = jose::SigningKey::make(crypto::PrivateKey::generate(crypto::KeyType::kEcP256).value(), "k1",
                                            jose::Algorithm::kES256);
  expect_refused(send(jose::sign_jwt(*other, "JWT", json::serialize(claims_))),
                 "Signature on JWT token failed validation");
  // A client with a key takes no MAC made with its secret, and the other way round.
  const auto mac_key =
      jose::SigningKey::make_hmac(SecretBytes::copy_of(kSecret), "k1", jose::Algorithm::kHS256).value();
  EXPECT_EQ(send(jose::sign_jwt(mac_key, "JWT", json::serialize(claims_))).status, 401);
  claims_["iss"] = claims_["sub"] = "sharer";
  expect_refused(send(sign()), "Invalid signature algorithm");
}

TEST_P(Assertion, refuses_another_clients_assertion) {  // attack class 14
  expect_refused(send(sign(), {{"client_id", "sharer"}}), "Invalid signature algorithm");
  claims_["iss"] = claims_["sub"] = "web";
  EXPECT_EQ(send(sign(), {{"client_id", "signer"}}).status, 401);
  EXPECT_EQ(send(sign()).status, 401);  // "web" has a secret
  claims_["iss"] = claims_["sub"] = "nobody";
  EXPECT_EQ(send(sign()).status, 401);
}

TEST_P(Assertion, refuses_algorithms_that_are_not_registered) {
  add("pinned", "client-secret-jwt", {{"token.endpoint.auth.signing.alg", "HS512"}});
  const auto as_pinned = [&](jose::Algorithm algorithm) {
    claims_["iss"] = claims_["sub"] = "pinned";
    const auto key = jose::SigningKey::make_hmac(SecretBytes::copy_of(kSecret), "", algorithm).value();
    return send(jose::sign_jwt(key, "JWT", json::serialize(claims_)));
  };
  expect_refused(as_pinned(jose::Algorithm::kHS256), "Invalid signature algorithm");
  EXPECT_EQ(as_pinned(jose::Algorithm::kHS512).status, 200);
}

TEST_P(Assertion, refuses_wrong_and_short_secrets) {
  expect_refused(send(mac(jose::Algorithm::kHS256, std::string(64, 'y'))), "Signature on JWT token failed validation");
  server_.add_client("short", [](Client& client) {
    client.public_client = false;
    client.authenticator_type = "client-secret-jwt";
    client.secret = SecretBytes(std::string(31, 'z'));
  });
  claims_["iss"] = claims_["sub"] = "short";
  expect_refused(send(sign(jose::Algorithm::kHS256)), "Unable to load public key");
}

TEST_P(Assertion, proves_a_client_at_every_endpoint) {
  const auto form = [&](Pairs more) {
    claims_["jti"] = std::to_string(++count_);
    more.emplace_back("client_assertion_type", kType);
    more.emplace_back("client_assertion", sign());
    return more;
  };
  const auto token = body_of(server_.post("/token", form({{"grant_type", "nothing"}})));
  EXPECT_EQ(string_or(token, "error", ""), "unsupported_grant_type");
  const auto introspected = server_.post("/token/introspect", form({{"token", "x"}}));
  EXPECT_EQ(introspected.status, 200);
  EXPECT_EQ(introspected.body_text(), R"({"active":false})");
  EXPECT_EQ(server_.post("/revoke", form({{"token", "x"}})).status, 200);
  const auto device = body_of(server_.post("/auth/device", form({})));
  EXPECT_EQ(string_or(device, "error", ""), "unauthorized_client");  // known, and not allowed
  EXPECT_EQ(string_or(body_of(server_.post("/logout", form({{"refresh_token", "x"}}))), "error", ""), "invalid_grant");
}

TEST_P(Assertion, accepts_every_mac_its_secret_is_long_enough_for) {
  int id = 0;
  for (const auto algorithm : {jose::Algorithm::kHS256, jose::Algorithm::kHS384, jose::Algorithm::kHS512}) {
    claims_["jti"] = std::to_string(++id);
    EXPECT_EQ(send(mac(algorithm)).status, 200);
  }
}

TEST_P(Assertion, accepts_a_key_or_certificate_in_the_clients_record) {
  const auto& rsa = jose::test_private_key(crypto::KeyType::kRsa);
  const auto certificate = crypto::make_self_signed_certificate(rsa, "signer", server_.clock.now(), 1).value();
  add("certified", "client-jwt", {{"jwt.credential.certificate", base64_encode(certificate)}});
  add("keyed", "client-jwt", {{"jwt.credential.public.key", base64_encode(rsa.spki_der())}});
  for (const auto* id : {"certified", "keyed"}) {
    claims_["iss"] = claims_["sub"] = id;
    EXPECT_EQ(send(sign(jose::Algorithm::kPS256)).status, 200) << id;
    claims_["jti"] = std::string(id) + "2";
    EXPECT_EQ(send(sign(jose::Algorithm::kES256)).status, 401) << id;  // another kind of key
    EXPECT_EQ(send(sign(jose::Algorithm::kRS256)).status, 200) << id;
  }
}

TEST_P(Assertion, refuses_a_client_without_keys) {
  add("keyless", "client-jwt", {});
  add("broken", "client-jwt", {{"jwt.credential.certificate", "bm90IGEgY2VydA=="}});
  for (const auto* id : {"keyless", "broken"}) {
    claims_["iss"] = claims_["sub"] = id;
    expect_refused(send(sign()), "Unable to load public key");
  }
}

TEST_P(Assertion, refuses_a_client_whose_keys_are_at_an_address) {  // old keys in the record do not stand in for them
  add("remote", "client-jwt",
      {{"use.jwks.url", "true"},
       {"jwks.url", "https://app.example/jwks"},
       {"use.jwks.string", "true"},
       {"jwks.string", key_set_}});
  claims_["iss"] = claims_["sub"] = "remote";
  expect_refused(send(sign()), "Unable to load public key");
}

INSTANTIATE_ON_EVERY_ENGINE(Assertion);

}  // namespace
}  // namespace cardea::protocol
