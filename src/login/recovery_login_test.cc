// Recovery codes as second factor: in order, each once, and new ones before the last login with them ends.
#include <gmock/gmock.h>

#include "core/recovery_codes.h"
#include "login/login_fixture.h"

namespace cardea::login {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class RecoveryLoginTest : public LoginTest {
 protected:
  void SetUp() override {
    ada_ = add_user("ada", kPassword);
    codes_ = make_recovery_codes(random_);
    codes_.resize(5);
    auto documents = make_recovery_documents(codes_);
    Credential credential;
    credential.id = CredentialId("codes");
    credential.user = ada_.id;
    credential.type = kRecoveryCredential;
    credential.created_at = clock_.now();
    credential.credential_data = std::move(documents.credential_data);
    credential.secret_data = std::move(documents.secret_data);
    write([&](Tx& tx) { return repositories_.credentials.insert(tx, credential); });
    realm_.extra["browserFlow"] = "mine";
    realm_.extra["authenticationFlows"] = json::parse(
        R"([{"alias": "mine", "topLevel": true, "authenticationExecutions": [
            {"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 10},
            {"authenticator": "auth-recovery-authn-code-form", "requirement": "REQUIRED", "priority": 20}]}])");
    save_realm();
  }
  web::Response to_code_page(Browser& browser) {
    return get(browser, location(submit(browser, start(browser), "ada", kPassword)));
  }
  web::Response submit_code(Browser& browser, const web::Response& page, std::string_view code) {
    return post(browser, form_action(page), "recoveryCodeInput=" + std::string(code));
  }

  User ada_;
  std::vector<std::string> codes_;
  Browser browser_;
};

TEST_F(RecoveryLoginTest, refuses_wrong_and_later_codes) {
  auto page = to_code_page(browser_);
  EXPECT_THAT(text(page), HasSubstr("Recovery code #1"));
  EXPECT_THAT(text(page), Not(HasSubstr("Codes left")));
  for (const auto& bad : {std::string(), std::string("AAAA"), codes_[1]}) {
    page = submit_code(browser_, page, bad);
    EXPECT_THAT(text(page), HasSubstr("Invalid recovery authentication code"));
  }
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(RecoveryLoginTest, refuses_a_code_twice_and_goes_on_with_the_next) {
  EXPECT_EQ(submit_code(browser_, to_code_page(browser_), grouped_code(codes_[0])).status, 302);
  ASSERT_THAT(completed_, SizeIs(1));
  Browser other;
  auto page = to_code_page(other);
  EXPECT_THAT(text(page), HasSubstr("Recovery code #2"));
  EXPECT_THAT(text(page), HasSubstr("Codes left: 4"));
  page = submit_code(other, page, codes_[0]);
  EXPECT_THAT(text(page), HasSubstr("Invalid recovery authentication code"));
  EXPECT_THAT(completed_, SizeIs(1));
  submit_code(other, page, codes_[1]);
  EXPECT_THAT(completed_, SizeIs(2));
}

TEST_F(RecoveryLoginTest, refuses_the_same_code_in_two_browsers_at_once) {
  Browser other;
  const auto page = to_code_page(browser_), second = to_code_page(other);
  submit_code(browser_, page, codes_[0]);
  submit_code(other, second, codes_[0]);
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(RecoveryLoginTest, the_last_code_asks_for_new_ones) {
  for (const auto& code : codes_) {
    Browser browser;
    submit_code(browser, to_code_page(browser), code);
  }
  EXPECT_THAT(completed_, SizeIs(4)) << "the fifth login is not over before new codes were made";
  EXPECT_THAT(find_user(ada_.id)->required_actions, ElementsAre("CONFIGURE_RECOVERY_AUTHN_CODES"));
  ASSERT_TRUE(store_.read([&](Rows& rows) -> Stored<void> {
    EXPECT_THAT(*repositories_.credentials.list(rows, ada_.id, kRecoveryCredential), IsEmpty());
    return {};
  }));
}

}  // namespace
}  // namespace cardea::login
