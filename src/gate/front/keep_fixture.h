// Keep behind the gate with Entra ID (guides.md G0), by the environment variables that its guide prints, for the tests
// of this folder.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/uri.h"
#include "gate/front/gate_fixture.h"
#include "web/form.h"

namespace cardea::gate {

inline constexpr std::string_view kTenant = "6f0d1d0e-1111-4222-8333-444455556666";
inline constexpr std::string_view kClient = "0b8f3c52-aaaa-4bbb-8ccc-ddddeeee0001";
inline constexpr std::string_view kAdmins = "3a7c1e90-0000-4000-8000-00000000ad01";
inline constexpr std::string_view kNoc = "3a7c1e90-0000-4000-8000-00000000c0c1";
inline const std::string kAuthority = "https://login.example/" + std::string(kTenant);

inline GateFiles keep_files(const std::string& tenant = std::string(kTenant)) {
  auto files = no_files();
  files.environment = {{"AUTH_TYPE", "AZUREAD"},
                       {"KEEP_AZUREAD_TENANT_ID", tenant},
                       {"KEEP_AZUREAD_CLIENT_ID", std::string(kClient)},
                       {"KEEP_AZUREAD_CLIENT_SECRET", "s3cret"},
                       {"KEEP_AZUREAD_ADMIN_GROUP_ID", std::string(kAdmins)},
                       {"KEEP_AZUREAD_NOC_GROUP_ID", std::string(kNoc)}};
  return files;
}

inline constexpr std::string_view kKeepSettings = R"({"applications": [{"name": "Keep", "hosts": ["app.example"],
  "keep": "environment", "keep-authority": "https://login.example", "keep-version-1-issuer": "https://sts.example",
  "keep-graph": "https://graph.example", "keep-client-secret-ends": "2026-03-02", "headers": {"X-Amr": "amr"}}]})";

class GateKeep : public ::testing::Test {
 protected:
  GateWorld world{kKeepSettings, keep_files()};
  const jose::SigningKey& key = named_key("entra", jose::Algorithm::kRS256);
  json::object person{{"preferred_username", "ana@t.example"}, {"oid", "o-ana"}, {"groups", json::array{kAdmins}}};
  std::string nonce, state, cookies, last_location;
  web::FetchResponse refresh_answer{.status = 0, .headers = {}, .body = {}};  // status 0: a good one

  GateKeep() {
    publish({"entra"});
    world.fetcher.serve_json(kAuthority + "/v2.0/.well-known/openid-configuration",
                             R"({"issuer":")" + kAuthority + R"(/v2.0","authorization_endpoint":")" + kAuthority +
                                 R"(/authorize","token_endpoint":")" + kAuthority + R"(/token","jwks_uri":")" +
                                 kAuthority +
                                 R"(/discovery/v2.0/keys","id_token_signing_alg_values_supported":["RS256"],
                                 "token_endpoint_auth_methods_supported":["client_secret_post"]})");
    world.fetcher.serve(kAuthority + "/token", [this](const web::FetchRequest& call) -> web::Fetched {
      if (refresh_answer.status != 0 && call.body.find("grant_type=refresh_token") != std::string::npos)
        return refresh_answer;
      auto id = claims();
      id["aud"] = kClient;
      id["nonce"] = nonce;
      const json::object answer{{"token_type", "Bearer"},
                                {"expires_in", 3600},
                                {"refresh_token", "r1"},
                                {"access_token", token_of(key, claims())},
                                {"id_token", token_of(key, id)}};
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
    });
  }

  void publish(const std::vector<std::string>& names) {
    std::vector<jose::PublicJwk> keys;
    for (const auto& name : names)
      keys.push_back({.key = named_private_key(name, crypto::KeyType::kRsa).public_key(),
                      .kid = name,
                      .alg = "RS256",
                      .use = "sig",
                      .certificate_der = {}});
    world.fetcher.serve_json(kAuthority + "/discovery/v2.0/keys", jose::jwks_json(keys));
  }
  json::object claims() {
    json::object made{{"iss", kAuthority + "/v2.0"}, {"aud", kClient}, {"azp", kClient}, {"tid", kTenant},
                      {"sub", "pairwise"},           {"ver", "2.0"}};
    made["iat"] = epoch_seconds(world.clock.now());
    made["nbf"] = epoch_seconds(world.clock.now());
    made["exp"] = epoch_seconds(world.clock.now()) + 3600;
    for (const auto& [name, value] : person) made.insert_or_assign(name, value);
    return made;
  }
  web::Response call(const std::string& token) {
    auto request = GateWorld::question("GET", "/alerts", "/gate/forward");
    request.headers.push_back({"Authorization", "Bearer " + token});
    return world.run(request);
  }
  web::Response browse(std::string_view target = "/incidents", std::string_view path = "/gate/forward") {
    auto request = GateWorld::question("GET", target, path);
    request.headers.push_back({"Accept", "text/html"});
    if (!cookies.empty()) request.headers.push_back({"Cookie", cookies});
    return world.run(request);
  }
  void take_cookies(const web::Response& response) {
    for (const auto& header : response.headers)
      if (header.name == "Set-Cookie" && header.value.find("Max-Age=0") == std::string::npos)
        cookies += (cookies.empty() ? "" : "; ") + header.value.substr(0, header.value.find(';'));
  }
  web::Response sign_in() {
    const auto away = browse();
    last_location = *away.find_header("Location");
    const auto query = web::Form::parse(*parse_uri(last_location)->query);
    state = *query->value("state");
    nonce = *query->value("nonce");
    take_cookies(away);
    auto request = GateWorld::question("GET", "/", "/api/auth/callback/microsoft-entra-id");
    request.query = "code=c1&state=" + state;
    request.headers.push_back({"Cookie", cookies});
    auto response = world.run(request);
    if (response.status == 302) cookies.clear();
    take_cookies(response);
    return response;
  }
  std::size_t key_fetches() const {
    return static_cast<std::size_t>(std::ranges::count_if(world.fetcher.calls, [](const web::FetchRequest& sent) {
      return web::text_of(sent.url).ends_with("/discovery/v2.0/keys");
    }));
  }
};

}  // namespace cardea::gate
