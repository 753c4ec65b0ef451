// Levels of authentication in a flow: asked for by acr_values, reached step by step, and told to the client.
#include <gmock/gmock.h>

#include "login/login_fixture.h"
#include "tests/support/stepped_flow.h"

namespace cardea::login {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kSecret = "12345678901234567890";

class LevelLoginTest : public LoginTest {
 protected:
  void SetUp() override {
    ada_ = add_user("ada", kPassword);
    write([&](Tx& tx) { return repositories_.credentials.insert(tx, otp_credential(ada_.id, kSecret)); });
    use_stepped_flow(realm_, {{"authenticator", "auth-username-password-form"}}, {{"authenticator", "auth-otp-form"}});
    save_realm();
  }
  static AuthorizationRequest asking(std::string acr_values) {
    auto out = authorization();
    out.acr_values = std::move(acr_values);
    return out;
  }

  User ada_;
  Browser browser_;
};

TEST_F(LevelLoginTest, refuses_the_second_level_for_a_password_alone) {
  const auto sent = submit(browser_, start(browser_, asking("gold")), "ada", kPassword);
  EXPECT_THAT(completed_, IsEmpty());
  auto page = get(browser_, location(sent));
  EXPECT_THAT(text(page), HasSubstr("id=\"kc-otp-login-form\""));
  page = post(browser_, form_action(page), "otp=000000");
  EXPECT_THAT(completed_, IsEmpty());
  const auto code = crypto::otp_code(crypto::HashAlgorithm::kSha1, kSecret,
                                     static_cast<std::uint64_t>(epoch_seconds(clock_.now()) / 30), 6);
  post(browser_, form_action(page), "otp=" + code);
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].proven.acr, "gold");
  EXPECT_THAT(completed_[0].proven.levels, ElementsAre(1, 2));
}

// Attack class 6: the first level alone must not take away what the second one asks for.
TEST_F(LevelLoginTest, refuses_to_delete_a_credential_below_the_level_that_asks_for_it) {
  auto request = asking("silver");
  request.kc_action = "delete_credential:otp-1";
  const auto sent = submit(browser_, start(browser_, request), "ada", kPassword);
  const auto page = get(browser_, location(sent));
  EXPECT_THAT(text(page), HasSubstr("id=\"kc-otp-login-form\""));
  const auto code = crypto::otp_code(crypto::HashAlgorithm::kSha1, kSecret,
                                     static_cast<std::uint64_t>(epoch_seconds(clock_.now()) / 30), 6);
  const auto asked = get(browser_, location(post(browser_, form_action(page), "otp=" + code)));
  EXPECT_THAT(text(asked), HasSubstr("cancel-aia"));
  post(browser_, form_action(asked), "");
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].request.kc_action_status, "success");
  EXPECT_TRUE(completed_[0].proven.has_second_factor);
}

TEST_F(LevelLoginTest, a_password_reaches_the_first_level) {
  for (const auto* asked : {"", "silver", "gold silver"}) {
    Browser browser;
    submit(browser, start(browser, asking(asked)), "ada", kPassword);
    ASSERT_THAT(completed_, SizeIs(1)) << asked;
    EXPECT_EQ(completed_[0].proven.acr, "silver") << asked;
    EXPECT_THAT(completed_[0].proven.levels, ElementsAre(1));
    completed_.clear();
  }
}

}  // namespace
}  // namespace cardea::login
