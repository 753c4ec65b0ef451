// CONFIGURE_TOTP, CONFIGURE_RECOVERY_AUTHN_CODES, webauthn-register(-passwordless): nothing is stored before it was
// proven, nobody chooses what the server made up, and each page is good once.
#include <gmock/gmock.h>

#include "core/otp_credential.h"
#include "core/recovery_codes.h"
#include "core/webauthn_credential.h"
#include "login/login_fixture.h"
#include "tests/support/fake_authenticator.h"

namespace cardea::login {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

class CredentialSetupTest : public LoginTest {
 protected:
  /// Signs in as somebody who must do this; the page of the action.
  web::Response to_page(Browser& browser, const User& user) {
    const auto sent = submit(browser, start(browser), user.username, kPassword);
    EXPECT_EQ(sent.status, 302) << text(sent);
    return get(browser, location(sent));
  }
  std::vector<Credential> stored(const User& user, std::string_view type) {
    std::vector<Credential> out;
    EXPECT_TRUE(store_.read([&](Rows& rows) -> Stored<void> {
      out = std::move(*repositories_.credentials.list(rows, user.id, type));
      return {};
    }));
    return out;
  }
  static std::string secret_of(const web::Response& page) {
    return attribute_after(text(page), "id=\"totpSecret\"", "value");
  }
  [[nodiscard]] std::string code(std::string_view secret) const {
    return crypto::otp_code(crypto::HashAlgorithm::kSha1, secret,
                            static_cast<std::uint64_t>(epoch_seconds(clock_.now()) / 30), 6);
  }
  Browser browser_;
};

TEST_F(CredentialSetupTest, refuses_a_key_that_was_not_proven) {
  const auto ada = add_user("ada", kPassword, {"CONFIGURE_TOTP"});
  const auto page = to_page(browser_, ada);
  for (const auto* body : {"", "totp=", "totp=000000", "totp=abc&userLabel=x", "cancel-aia=true"}) {
    const auto again = post(browser_, form_action(page), body);
    EXPECT_THAT(text(again), HasSubstr("id=\"input-error\"")) << body;
    EXPECT_EQ(secret_of(again), secret_of(page)) << "people have scanned it";
  }
  EXPECT_THAT(stored(ada, kOtpCredential), IsEmpty());
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(CredentialSetupTest, refuses_a_key_that_the_browser_chose) {
  const auto ada = add_user("ada", kPassword, {"CONFIGURE_TOTP"});
  const auto page = to_page(browser_, ada);
  const std::string own = "chosen-by-somebody-else-000";
  const auto again = post(browser_, form_action(page), "totpSecret=" + own + "&totp=" + code(own));
  EXPECT_THAT(text(again), HasSubstr("Invalid authenticator code."));
  EXPECT_THAT(stored(ada, kOtpCredential), IsEmpty());
}

TEST_F(CredentialSetupTest, refuses_the_key_of_another_page) {
  const auto ada = add_user("ada", kPassword, {"CONFIGURE_TOTP"});
  const auto bert = add_user("bert", kPassword, {"CONFIGURE_TOTP"});
  Browser other;
  const auto theirs = to_page(other, bert), page = to_page(browser_, ada);
  const auto setup = query_value(form_action(theirs), "setup");
  auto url = form_action(page);
  url.replace(url.find("&setup=") + 7, std::string::npos, setup);
  post(browser_, url, "totp=" + code(secret_of(theirs)));
  EXPECT_THAT(stored(ada, kOtpCredential), IsEmpty());
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(CredentialSetupTest, a_right_code_stores_the_key_and_is_used_up) {
  const auto ada = add_user("ada", kPassword, {"CONFIGURE_TOTP"});
  const auto page = to_page(browser_, ada);
  EXPECT_THAT(text(page), HasSubstr("src=\"data:image/svg+xml;base64,"));
  const auto secret = secret_of(page);
  EXPECT_EQ(post(browser_, form_action(page), "totp=" + code(secret) + "&userLabel=My+phone").status, 302);
  const auto devices = stored(ada, kOtpCredential);
  ASSERT_THAT(devices, SizeIs(1));
  EXPECT_EQ(devices[0].label, "My phone");
  EXPECT_THAT(completed_, SizeIs(1));
  EXPECT_THAT(find_user(ada.id)->required_actions, IsEmpty());
  EXPECT_FALSE(check_otp(devices[0], otp_policy(realm_), code(secret), clock_.now())) << "it proved the key already";
  EXPECT_THAT(location(post(browser_, form_action(page), "totp=" + code(secret))), HasSubstr("authentication_expired"));
}

TEST_F(CredentialSetupTest, the_key_can_be_typed_in) {
  const auto ada = add_user("ada", kPassword, {"CONFIGURE_TOTP"});
  const auto page = to_page(browser_, ada);
  const auto manual = get(browser_, attribute_after(text(page), "id=\"mode-manual\"", "href"));
  EXPECT_THAT(text(manual), HasSubstr("id=\"kc-totp-secret-key\""));
  EXPECT_THAT(text(manual), Not(HasSubstr("data:image")));
  EXPECT_EQ(secret_of(manual), secret_of(page)) << "the same key";
  EXPECT_EQ(post(browser_, form_action(manual), "totp=" + code(secret_of(page))).status, 302);
  EXPECT_THAT(stored(ada, kOtpCredential), SizeIs(1));
}

TEST_F(CredentialSetupTest, refuses_a_second_device_without_a_name_or_with_a_taken_one) {
  const auto ada = add_user("ada", kPassword, {"CONFIGURE_TOTP"});
  auto page = to_page(browser_, ada);
  post(browser_, form_action(page), "userLabel=Phone&totp=" + code(secret_of(page)));
  ASSERT_THAT(stored(ada, kOtpCredential), SizeIs(1));
  write([&](Tx& tx) { return repositories_.users.set_required_actions(tx, ada.id, {"CONFIGURE_TOTP"}); });
  clock_.advance(seconds(60));
  Browser other;
  const auto first = stored(ada, kOtpCredential)[0].secret_data.clone();
  const auto asked = get(other, location(submit(other, start(other), "ada", kPassword)));
  const auto key = json::parse(first.reveal()).as_object().at("value").as_string();
  const auto sent = post(other, form_action(asked), "otp=" + code(std::string_view(key)));
  page = get(other, location(sent));
  for (const auto* label : {"", "&userLabel=", "&userLabel=phone"}) {
    page = post(other, form_action(page), "totp=" + code(secret_of(page)) + label);
    EXPECT_EQ(page.status, 200) << label;
  }
  EXPECT_THAT(stored(ada, kOtpCredential), SizeIs(1));
  EXPECT_EQ(post(other, form_action(page), "userLabel=Tablet&totp=" + code(secret_of(page))).status, 302);
  EXPECT_THAT(stored(ada, kOtpCredential), SizeIs(2));
}

TEST_F(CredentialSetupTest, refuses_codes_that_the_browser_chose_or_nobody_confirmed) {
  const auto ada = add_user("ada", kPassword, {"CONFIGURE_RECOVERY_AUTHN_CODES"});
  const auto page = to_page(browser_, ada);
  auto again = post(browser_, form_action(page), "");
  EXPECT_THAT(text(again), HasSubstr("Please confirm"));
  auto url = form_action(page);
  url.resize(url.find("&setup="));
  again = post(browser_, url, "kcRecoveryCodesConfirmationCheck=on&generatedRecoveryAuthnCodes=AAAA,BBBB");
  EXPECT_EQ(again.status, 200);
  EXPECT_THAT(stored(ada, kRecoveryCredential), IsEmpty());
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(CredentialSetupTest, confirmed_codes_are_stored_as_hashes) {
  const auto ada = add_user("ada", kPassword, {"CONFIGURE_RECOVERY_AUTHN_CODES"});
  const auto page = to_page(browser_, ada);
  const auto html = text(page);
  const auto at = html.find("<li><code>") + 10;
  const auto first = html.substr(at, html.find("</code>", at) - at);
  EXPECT_EQ(post(browser_, form_action(page), "kcRecoveryCodesConfirmationCheck=on").status, 302);
  const auto lists = stored(ada, kRecoveryCredential);
  ASSERT_THAT(lists, SizeIs(1));
  EXPECT_EQ(recovery_state(lists[0])->remaining, kRecoveryCodes);
  EXPECT_TRUE(check_recovery_code(lists[0], first));
  EXPECT_EQ(std::string(lists[0].secret_data.reveal()).find(first), std::string::npos);
  EXPECT_THAT(completed_, SizeIs(1));
}

class WebauthnSetupTest : public CredentialSetupTest {
 protected:
  static std::string challenge_of(const web::Response& page) {
    return attribute_after(text(page), "id=\"register\"", "data-challenge");
  }
  web::Response answer(Browser& browser, const web::Response& page, FakeAuthenticator& key,
                       std::string_view more = {}) {
    return post(browser, form_action(page), key.registration(challenge_of(page)).append(more));
  }
  FakeAuthenticator key_;
};

TEST_F(WebauthnSetupTest, refuses_what_an_authenticator_must_not_say) {
  const auto ada = add_user("ada", kPassword, {"webauthn-register-passwordless"});
  auto page = to_page(browser_, ada);
  const auto refuses = [&](std::string_view why, auto bend) {
    FakeAuthenticator bent;
    bend(bent);
    page = answer(browser_, page, bent);
    EXPECT_THAT(text(page), HasSubstr("Failed to register your Passkey.")) << why;
  };
  refuses("another origin", [](auto& key) { key.origin = "https://id.example.com.evil.example"; });
  refuses("another relying party", [](auto& key) { key.rp_id = "example.com"; });
  refuses("not verified, where the policy wants it", [](auto& key) { key.flags = 0x01; });
  refuses("not present", [](auto& key) { key.flags = 0x04; });
  refuses("backed up, though it may not be", [](auto& key) { key.flags = 0x15; });
  for (const auto* body : {"", "clientDataJSON=e30&attestationObject=oA", "clientDataJSON=%21&attestationObject=x"}) {
    page = post(browser_, form_action(page), body);
    EXPECT_THAT(text(page), HasSubstr("Failed to register your Passkey.")) << body;
  }
  EXPECT_THAT(stored(ada, kPasskeyCredential), IsEmpty());
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(WebauthnSetupTest, refuses_challenges_that_are_old_or_of_another_page) {
  const auto ada = add_user("ada", kPassword, {"webauthn-register"});
  const auto bert = add_user("bert", kPassword, {"webauthn-register"});
  Browser other;
  const auto theirs = to_page(other, bert), page = to_page(browser_, ada);
  EXPECT_THAT(text(post(browser_, form_action(page), key_.registration(challenge_of(theirs)))),
              HasSubstr("Failed to register"));
  auto url = form_action(page);
  url.resize(url.find("&setup="));
  EXPECT_THAT(text(post(browser_, url, key_.registration(challenge_of(page)))), HasSubstr("Failed to register"));
  EXPECT_THAT(stored(ada, kWebauthnCredential), IsEmpty());
}

TEST_F(WebauthnSetupTest, refuses_an_authenticator_that_somebody_has_registered) {
  const auto ada = add_user("ada", kPassword, {"webauthn-register"});
  const auto bert = add_user("bert", kPassword, {"webauthn-register"});
  EXPECT_EQ(answer(browser_, to_page(browser_, ada), key_).status, 302);
  Browser other;
  const auto page = answer(other, to_page(other, bert), key_);
  EXPECT_THAT(text(page), HasSubstr("registered already"));
  EXPECT_THAT(stored(bert, kWebauthnCredential), IsEmpty());
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(WebauthnSetupTest, a_new_authenticator_is_stored_in_keycloaks_shape) {
  const auto ada = add_user("ada", kPassword, {"webauthn-register-passwordless"});
  const auto page = to_page(browser_, ada);
  EXPECT_EQ(attribute_after(text(page), "id=\"register\"", "data-user-id"), base64url_encode(ada.id.str()));
  EXPECT_EQ(attribute_after(text(page), "id=\"register\"", "data-resident-key"), "required");
  EXPECT_EQ(attribute_after(text(page), "id=\"register\"", "data-algorithms"), "-7,-257");
  EXPECT_EQ(answer(browser_, page, key_, "&authenticatorLabel=Key").status, 302);
  const auto keys = stored(ada, kPasskeyCredential);
  ASSERT_THAT(keys, SizeIs(1));
  EXPECT_EQ(keys[0].label, "Key");
  EXPECT_EQ(keys[0].secret_data.reveal(), "{}");
  const auto record = WebauthnRecord::read(keys[0]);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->id, key_.id);
  EXPECT_EQ(record->public_key, key_.cose_key());
  EXPECT_THAT(record->transports, ElementsAre("internal"));
  EXPECT_THAT(completed_, SizeIs(1));
}

}  // namespace
}  // namespace cardea::login
