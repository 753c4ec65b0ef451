// Keys of clients at an address (`jwks_uri` of OpenID Connect Registration, Keycloak's `jwks.url`): rotation as OpenID
// Connect Core section 10.1.1 says, and what an attacker with any key id can make us do.
#include <gtest/gtest.h>

#include "jose/jwk.h"
#include "jose/test_keys.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

constexpr std::string_view kType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr auto kAddress = "https://rp.example/keys";

class JwksUri : public testing::Test {
 protected:
  JwksUri() {
    add("signer", {{"use.jwks.url", "true"}, {"jwks.url", kAddress}});
    publish({"k1"});
  }
  void add(const std::string& id, std::map<std::string, std::string> attributes) {
    server_.add_client(id, [&](Client& client) {
      client.public_client = false;
      client.authenticator_type = "client-jwt";
      client.attributes.merge(attributes);
    });
  }
  void publish(const std::vector<std::string>& kids) {
    std::vector<jose::PublicJwk> keys;
    for (const auto& kid : kids) {
      keys.push_back({jose::test_private_key(crypto::KeyType::kEcP256).public_key(), kid, "ES256", "sig", ""});
    }
    server_.fetcher.serve_json(kAddress, jose::jwks_json(keys));
  }
  /// Revoking an unknown token answers 200 to every client that is proven.
  web::Response send(const std::string& kid = "k1", const std::string& client = "signer") {
    json::object claims = {{"iss", client}, {"sub", client}, {"aud", kIssuer}, {"jti", std::to_string(++count_)}};
    claims["exp"] = epoch_seconds(server_.clock.now()) + 60;
    const auto header = R"({"alg":"ES256","kid":")" + kid + R"("})";
    const auto key = jose::test_signing_key(jose::Algorithm::kES256);
    return server_.post("/revoke", {{"client_assertion_type", std::string(kType)},
                                    {"client_assertion", jose::sign_by_hand(key, header, json::serialize(claims))},
                                    {"token", "x"}});
  }
  void expect_no_key(const web::Response& response) {
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(string_or(body_of(response), "error_description", ""),
              "Client authentication with signed JWT failed: Unable to load public key");
  }
  [[nodiscard]] std::size_t calls() const { return server_.fetcher.calls.size(); }

  Server server_;
  int count_ = 0;
};

TEST_F(JwksUri, refuses_addresses_that_are_none) {
  for (const auto* url : {"", "file:///etc/passwd", "keys", "https://u:p@rp.example/keys"}) {
    const auto id = "odd" + std::to_string(++count_);
    add(id, {{"use.jwks.url", "true"}, {"jwks.url", url}});
    expect_no_key(send("k1", id));
  }
  EXPECT_EQ(calls(), 0U);
}

TEST_F(JwksUri, refuses_plain_http_for_clients_that_registered_themselves) {  // attack class 10
  const std::string url = "http://rp.example/keys";
  server_.fetcher.serve_json(url, "{}");
  add("self", {{"use.jwks.url", "true"}, {"jwks.url", url}, {"cardea.self.registered", "true"}});
  expect_no_key(send("k1", "self"));
  EXPECT_EQ(calls(), 0U);
  add("self2", {{"use.jwks.url", "true"}, {"jwks.url", kAddress}, {"cardea.self.registered", "true"}});
  EXPECT_EQ(send("k1", "self2").status, 200);
  EXPECT_TRUE(std::holds_alternative<web::ClientUrl>(server_.fetcher.calls.at(0).url));
}

TEST_F(JwksUri, refuses_keys_in_the_record_when_the_address_counts) {
  const std::vector<jose::PublicJwk> keys = {
      {jose::test_private_key(crypto::KeyType::kEcP256).public_key(), "old", "ES256", "sig", ""}};
  add("moved", {{"use.jwks.url", "true"},
                {"jwks.url", "https://gone.example/keys"},
                {"use.jwks.string", "true"},
                {"jwks.string", jose::jwks_json(keys)}});
  expect_no_key(send("old", "moved"));
}

TEST_F(JwksUri, refuses_to_ask_more_often_than_the_floor) {
  expect_no_key(send("unknown"));
  EXPECT_EQ(calls(), 1U);
  for (int i = 0; i < 20; ++i) expect_no_key(send("unknown" + std::to_string(i)));
  EXPECT_EQ(calls(), 1U);
  EXPECT_EQ(send().status, 200) << "known keys serve all the while";
  server_.clock.advance(seconds{10});
  expect_no_key(send("unknown"));
  EXPECT_EQ(calls(), 2U);
}

TEST_F(JwksUri, refuses_when_nothing_was_ever_read_and_asks_again_after_the_floor) {
  server_.fetcher.serve(kAddress, [](const auto&) -> web::Fetched { return refuse(web::FetchError::kTimeout); });
  expect_no_key(send());
  expect_no_key(send());
  EXPECT_EQ(calls(), 1U);
  publish({"k1"});
  server_.clock.advance(seconds{10});
  EXPECT_EQ(send().status, 200);
  EXPECT_TRUE(server_.log.contains("jwks_timeout"));
}

TEST_F(JwksUri, refuses_answers_that_are_no_key_set) {
  for (const auto* body : {"", "{}", "[]", "<html>", R"({"keys":[{"kty":"oct","k":"c2VjcmV0"}]})"}) {
    server_.fetcher.serve_json(kAddress, body);
    server_.clock.advance(seconds{10});
    expect_no_key(send());
  }
  server_.fetcher.serve(kAddress, [](const auto&) -> web::Fetched { return web::FetchResponse{.status = 302}; });
  server_.clock.advance(seconds{10});
  expect_no_key(send());
}

TEST_F(JwksUri, a_new_key_is_fetched_once_and_then_known) {
  EXPECT_EQ(send().status, 200);
  EXPECT_EQ(send().status, 200);
  EXPECT_EQ(calls(), 1U);
  publish({"k1", "k2"});
  server_.clock.advance(seconds{10});
  EXPECT_EQ(send("k2").status, 200);
  EXPECT_EQ(send("k2").status, 200);
  EXPECT_EQ(calls(), 2U);
  EXPECT_TRUE(server_.fetcher.calls.at(0).join);
}

TEST_F(JwksUri, a_withdrawn_key_ends_within_the_hour) {
  EXPECT_EQ(send().status, 200);
  publish({"k2"});
  server_.clock.advance(seconds{3600});
  expect_no_key(send("k1"));
}

TEST_F(JwksUri, keys_in_memory_serve_while_the_address_is_down) {
  EXPECT_EQ(send().status, 200);
  server_.fetcher.serve(kAddress, [](const auto&) -> web::Fetched { return refuse(web::FetchError::kUnreachable); });
  server_.clock.advance(seconds{3600});
  EXPECT_EQ(send().status, 200);
  server_.clock.advance(seconds{86'400});
  expect_no_key(send());
}

}  // namespace
}  // namespace cardea::protocol
