// Guessing passwords: every attempt is reserved before it is read or hashed, by account and by source address
// (architecture section 1). What the answer says is the same for people and for names of nobody.
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

constexpr int kAttempts = 30;  // LoginRates::account

web::Response ask_token(Server& server, const std::string& username, const std::string& password) {
  return server.post("/token", {{"grant_type", "password"},
                                {"client_id", "web"},
                                {"client_secret", "web-secret"},
                                {"scope", "openid"},
                                {"username", username},
                                {"password", password}});
}

std::string header(const web::Response& response, std::string_view name) {
  const auto* value = response.find_header(name);
  return value == nullptr ? std::string() : *value;
}

TEST(LoginFlood, refuses_guesses_at_the_token_endpoint_alike_for_known_and_unknown_names) {
  std::vector<std::string> answers;
  for (const std::string name : {"ada", "nobody"}) {
    Server server;
    for (int i = 0; i < kAttempts; ++i)
      ASSERT_EQ(body_of(ask_token(server, name, "wrong")).at("error"), "invalid_grant");
    const auto refused = ask_token(server, name, "wrong");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(header(refused, "Retry-After"), "10");
    EXPECT_EQ(ask_token(server, name, "correct-horse").status, 429) << "nor is the right one looked at";
    EXPECT_NE(body_of(ask_token(server, "bob", "wrong")).at("error"), "temporarily_unavailable") << "others go on";
    answers.emplace_back(refused.body_text());
  }
  EXPECT_EQ(answers.front(), answers.back());
}

TEST(LoginFlood, an_account_can_be_used_again_after_a_while_and_right_passwords_use_nothing_up) {
  Server server;
  for (int i = 0; i < kAttempts; ++i) (void)ask_token(server, "ada", "wrong");
  EXPECT_EQ(ask_token(server, "ada", "correct-horse").status, 429);
  server.clock.advance(seconds{10});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask_token(server, "ada", "correct-horse").status, 200) << i;
}

TEST(LoginFlood, refuses_guesses_at_the_login_page) {
  Server server;
  Browser browser(server);
  auto page = browser.get(authorize_url());
  for (int i = 0; i < kAttempts; ++i) {
    page = browser.submit(page, {{"username", "ada"}, {"password", "wrong"}});
    ASSERT_EQ(page.status, 200);
  }
  page = browser.submit(page, {{"username", "Ada"}, {"password", "correct-horse"}});
  EXPECT_EQ(page.status, 429);
  EXPECT_EQ(header(page, "Retry-After"), "10");
  EXPECT_NE(page.body_text().find("Too many attempts"), std::string_view::npos);
  server.clock.advance(seconds{10});
  EXPECT_EQ(browser.submit(page, {{"username", "ada"}, {"password", "correct-horse"}}).status, 302)
      << "the form of the refusal still works";
}

}  // namespace
}  // namespace cardea::protocol
