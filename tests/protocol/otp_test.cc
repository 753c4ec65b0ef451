// One-time codes on the wire, on every engine: the password grant (keycloak.md section 1.9, `totp`) and the browser
// flow.
#include <gmock/gmock.h>

#include "core/otp_credential.h"
#include "tests/protocol/harness.h"
#include "tests/support/stepped_flow.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;

constexpr std::string_view kSecret = "12345678901234567890";

class Otp : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    const auto done = server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      const auto ada = server_.repositories.users.find_by_username(tx, server_.realm()->realm.id, "ada");
      if (!ada) return refuse(ada.error());
      return server_.repositories.credentials.insert(tx, otp_credential((*ada)->id, kSecret));
    });
    ASSERT_TRUE(done.has_value());
  }
  [[nodiscard]] std::string code() const {
    return crypto::otp_code(crypto::HashAlgorithm::kSha1, kSecret,
                            static_cast<std::uint64_t>(epoch_seconds(server_.clock.now()) / 30), 6);
  }
  web::Response grant(const Pairs& more) {
    Pairs form = {{"grant_type", "password"},
                  {"client_id", "web"},
                  {"client_secret", "web-secret"},
                  {"username", "ada"},
                  {"password", "correct-horse"}};
    form.insert(form.end(), more.begin(), more.end());
    return server_.post("/token", form);
  }

  Server server_{GetParam()};
};
INSTANTIATE_ON_EVERY_ENGINE(Otp);

TEST_P(Otp, the_password_grant_refuses_without_a_right_code) {
  for (const auto& more : {Pairs{}, Pairs{{"totp", ""}}, Pairs{{"totp", "000000"}}, Pairs{{"otp", "000000"}}}) {
    const auto answer = grant(more);
    EXPECT_EQ(answer.status, grant({{"password_hint", "x"}}).status);
    EXPECT_THAT(std::string(answer.body_text()), HasSubstr("Invalid user credentials"));
  }
}

TEST_P(Otp, refuses_guesses_by_somebody_who_knows_the_password) {
  for (int i = 0; i < 30; ++i) ASSERT_NE(grant({{"totp", "000000"}}).status, 429) << i;
  EXPECT_EQ(grant({{"totp", "000000"}}).status, 429);
  EXPECT_EQ(grant({{"totp", code()}}).status, 429) << "the right one is not looked at either";
  server_.clock.advance(seconds(10));
  EXPECT_EQ(grant({{"totp", code()}}).status, 200);
}

TEST_P(Otp, the_password_grant_takes_a_code_once) {
  EXPECT_EQ(grant({{"totp", code()}}).status, 200);
  EXPECT_THAT(std::string(grant({{"totp", code()}}).body_text()), HasSubstr("Invalid user credentials"));
  server_.clock.advance(seconds(30));
  EXPECT_EQ(grant({{"otp", code()}}).status, 200);
}

TEST_P(Otp, the_browser_flow_asks_for_it_and_then_single_sign_on_works) {
  Browser browser(server_);
  const auto after_password =
      browser.submit(browser.get(authorize_url()), {{"username", "ada"}, {"password", "correct-horse"}});
  ASSERT_EQ(after_password.status, 302);
  EXPECT_EQ(location_parameter(after_password, "code"), "");
  EXPECT_EQ(location_parameter(browser.get(authorize_url({{"prompt", "none"}})), "error"), "login_required");
  const auto page = browser.get(location(after_password));
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("kc-otp-login-form"));
  const auto done = browser.submit(page, {{"otp", code()}});
  EXPECT_NE(location_parameter(done, "code"), "");
  EXPECT_NE(location_parameter(browser.get(authorize_url()), "code"), "");
}

TEST_P(Otp, a_flow_without_the_cookie_step_never_uses_the_session) {
  server_.change_realm([](Realm& realm) {
    realm.extra["browserFlow"] = "mine";
    realm.extra["authenticationFlows"] = json::parse(
        R"([{"alias": "mine", "topLevel": true, "authenticationExecutions":
             [{"authenticator": "auth-username-password-form", "requirement": "REQUIRED"}]}])");
  });
  Browser browser(server_);
  EXPECT_NE(sign_in(browser), "");
  EXPECT_EQ(location_parameter(browser.get(authorize_url({{"prompt", "none"}})), "error"), "login_required");
  EXPECT_EQ(browser.get(authorize_url()).status, 200);
}

}  // namespace
}  // namespace cardea::protocol
