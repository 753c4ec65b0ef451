// The authorization code flow through the whole server (RFC 6749 section 4.1, OpenID Connect Core section 3.1).
#include <gtest/gtest.h>

#include <thread>

#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

std::string error_of(const web::Response& response) {
  const auto body = body_of(response);
  return string_or(body, "error", "") + ": " + string_or(body, "error_description", "");
}

class CodeFlow : public testing::TestWithParam<Engine> {
 protected:
  web::Response redeem_raw(std::string_view code, Pairs changes = {}) {
    Pairs form = {{"grant_type", "authorization_code"},
                  {"client_id", "app"},
                  {"redirect_uri", "https://app.example/cb"},
                  {"code_verifier", kVerifier},
                  {"code", std::string(code)}};
    for (auto& change : changes) {
      std::erase_if(form, [&](const auto& pair) { return pair.first == change.first; });
      if (!change.second.empty()) form.push_back(change);
    }
    return server_.post("/token", form);
  }
  Server server_{GetParam()};
  Browser browser_{server_};
};

TEST_P(CodeFlow, refuses_to_redirect_to_an_unregistered_uri) {
  const auto answer = browser_.get(authorize_url({{"redirect_uri", "https://evil.example/cb"}}));
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(location(answer).empty());
  EXPECT_EQ(answer.body_text().find("evil.example"), std::string_view::npos) << "error pages never echo raw parameters";
}

TEST_P(CodeFlow, refuses_a_code_of_another_client_and_burns_it) {
  const auto code = sign_in(browser_);
  EXPECT_EQ(error_of(redeem_raw(code, {{"client_id", "second"}})),
            "invalid_grant: Auth error: Found different client_id in clientSession");
  EXPECT_EQ(error_of(redeem_raw(code)), "invalid_grant: Code not valid");
}

TEST_P(CodeFlow, a_failed_client_authentication_does_not_burn_the_code) {
  const auto code = sign_in(browser_, "ada", {{"client_id", "web"}});
  EXPECT_EQ(redeem_raw(code, {{"client_id", "web"}, {"client_secret", "wrong"}}).status, 401);
  EXPECT_EQ(redeem_raw(code, {{"client_id", "web"}, {"client_secret", "web-secret"}}).status, 200);
}

TEST_P(CodeFlow, refuses_an_empty_or_missing_secret) {  // attack class 15
  const auto code = sign_in(browser_, "ada", {{"client_id", "web"}});
  EXPECT_EQ(redeem_raw(code, {{"client_id", "web"}}).status, 401);
  EXPECT_EQ(
      server_.post("/token", {{"grant_type", "client_credentials"}, {"client_id", "service"}, {"client_secret", ""}})
          .status,
      401);
}

TEST_P(CodeFlow, refuses_a_missing_and_a_wrong_verifier) {  // RFC 7636, attack class 16
  EXPECT_EQ(error_of(redeem_raw(sign_in(browser_), {{"code_verifier", ""}})),
            "invalid_grant: PKCE code verifier not specified");
  Browser other(server_);
  EXPECT_EQ(error_of(redeem_raw(sign_in(other), {{"code_verifier", std::string(43, 'x')}})),
            "invalid_grant: PKCE verification failed: Code mismatch");
}

TEST_P(CodeFlow, refuses_a_verifier_without_a_challenge) {
  const auto code = sign_in(browser_, "ada", {{"code_challenge", ""}, {"code_challenge_method", ""}});
  EXPECT_EQ(error_of(redeem_raw(code)),
            "invalid_grant: PKCE code verifier specified but challenge not present in authorization");
}

TEST_P(CodeFlow, refuses_an_expired_code) {
  const auto code = sign_in(browser_);
  server_.clock.advance(seconds{60});
  EXPECT_EQ(error_of(redeem_raw(code)), "invalid_grant: Code not valid");
}

TEST_P(CodeFlow, refuses_a_code_from_before_a_revocation) {  // attack class 28
  const auto code = sign_in(browser_);
  server_.clock.advance(seconds{5});
  server_.change_realm([&](Realm& realm) { realm.not_before = epoch_seconds(server_.clock.now()); });
  server_.clock.advance(seconds{5});
  EXPECT_EQ(error_of(redeem_raw(code)), "invalid_grant: Code not valid")
      << "its tokens would be younger than the not-before that was to end them";
}

TEST_P(CodeFlow, a_replayed_code_is_refused_and_ends_what_the_first_use_gave) {  // RFC 6749 section 4.1.2
  const auto code = sign_in(browser_);
  const auto tokens = redeem(server_, code);
  EXPECT_EQ(error_of(redeem_raw(code)), "invalid_grant: Code not valid");
  EXPECT_EQ(string_or(refresh(server_, tokens.at("refresh_token").as_string(), 400), "error", ""), "invalid_grant");
  const auto info =
      server_.get("/userinfo", {{"Authorization", "Bearer " + std::string(tokens.at("access_token").as_string())}});
  EXPECT_EQ(info.status, 401);
  // Somebody who loads the callback page again is not signed out.
  EXPECT_NE(location_parameter(browser_.get(authorize_url({{"prompt", "none"}})), "code"), "");
}

TEST_P(CodeFlow, refuses_parameters_sent_twice_once_the_client_is_proven) {
  EXPECT_EQ(error_of(server_.post(
                "/token", {{"grant_type", "authorization_code"}, {"client_id", "app"}, {"code", "a"}, {"code", "b"}})),
            "invalid_request: duplicated parameter");
}

TEST_P(CodeFlow, of_twelve_parallel_redemptions_one_wins) {  // AC-6
  const auto code = sign_in(browser_);
  std::atomic<int> won{0}, refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&] {
      const auto answer = redeem_raw(code);
      if (answer.status == 200) ++won;
      if (answer.status == 400 && error_of(answer) == "invalid_grant: Code not valid") ++refused;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(refused, 11) << "a loser that is told to try again would be no proof";
}

TEST_P(CodeFlow, answers_with_state_session_iss_and_code_in_keycloaks_order) {
  const auto page = browser_.get(authorize_url({{"state", "a b+/="}}));
  const auto answer = browser_.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  ASSERT_EQ(answer.status, 302);
  const auto url = location(answer);
  EXPECT_TRUE(url.starts_with("https://app.example/cb?state=a%20b%2B%2F%3D&session_state=")) << url;
  EXPECT_LT(url.find("&session_state="), url.find("&iss="));
  EXPECT_LT(url.find("&iss="), url.find("&code="));
  EXPECT_EQ(location_parameter(answer, "iss"), kIssuer);
}

TEST_P(CodeFlow, tokens_carry_what_the_request_asked_for) {
  const auto tokens = redeem(server_, sign_in(browser_));
  const auto id = payload_of(tokens.at("id_token").as_string());
  EXPECT_EQ(id.at("nonce"), "no");
  EXPECT_EQ(id.at("aud"), "app");
  EXPECT_EQ(id.at("iss"), kIssuer);
  EXPECT_EQ(id.at("auth_time"), epoch_seconds(server_.clock.now()));
  EXPECT_EQ(tokens.at("token_type"), "Bearer");
  EXPECT_EQ(tokens.at("session_state"), id.at("sid"));
  EXPECT_EQ(tokens.at("scope"), "openid profile");
  EXPECT_EQ(tokens.at("expires_in"), 300);
  EXPECT_EQ(tokens.at("refresh_expires_in"), 1800);
}

TEST_P(CodeFlow, form_post_and_fragment_carry_the_same_answer) {
  auto page = browser_.get(authorize_url({{"response_mode", "fragment"}}));
  auto answer = browser_.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  EXPECT_TRUE(location(answer).starts_with("https://app.example/cb#state=st&"));
  answer = browser_.get(authorize_url({{"response_mode", "form_post"}}));
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body_text().find("action=\"https://app.example/cb\""), std::string_view::npos);
  EXPECT_NE(answer.body_text().find("name=\"code\""), std::string_view::npos);
}

TEST_P(CodeFlow, secrets_and_tokens_reach_no_log) {
  const auto code = sign_in(browser_);
  const auto tokens = redeem(server_, code);
  EXPECT_FALSE(redeem_raw(code).status == 200);
  for (const std::string& secret :
       {code, kVerifier, std::string("correct-horse"), std::string(tokens.at("refresh_token").as_string()),
        std::string(tokens.at("access_token").as_string())}) {
    EXPECT_FALSE(server_.log.contains(secret));
  }
}

INSTANTIATE_ON_EVERY_ENGINE(CodeFlow);

}  // namespace
}  // namespace cardea::protocol
