#include "gate/keep_domino/endpoints.h"

#include <gtest/gtest.h>

#include "gate/front/gate_fixture.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kSettings = R"({"applications": [{"name": "KEEP", "hosts": ["app.example"],
  "answers": "keep-domino", "tokens": false,
  "sign-in": {"issuer": "https://id.example", "client-id": "Domino", "client-secret": "s3cret"}}]})";

class KeepRelay : public ::testing::Test {
 protected:
  GateWorld world{kSettings};
  int status = 200;
  std::size_t asked = 0;

  KeepRelay() {
    world.fetcher.serve_json("https://id.example/.well-known/openid-configuration", R"({"issuer":"https://id.example",
      "authorization_endpoint":"https://id.example/auth","token_endpoint":"https://id.example/token",
      "jwks_uri":"https://id.example/keys"})");
    world.fetcher.serve("https://id.example/token", [this](const auto&) -> web::Fetched {
      ++asked;
      return web::FetchResponse{.status = status, .headers = {}, .body = "{}"};
    });
  }
  int relay(std::string body) {
    auto request = GateWorld::question("POST", "/", "/oauth/token");
    request.method = web::Method::kPost;
    request.remote_address = "192.0.2.7";
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    request.body = std::move(body);
    return world.run(request).status;
  }
};

TEST_F(KeepRelay, refuses_grants_that_try_passwords_or_other_peoples_tokens) {
  for (const auto* body : {"grant_type=password&username=a&password=b", "username=a",
                           "grant_type=", "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange",
                           "grant_type=authorization_code&grant_type=password"})
    EXPECT_EQ(relay(body), 400) << body;
  EXPECT_EQ(asked, 0U);
  for (const auto* grant : {"authorization_code", "refresh_token", "client_credentials"})
    EXPECT_EQ(relay("grant_type=" + std::string(grant)), 200) << grant;
}

TEST_F(KeepRelay, refuses_an_address_that_failed_too_often) {
  status = 401;
  for (int i = 0; i < KeepEndpoints::kAddressAttemptsMax; ++i) EXPECT_EQ(relay("grant_type=client_credentials"), 401);
  EXPECT_EQ(relay("grant_type=client_credentials"), 429);
  EXPECT_EQ(asked, std::size_t{KeepEndpoints::kAddressAttemptsMax});
  world.clock.advance(KeepEndpoints::kAttemptWindow);
  EXPECT_EQ(relay("grant_type=client_credentials"), 401);
}

}  // namespace
}  // namespace cardea::gate
