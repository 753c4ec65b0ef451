// A gate in front of one application with roles, and a browser that signs in there, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "base/uri.h"
#include "gate/front/gate_fixture.h"
#include "web/form.h"

namespace cardea::gate {

inline constexpr std::string_view kIssuer = "https://id.example/realms/r";
inline constexpr std::string_view kSettings = R"({
  "providers": {"id": {"issuer": "https://id.example/realms/r", "jwks-url": "https://id.example/keys", "audiences": ["Domino"]},
                "other": {"issuer": "https://other.example", "jwks-url": "https://other.example/keys", "audiences": ["Domino"]}},
  "applications": [
    {"name": "Flows", "hosts": ["app.example"], "providers": ["id"], "answers": "keep",
     "roles": {"reader": ["read:*"], "admin": ["read:*", "write:*"]},
     "role-rules": [{"claim": "groups", "values": ["admins"], "role": "admin"},
                    {"claim": "groups", "values": ["readers"], "role": "reader"}],
     "requests": [{"path": "/open/**", "open": true},
                  {"path": "/flows/**", "methods": ["GET"], "permission": "read:flow"},
                  {"path": "/flows/**", "methods": ["POST"], "permission": "write:flow"}],
     "headers": {"X-Groups": "groups"},
     "sign-in": {"issuer": "https://id.example/realms/r", "client-id": "flows", "client-secret": "s3cret",
                 "callback-path": "/oauth/callback/keycloak"}}]})";

class GateFront : public ::testing::Test {
 protected:
  GateWorld world;
  const crypto::PrivateKey& private_key = named_private_key("id", crypto::KeyType::kRsa);
  const jose::SigningKey& key = named_key("id", jose::Algorithm::kRS256);

  explicit GateFront(const GateStore* store = nullptr) : world(kSettings, no_files(), store) {
    serve_keys(world.fetcher, "https://id.example/keys", private_key, "id");
    world.fetcher.serve_json("https://id.example/realms/r/.well-known/openid-configuration", R"({
      "issuer":"https://id.example/realms/r","authorization_endpoint":"https://id.example/auth",
      "token_endpoint":"https://id.example/token","jwks_uri":"https://id.example/keys",
      "end_session_endpoint":"https://id.example/logout","id_token_signing_alg_values_supported":["RS256"],
      "token_endpoint_auth_methods_supported":["client_secret_basic"]})");
  }

  std::string token(json::array groups) {
    auto claims = good_claims(kIssuer);
    claims["groups"] = std::move(groups);
    return token_of(key, claims);
  }
  web::Response ask(std::string_view method, std::string_view target, const std::string& token,
                    std::string_view path = "/gate/check") {
    auto request = GateWorld::question(method, target, path);
    if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
    return world.run(request);
  }
  web::Response open_page(std::string_view target, const std::string& cookies = {},
                          std::string_view path = "/gate/forward") {
    auto request = GateWorld::question("GET", target, path);
    request.headers.push_back({"Accept", "text/html"});
    if (!cookies.empty()) request.headers.push_back({"Cookie", cookies});
    return world.run(request);
  }
};

/// A browser that signs in: from the page through the provider and back.
class GateSignIn : public GateFront {
 protected:
  std::string nonce, state, cookies;
  json::object extra_claims;
  std::string audience = "flows";
  int expires_in = 300;
  std::string refresh_answer_error;
  int refresh_answer_status = 400;
  std::string refresh_token = "r1";          // that the next answer brings
  std::function<void()> at_refresh = [] {};  // while the provider answers

  explicit GateSignIn(const GateStore* store = nullptr) : GateFront(store) {
    world.fetcher.serve("https://id.example/token", [this](const web::FetchRequest& call) -> web::Fetched {
      const bool is_refresh = call.body.find("grant_type=refresh_token") != std::string::npos;
      if (is_refresh) at_refresh();
      if (is_refresh && !refresh_answer_error.empty())
        return web::FetchResponse{
            .status = refresh_answer_status, .headers = {}, .body = R"({"error":")" + refresh_answer_error + R"("})"};
      json::object claims{{"iss", kIssuer}, {"sub", "u1"},    {"aud", audience},
                          {"sid", "s1"},    {"nonce", nonce}, {"preferred_username", "ada"}};
      claims["iat"] = epoch_seconds(world.clock.now());
      claims["exp"] = epoch_seconds(world.clock.now()) + 300;
      claims["groups"] = json::array{"readers"};
      for (const auto& [name, value] : extra_claims) claims.insert_or_assign(name, value);
      json::object answer{{"access_token", "opaque"},
                          {"token_type", "Bearer"},
                          {"expires_in", expires_in},
                          {"refresh_token", refresh_token},
                          {"id_token", token_of(key, claims)}};
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
    });
  }

  void take_cookies(const web::Response& response) {
    for (const auto& header : response.headers) {
      if (header.name != "Set-Cookie") continue;
      cookies += (cookies.empty() ? "" : "; ") + header.value.substr(0, header.value.find(';'));
    }
  }
  void leave(std::string_view target) {
    const auto response = open_page(target);
    const auto url = parse_uri(*response.find_header("Location"));
    const auto query = web::Form::parse(*url->query);
    state = *query->value("state");
    nonce = *query->value("nonce");
    take_cookies(response);
  }
  web::Response come_back(std::string query) {
    auto request = GateWorld::question("GET", "/", "/oauth/callback/keycloak");
    request.query = std::move(query);
    request.headers.push_back({"Cookie", cookies});
    return world.run(request);
  }
  web::Response sign_in(std::string_view target) {
    leave(target);
    auto response = come_back("code=c1&state=" + state);
    if (response.status == 302) cookies.clear();
    take_cookies(response);
    return response;
  }
  web::Response log_out(web::Method method, const std::vector<web::Header>& headers) {
    auto request = GateWorld::question("GET", "/logout", "/logout");
    request.method = method;
    request.headers.push_back({"Cookie", cookies});
    request.headers.insert(request.headers.end(), headers.begin(), headers.end());
    return world.run(request);
  }
  bool is_signed_in() { return open_page("/flows/a", cookies, "/gate/check").status == 200; }
};

}  // namespace cardea::gate
