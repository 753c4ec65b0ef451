#include "gate/keep_domino/endpoints.h"

#include <gtest/gtest.h>

#include <tuple>

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
  EXPECT_EQ(world.log.count("gate_refused"), 1U);
  EXPECT_EQ(asked, std::size_t{KeepEndpoints::kAddressAttemptsMax});
  world.clock.advance(KeepEndpoints::kAttemptWindow);
  EXPECT_EQ(relay("grant_type=client_credentials"), 401);
}

/// Names and passwords at /api/v1/auth, and a provider that is asked about tokens.
class KeepLogin : public ::testing::Test {
 protected:
  GateWorld world{R"({"providers": {"id": {"issuer": "https://id.example", "jwks-url": "https://id.example/keys",
      "audiences": ["Domino"]}},
    "introspection": {"id": {"discovery-url": "https://id.example/.well-known/openid-configuration",
                             "client-id": "gate", "client-secret": "s"}},
    "applications": [{"name": "KEEP", "hosts": ["app.example"], "answers": "keep-domino", "providers": ["id"],
      "sign-in": {"issuer": "https://id.example", "client-id": "Domino", "client-secret": "s3cret"}}]})"};
  const jose::SigningKey& key = named_key("id", jose::Algorithm::kRS256);
  bool is_active = true;

  KeepLogin() {
    serve_keys(world.fetcher, "https://id.example/keys", named_private_key("id", crypto::KeyType::kRsa), "id");
    world.fetcher.serve_json("https://id.example/.well-known/openid-configuration", R"({"issuer":"https://id.example",
      "authorization_endpoint":"https://id.example/auth","token_endpoint":"https://id.example/token",
      "introspection_endpoint":"https://id.example/introspect","jwks_uri":"https://id.example/keys",
      "id_token_signing_alg_values_supported":["RS256"]})");
    world.fetcher.serve("https://id.example/introspect", [this](const auto&) -> web::Fetched {
      return web::FetchResponse{
          .status = 200, .headers = {}, .body = is_active ? R"({"active":true})" : R"({"active":false})"};
    });
    world.fetcher.serve("https://id.example/token", [this](const web::FetchRequest& call) -> web::Fetched {
      if (call.body.find("password=right") == std::string::npos)
        return web::FetchResponse{.status = 401, .headers = {}, .body = R"({"error":"invalid_grant"})"};
      json::object claims{{"iss", "https://id.example"}, {"sub", "u1"}, {"aud", "Domino"}, {"CN", "CN=Ada/O=Plant"}};
      claims["iat"] = epoch_seconds(world.clock.now());
      claims["exp"] = epoch_seconds(world.clock.now()) + 300;
      const json::object answer{
          {"access_token", "opaque"}, {"token_type", "Bearer"}, {"id_token", token_of(key, claims)}};
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
    });
  }
  int login(std::string_view user, std::string_view password, std::string address) {
    auto request = GateWorld::question("POST", "/", "/api/v1/auth");
    request.method = web::Method::kPost;
    request.remote_address = std::move(address);
    request.body = json::serialize(json::object{{"username", user}, {"password", password}});
    return world.run(request).status;
  }
  int with_token(std::string_view path) {
    auto request = GateWorld::question("GET", "/", path);
    request.headers.push_back({"Authorization", "Bearer " + token_of(key, good_claims("https://id.example"))});
    return world.run(request).status;
  }
};

/// Whoever knows a name cannot keep its owner away, and a good login counts for nothing.
TEST_F(KeepLogin, refuses_a_name_from_one_address_and_locks_nobody_else_out) {
  for (int i = 0; i < 3 * KeepEndpoints::kAddressAttemptsMax; ++i) ASSERT_EQ(login("ada", "right", "192.0.2.1"), 200);
  for (int i = 0; i < KeepEndpoints::kAttemptsMax; ++i) EXPECT_EQ(login("ADA", "wrong", "192.0.2.1"), 401);
  EXPECT_EQ(login("ada", "right", "192.0.2.1"), 429);
  EXPECT_EQ(login("ada", "right", "192.0.2.2"), 200);
  EXPECT_EQ(login("bob", "right", "192.0.2.1"), 200);
}

TEST_F(KeepLogin, asks_the_provider_at_keeps_own_paths_too) {
  EXPECT_EQ(with_token("/api/v1/userinfo"), 200);
  is_active = false;
  world.clock.advance(seconds{10});
  for (const auto* path : {"/api/v1/userinfo", "/api/v1/auth/logout", "/gate/check"})
    EXPECT_EQ(with_token(path), 401) << path;
}

TEST_F(KeepLogin, refusals_leave_a_line_with_the_correlation_id) {
  using web::Method;
  const std::tuple<Method, const char*, const char*> refusals[] = {
      {Method::kGet, "/api/v1/userinfo", "no_credential"},
      {Method::kGet, "/api/v1/auth/logout", "no_credential"},
      {Method::kPost, "/api/v1/auth", "no_username"},
      {Method::kPost, "/oauth/token", "invalid_request"},
      {Method::kGet, "/nowhere", "not_found"},
      {Method::kPut, "/logout", "method_not_allowed"}};
  std::size_t lines = 0;
  for (const auto& [method, path, reason] : refusals) {
    auto request = GateWorld::question("GET", "/", path);
    request.method = method;
    request.remote_address = "192.0.2.7";
    request.correlation_id = "c0rr";
    EXPECT_GE(world.run(request).status, 400) << path;
    EXPECT_EQ(world.log.count("c0rr"), ++lines) << path;
    EXPECT_TRUE(world.log.contains(reason)) << path;
  }
  auto forged = GateWorld::question("GET", "/", "/api/v1/userinfo");
  forged.correlation_id = "c0rr";
  forged.headers.push_back({"Authorization", "Bearer a.b.c"});
  EXPECT_EQ(world.run(forged).status, 401);
  EXPECT_EQ(world.log.count("c0rr"), ++lines);
  EXPECT_TRUE(world.log.contains("malformed_token"));
}

TEST_F(KeepLogin, refuses_tokens_of_providers_that_do_not_count_here_at_keeps_own_paths) {
  auto settings = R"({"providers": {"id": {"issuer": "https://id.example", "jwks-url": "https://id.example/keys",
      "audiences": ["Domino"]}},
    "applications": [{"name": "KEEP", "hosts": ["app.example"], "answers": "keep-domino", "tokens": false}]})";
  world.gate.replace(read_gate(parse_json(settings)->get_object(), no_files()));
  for (const auto* path : {"/api/v1/userinfo", "/api/v1/auth/logout"}) EXPECT_EQ(with_token(path), 401) << path;
}

}  // namespace
}  // namespace cardea::gate
