#include "domain/interaction_json.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

Interaction plain() {
  Interaction out;
  out.id = "tab1";
  out.realm = RealmId("11111111-1111-4111-8111-111111111111");
  out.browser_hash = "hash-of-cookie";
  out.expires_at = from_epoch_milliseconds(1'767'225'600'123);
  out.request.client = ClientId("22222222-2222-4222-8222-222222222222");
  out.request.client_id = "app";
  out.request.redirect_uri = "https://app.example.com/cb";
  return out;
}

Interaction full() {
  auto out = plain();
  out.request.redirect_uri_sent = false;
  out.request.response_type = "code id_token";
  out.request.response_mode = ResponseMode::kFormPost;
  out.request.scope = "openid email";
  out.request.state = "a \"state\" \\ \xc3\xa4 <&>";
  out.request.nonce = "n-1";
  out.request.code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  out.request.challenge_method = ChallengeMethod::kPlain;
  out.request.prompt_login = true;
  out.request.prompt_none = true;
  out.request.max_age = 0;
  out.request.login_hint = "ada";
  out.request.ui_locales = "de en";
  out.request.device_user_code = "BCDF-GHJK";
  out.request.resources = "https://api.example https://b.example/x";
  out.request.claims = R"({"id_token":{"acr":{"essential":true}}})";
  out.request.acr_values = "gold silver";
  out.request.acr_essential = true;
  out.request.dpop_jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
  out.request.kc_action = "UPDATE_PASSWORD";
  out.request.kc_action_status = "success";
  out.request.pushed_hash = "hash-of-handle";
  out.request.link_handle = "handle";
  out.request.link_provider = "up";
  AwaitingActions actions;
  actions.proven = {.user = UserId("u1"), .auth_time = 1767225600, .acr = "1", .remember_me = true, .levels = {1, 2}};
  actions.proven.session = SessionId("s1");
  actions.proven.credential_stamp = 1767225600123;
  actions.proven.upstream = UpstreamProof{.provider = "up"};
  actions.proven.methods = {{.reference = "otp", .max_age = 60, .auth_time = 1767225600}};
  actions.actions = {"UPDATE_PASSWORD", "VERIFY_EMAIL"};
  out.stage = actions;
  return out;
}

void expect_equal(const AuthorizationRequest& a, const AuthorizationRequest& b) {
  EXPECT_EQ(a.client, b.client);
  EXPECT_EQ(a.client_id, b.client_id);
  EXPECT_EQ(a.redirect_uri, b.redirect_uri);
  EXPECT_EQ(a.redirect_uri_sent, b.redirect_uri_sent);
  EXPECT_EQ(a.response_type, b.response_type);
  EXPECT_EQ(a.response_mode, b.response_mode);
  EXPECT_EQ(a.scope, b.scope);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.nonce, b.nonce);
  EXPECT_EQ(a.code_challenge, b.code_challenge);
  EXPECT_EQ(a.challenge_method, b.challenge_method);
  EXPECT_EQ(a.prompt_login, b.prompt_login);
  EXPECT_EQ(a.prompt_none, b.prompt_none);
  EXPECT_EQ(a.max_age, b.max_age);
  EXPECT_EQ(a.login_hint, b.login_hint);
  EXPECT_EQ(a.ui_locales, b.ui_locales);
  EXPECT_EQ(a.device_user_code, b.device_user_code);
  EXPECT_EQ(a.resources, b.resources);
  EXPECT_EQ(a.claims, b.claims);
  EXPECT_EQ(a.acr_values, b.acr_values);
  EXPECT_EQ(a.acr_essential, b.acr_essential);
  EXPECT_EQ(a.dpop_jkt, b.dpop_jkt);
  EXPECT_EQ(a.kc_action, b.kc_action);
  EXPECT_EQ(a.kc_action_status, b.kc_action_status);
  EXPECT_EQ(a.pushed_hash, b.pushed_hash);
  EXPECT_EQ(a.link_handle, b.link_handle);
  EXPECT_EQ(a.link_provider, b.link_provider);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from << " in " << text;
  return text.replace(at, from.size(), to);
}

TEST(InteractionJson, refuses_what_is_not_an_interaction) {
  for (const auto* text : {"", "{}", "[]", "null", "{\"v\":1}", "{\"v\":\"1\"}", "not json", "{\"v\":1} "}) {
    EXPECT_FALSE(interaction_from_json(text).has_value()) << text;
  }
}

TEST(InteractionJson, refuses_another_version) {
  const auto text = replaced(to_json(plain()), "\"v\":1", "\"v\":2");
  EXPECT_EQ(interaction_from_json(text).error(), InteractionJsonError::kVersion);
}

TEST(InteractionJson, refuses_each_missing_or_emptied_member) {
  const auto text = to_json(full());
  for (const auto* member : {"i", "r", "b", "c", "ci", "ru", "u", "ac"}) {
    const auto begin = text.find("\"" + std::string(member) + "\":\"");
    ASSERT_NE(begin, std::string::npos) << member;
    const auto value = begin + std::string_view(member).size() + 4;
    auto emptied = text;
    emptied.erase(value, text.find('"', value) - value);
    EXPECT_FALSE(interaction_from_json(emptied).has_value()) << emptied;
    EXPECT_FALSE(interaction_from_json(replaced(text, "\"" + std::string(member) + "\":", "\"x\":")).has_value())
        << member;
  }
  EXPECT_FALSE(interaction_from_json(replaced(text, "\"e\":", "\"x\":")).has_value());
  EXPECT_FALSE(interaction_from_json(replaced(text, "\"at\":", "\"x\":")).has_value());
}

TEST(InteractionJson, refuses_no_stage_and_two_stages) {
  const auto text = to_json(plain());
  EXPECT_FALSE(interaction_from_json(replaced(text, "\"l\":", "\"x\":")).has_value());
  EXPECT_FALSE(interaction_from_json(replaced(text, "\"l\":{}", R"("l":{},"p":{"u":"u1","at":1,"ac":"1","do":["A"]})"))
                   .has_value());
}

TEST(InteractionJson, refuses_proof_without_actions_or_with_odd_ones) {
  const auto text = to_json(full());
  const std::string actions = R"("do":["UPDATE_PASSWORD","VERIFY_EMAIL"])";
  for (const auto* odd : {R"("do":[])", R"("do":[1])", R"("do":[""])", R"("do":"UPDATE_PASSWORD")", R"("do":null)"}) {
    EXPECT_FALSE(interaction_from_json(replaced(text, actions, odd)).has_value()) << odd;
  }
}

TEST(InteractionJson, refuses_steps_that_prove_nothing_or_belong_to_somebody_else) {
  auto steps = plain();
  steps.stage = AwaitingSteps{.progress = {.user = UserId("ada"),
                                           .results = {{"x-1", Proof::kPassword, UserId("ada")},
                                                       {"x-2", Proof::kUpstream, UserId("ada"), "up"}},
                                           .remember_me = true},
                              .failures = 2,
                              .session = SessionId("s1"),
                              .credential_stamp = -1,
                              .upstream = UpstreamProof{.provider = "up",
                                                        .issuer = "https://up.example",
                                                        .subject = "u-1",
                                                        .sid = "there",
                                                        .username = "ada",
                                                        .auth_time = 7,
                                                        .level = 2,
                                                        .methods = {"mfa", "hwk"},
                                                        .notes = {{"dept", "Sales"}, {"a\"b", ""}}}};
  const auto text = to_json(steps);
  const auto after = interaction_from_json(text);
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(std::get<AwaitingSteps>(after->stage).progress, std::get<AwaitingSteps>(steps.stage).progress);
  EXPECT_EQ(std::get<AwaitingSteps>(after->stage).failures, 2);
  EXPECT_EQ(std::get<AwaitingSteps>(after->stage).session, SessionId("s1"));
  EXPECT_EQ(std::get<AwaitingSteps>(after->stage).credential_stamp, -1);
  EXPECT_EQ(std::get<AwaitingSteps>(after->stage).upstream, std::get<AwaitingSteps>(steps.stage).upstream);
  const std::string result = R"({"x":"x-1","p":"password","u":"ada"})";
  for (const auto* odd : {"", "1", R"({"x":"x-1","p":"password","u":"bob"})", R"({"x":"x-1","p":"magic","u":"ada"})",
                          R"({"x":"","p":"password","u":"ada"})", R"({"x":"x-1","p":"password","u":"ada","v":"up"})",
                          R"({"x":"x-1","p":"password","u":"ada","v":1})"}) {
    EXPECT_FALSE(interaction_from_json(replaced(text, result, odd)).has_value()) << odd;
  }
  EXPECT_FALSE(interaction_from_json(replaced(text, "\"f\":2", "\"f\":9")).has_value());
  EXPECT_FALSE(interaction_from_json(replaced(text, R"("dept":"Sales")", R"("dept":1)")).has_value());
  EXPECT_FALSE(interaction_from_json(replaced(text, R"("dept":"Sales")", R"("":"Sales")")).has_value());
  auto& results = std::get<AwaitingSteps>(steps.stage).progress.results;
  results = {{"x-1", Proof::kUsername, UserId("ada")}};  // a name alone proves nothing
  EXPECT_FALSE(interaction_from_json(to_json(steps)).has_value());
}

TEST(InteractionJson, refuses_an_emptied_session_and_stamps_that_are_no_numbers) {
  const auto text = to_json(full());
  EXPECT_FALSE(interaction_from_json(replaced(text, R"("si":"s1")", R"("si":"")")).has_value());
  EXPECT_FALSE(interaction_from_json(replaced(text, R"("cs":1767225600123)", R"("cs":"x")")).has_value());
  EXPECT_FALSE(interaction_from_json(replaced(text, R"("am":[{"r":"otp")", R"("am":[{"r":"")")).has_value());
}

TEST(InteractionJson, refuses_unknown_response_mode_and_wrong_types) {
  const auto text = to_json(plain());
  EXPECT_FALSE(interaction_from_json(replaced(text, R"("rm":"q")", R"("rm":"z")")).has_value());
  EXPECT_FALSE(interaction_from_json(replaced(text, R"("rm":"q")", R"("rm":"q","st":1)")).has_value());
  EXPECT_FALSE(interaction_from_json(replaced(text, R"("rm":"q")", R"("rm":"q","pl":"true")")).has_value());
}

TEST(InteractionJson, passes_over_members_of_a_later_release) {
  EXPECT_TRUE(
      interaction_from_json(replaced(to_json(plain()), "\"v\":1", "\"v\":1,\"later\":{\"x\":[1]}")).has_value());
}

TEST(InteractionJson, round_trips_login_stage) {
  auto before = plain();
  before.stage = AwaitingLogin{"ada"};
  const auto after = interaction_from_json(to_json(before));
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->id, before.id);
  EXPECT_EQ(after->realm, before.realm);
  EXPECT_EQ(after->browser_hash, before.browser_hash);
  EXPECT_EQ(after->expires_at, before.expires_at);
  expect_equal(after->request, before.request);
  ASSERT_TRUE(std::holds_alternative<AwaitingLogin>(after->stage));
  EXPECT_EQ(std::get<AwaitingLogin>(after->stage).username_shown, "ada");
}

TEST(InteractionJson, round_trips_every_member) {
  const auto before = full();
  const auto after = interaction_from_json(to_json(before));
  ASSERT_TRUE(after.has_value());
  expect_equal(after->request, before.request);
  const auto& stage = std::get<AwaitingActions>(after->stage);
  EXPECT_EQ(stage.proven.user, UserId("u1"));
  EXPECT_EQ(stage.proven.auth_time, 1767225600);
  EXPECT_EQ(stage.proven.acr, "1");
  EXPECT_TRUE(stage.proven.remember_me);
  EXPECT_EQ(stage.proven.session, SessionId("s1"));
  EXPECT_EQ(stage.proven.credential_stamp, 1767225600123);
  EXPECT_EQ(stage.proven.upstream, UpstreamProof{.provider = "up"});
  EXPECT_EQ(stage.proven.methods, std::get<AwaitingActions>(before.stage).proven.methods);
  EXPECT_EQ(stage.actions, (std::vector<std::string>{"UPDATE_PASSWORD", "VERIFY_EMAIL"}));
}

TEST(InteractionJson, tells_an_empty_state_from_none) {
  auto before = plain();
  EXPECT_EQ(interaction_from_json(to_json(before))->request.state, std::nullopt);
  before.request.state = "";
  EXPECT_EQ(interaction_from_json(to_json(before))->request.state, "");
}

TEST(InteractionJson, is_compact) { EXPECT_LT(to_json(plain()).size(), 320U); }

}  // namespace
}  // namespace cardea
