// Keep behind the gate with Entra ID (guides.md G0), by the environment variables that its guide prints: what the
// end-to-end tests do not prove with a real clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uri.h"
#include "gate/front/keep_fixture.h"
#include "web/form.h"

namespace cardea::gate {
namespace {

using testing::HasSubstr;

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
