// Keep behind the gate with Entra ID (guides.md G0), by the environment variables that its guide prints: what the
// end-to-end tests do not prove with a real clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uri.h"
#include "gate/front/gate_fixture.h"
#include "web/form.h"

namespace cardea::gate {
namespace {

using testing::HasSubstr;

constexpr std::string_view kTenant = "6f0d1d0e-1111-4222-8333-444455556666";
constexpr std::string_view kClient = "0b8f3c52-aaaa-4bbb-8ccc-ddddeeee0001";
constexpr std::string_view kAdmins = "3a7c1e90-0000-4000-8000-00000000ad01";
constexpr std::string_view kNoc = "3a7c1e90-0000-4000-8000-00000000c0c1";
const std::string kAuthority = "https://login.example/" + std::string(kTenant);

GateFiles keep_files(const std::string& tenant = std::string(kTenant)) {
  auto files = no_files();
  files.environment = {{"AUTH_TYPE", "AZUREAD"},
                       {"KEEP_AZUREAD_TENANT_ID", tenant},
                       {"KEEP_AZUREAD_CLIENT_ID", std::string(kClient)},
                       {"KEEP_AZUREAD_CLIENT_SECRET", "s3cret"},
                       {"KEEP_AZUREAD_ADMIN_GROUP_ID", std::string(kAdmins)},
                       {"KEEP_AZUREAD_NOC_GROUP_ID", std::string(kNoc)}};
  return files;
}

constexpr std::string_view kSettings = R"({"applications": [{"name": "Keep", "hosts": ["app.example"],
  "keep": "environment", "keep-authority": "https://login.example", "keep-version-1-issuer": "https://sts.example",
  "keep-graph": "https://graph.example", "keep-client-secret-ends": "2026-03-02", "headers": {"X-Amr": "amr"}}]})";

class GateKeep : public ::testing::Test {
 protected:
  GateWorld world{kSettings, keep_files()};
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

TEST_F(GateKeep, G0_16_kid_attacks) {
  EXPECT_EQ(call(token_of(key, claims())).status, 200);
  const auto& stranger = named_private_key("stranger", crypto::KeyType::kRsa);
  const auto signing = jose::SigningKey::make(stranger.clone(), "stranger", jose::Algorithm::kRS256).value();
  const auto jwk = jose::jwks_json(std::vector<jose::PublicJwk>{
      {.key = stranger.public_key(), .kid = "stranger", .alg = "RS256", .use = "sig", .certificate_der = {}}});
  world.clock.advance(upstream::kKeysFloor);
  const auto fetches = key_fetches();
  for (int i = 0; i < 20; ++i) {
    json::object header{{"alg", "RS256"}, {"kid", "made-up-" + std::to_string(i)}};
    if (i % 4 == 1) header["jwk"] = parse_json(jwk)->at("keys").at(0);
    if (i % 4 == 2) header["jku"] = "https://evil.example/keys";
    if (i % 4 == 3) header["x5u"] = "https://evil.example/cert", header["x5c"] = json::array{"AAAA"};
    const auto answer = call(jose::sign_by_hand(signing, json::serialize(header), json::serialize(claims())));
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.body_text(), R"({"detail":"Invalid token signing key"})");
  }
  EXPECT_EQ(key_fetches(), fetches + 1) << "once in a cool-down, however many come";
  for (const auto& sent : world.fetcher.calls)
    EXPECT_THAT(web::text_of(sent.url), testing::Not(HasSubstr("evil.example")));
}

TEST_F(GateKeep, G0_17_key_rollover) {
  const auto old_token = token_of(key, claims());
  EXPECT_EQ(call(old_token).status, 200);
  publish({"entra", "entra-2"});
  world.clock.advance(upstream::kKeysFloor);
  const auto fetches = key_fetches();
  const auto& next = named_key("entra-2", jose::Algorithm::kRS256);
  EXPECT_EQ(call(token_of(next, claims())).status, 200) << "without a restart";
  EXPECT_EQ(key_fetches(), fetches + 1);
  EXPECT_EQ(call(old_token).status, 200) << "until its key leaves the set";
  publish({"entra-2"});
  world.clock.advance(upstream::kFresh);
  world.gate.refresh_keys(world.fetcher);
  EXPECT_EQ(call(token_of(key, claims())).status, 401);
  EXPECT_EQ(call(token_of(next, claims())).status, 200);
}

TEST_F(GateKeep, G0_24_disabled_user) {
  ASSERT_EQ(sign_in().status, 302);
  EXPECT_EQ(browse("/incidents", "/gate/check").status, 200);
  refresh_answer = {
      .status = 400,
      .headers = {},
      .body = R"({"error":"invalid_grant","error_description":"AADSTS50057: The user account is disabled."})"};
  world.clock.advance(seconds{3601});
  EXPECT_EQ(browse("/incidents", "/gate/check").status, 401) << "at the end of the access token at the latest";
  EXPECT_TRUE(world.log.contains("invalid_grant"));
}

TEST_F(GateKeep, G0_26_secret_expired) {
  ASSERT_EQ(sign_in().status, 302);
  const auto kept = cookies;
  refresh_answer = {
      .status = 401,
      .headers = {},
      .body =
          R"({"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."})"};
  world.clock.advance(seconds{3601});
  EXPECT_EQ(browse("/incidents", "/gate/check").status, 200) << "who is in stays in";
  world.fetcher.serve(kAuthority + "/token", [this](const auto&) -> web::Fetched { return refresh_answer; });
  cookies.clear();
  const auto page = sign_in();
  EXPECT_EQ(page.status, 400);
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("administrator must look at the client"));
  EXPECT_TRUE(world.log.contains("gate_client_refused"));
}

/// The administrator was told 30, 14, 7 and 1 days before, each once. The clock stands at 2026-01-01.
TEST_F(GateKeep, G0_26_secret_expired_is_told_before) {
  const auto told = [&] {
    world.gate.refresh_keys(world.fetcher);
    world.gate.refresh_keys(world.fetcher);
    return world.log.count("gate_client_secret_end");
  };
  EXPECT_EQ(told(), 0U);
  std::size_t expected = 0;
  for (const int day : {30, 46, 53, 59, 60}) {  // 30, 14, 7, 1 days left, and over
    world.clock.advance(std::chrono::hours(24 * day) - (world.clock.now() - FakeClock().now()));
    EXPECT_EQ(told(), ++expected) << day;
  }
}

TEST_F(GateKeep, G0_27_session_outlives_token) {
  ASSERT_EQ(sign_in().status, 302);
  for (int hour = 0; hour < 5; ++hour) {
    world.clock.advance(std::chrono::minutes(70));
    const auto calls = world.fetcher.calls.size();
    EXPECT_EQ(browse("/alerts", "/gate/check").status, 200) << hour;
    EXPECT_GT(world.fetcher.calls.size(), calls) << "refreshed behind the person's back";
  }
}

TEST_F(GateKeep, G0_29_guest_user) {
  const std::pair<const char*, const char*> guests[] = {{"live.com#joe@x.org", "joe@x.org"},
                                                        {"joe_x.org#EXT#@t.onmicrosoft.com", "joe@x.org"}};
  for (const auto& [written, shown] : guests) {
    person["preferred_username"] = written;
    person["oid"] = "o-joe";
    const auto answer = call(token_of(key, claims()));
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(*answer.find_header("X-Auth-Name"), shown);
    EXPECT_EQ(*answer.find_header("X-Auth-Subject"), std::string(kTenant) + "/o-joe");
  }
  // Whoever takes the same name is somebody else all the same.
  person["preferred_username"] = "joe@x.org";
  person["oid"] = "o-other";
  EXPECT_EQ(*call(token_of(key, claims())).find_header("X-Auth-Subject"), std::string(kTenant) + "/o-other");
}

TEST_F(GateKeep, G0_33_multi_factor) {
  ASSERT_EQ(sign_in().status, 302);
  const std::string wanted = R"({"access_token":{"acrs":{"essential":true,"value":"c1"}}})";
  refresh_answer = {
      .status = 400,
      .headers = {},
      .body = json::serialize(json::object{
          {"error", "interaction_required"}, {"error_description", "AADSTS50076: multi-factor"}, {"claims", wanted}})};
  world.clock.advance(seconds{3601});
  EXPECT_EQ(browse("/incidents", "/gate/check").status, 401);
  person["amr"] = json::array{"pwd", "mfa"};
  EXPECT_EQ(sign_in().status, 302);
  const auto query = web::Form::parse(*parse_uri(last_location)->query);
  EXPECT_EQ(query->value("claims").value_or(""), wanted);
  const auto in = browse("/incidents", "/gate/check");
  EXPECT_EQ(in.status, 200);
  EXPECT_EQ(*in.find_header("X-Amr"), "pwd,mfa");
  cookies.clear();
  ASSERT_EQ(sign_in().status, 302);
  EXPECT_FALSE(web::Form::parse(*parse_uri(last_location)->query)->value("claims")) << "asked once, no loop";
}

/// A rule of the gate may ask for the second factor itself.
TEST(GateKeepFactors, a_rule_refuses_whoever_came_with_one_factor) {
  RoleRules rules{.roles = {{.name = "admin", .permissions = {}}},
                  .rules = {{.claim = *ClaimPath::parse("amr"), .values = {"mfa"}, .role = "admin"}},
                  .default_role = std::nullopt};
  EXPECT_EQ(decide_role(rules, {{"amr", json::array{"pwd"}}}).role, nullptr);
  EXPECT_NE(decide_role(rules, {{"amr", json::array{"pwd", "mfa"}}}).role, nullptr);
}

}  // namespace
}  // namespace cardea::gate
