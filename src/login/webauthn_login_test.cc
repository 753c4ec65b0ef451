// Passkeys beside the form for name and password, and security keys as second factor.
#include <gmock/gmock.h>

#include "base/limits.h"
#include "core/webauthn_credential.h"
#include "login/login_fixture.h"
#include "tests/support/fake_authenticator.h"

namespace cardea::login {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class WebauthnLoginTest : public LoginTest {
 protected:
  void SetUp() override {
    ada_ = add_user("ada", kPassword);
    bert_ = add_user("bert", kPassword);
    passkey_.user_handle = ada_.id.str();
    offer_passkeys();
  }
  void offer_passkeys() {
    realm_.extra["webAuthnPolicyPasswordlessPasskeysEnabled"] = true;
    save_realm();
  }
  void register_key(const FakeAuthenticator& key, const User& user, WebauthnKind kind, const std::string& id = "c1") {
    Credential credential;
    credential.id = CredentialId(id);
    credential.user = user.id;
    credential.type = credential_type(kind);
    credential.label = "key";
    credential.created_at = clock_.now();
    credential.credential_data = make_webauthn_data({.id = key.id,
                                                     .public_key = key.cose_key(),
                                                     .sign_count = 0,
                                                     .aaguid = "00000000-0000-0000-0000-000000000000",
                                                     .format = "none"},
                                                    {"internal"});
    credential.secret_data = SecretBytes(std::string("{}"));
    write([&](Tx& tx) { return repositories_.credentials.insert(tx, credential); });
  }
  static std::string action_of(const web::Response& page) {
    return attribute_after(text(page), "id=\"webauth\"", "action");
  }
  static std::string challenge_of(const web::Response& page) {
    return attribute_after(text(page), "id=\"webauth\"", "data-challenge");
  }
  web::Response answer(Browser& browser, const web::Response& page, FakeAuthenticator& key) {
    return post(browser, action_of(page), key.assertion(challenge_of(page)));
  }
  void expect_refused(const web::Response& response, std::string_view why) {
    EXPECT_EQ(response.status, 200) << why;
    EXPECT_THAT(text(response), HasSubstr("Failed to authenticate by the Passkey.")) << why;
    EXPECT_THAT(completed_, IsEmpty()) << why;
  }
  void use_flow(std::string_view executions) {
    realm_.extra["browserFlow"] = "mine";
    realm_.extra["authenticationFlows"] = json::parse(
        R"([{"alias": "mine", "topLevel": true, "authenticationExecutions": [)" + std::string(executions) + "]}]");
    save_realm();
  }

  User ada_, bert_;
  Browser browser_;
  FakeAuthenticator passkey_;
};

TEST_F(WebauthnLoginTest, refuses_a_key_that_nobody_registered) {
  expect_refused(answer(browser_, start(browser_), passkey_), "no credential");
  register_key(passkey_, ada_, WebauthnKind::kSecondFactor);
  expect_refused(answer(browser_, start(browser_), passkey_), "a second factor is no passkey");
  register_key(passkey_, bert_, WebauthnKind::kPasswordless, "c2");
  expect_refused(answer(browser_, start(browser_), passkey_), "another user's");
}

TEST_F(WebauthnLoginTest, refuses_what_a_passkey_must_not_say) {
  register_key(passkey_, ada_, WebauthnKind::kPasswordless);
  const auto refuses = [&](std::string_view why, auto bend) {
    FakeAuthenticator bent = {.key = passkey_.key.clone(), .id = passkey_.id, .user_handle = passkey_.user_handle};
    bend(bent);
    expect_refused(answer(browser_, start(browser_), bent), why);
  };
  refuses("another origin", [](auto& key) { key.origin = "https://badid.example.com"; });
  refuses("a suffix", [](auto& key) { key.origin = "https://id.example.com.evil.example"; });
  refuses("another relying party", [](auto& key) { key.rp_id = "example.com"; });
  refuses("not verified", [](auto& key) { key.flags = 0x01; });
  refuses("not present", [](auto& key) { key.flags = 0x04; });
  refuses("no user", [](auto& key) { key.user_handle.clear(); });
  refuses("a user that is none", [](auto& key) { key.user_handle = "nobody"; });
  refuses("bytes that are no id", [](auto& key) { key.user_handle = std::string("a\0b", 3); });
  refuses("an endless id", [](auto& key) { key.user_handle = std::string(65, 'a'); });
  refuses("another user", [this](auto& key) { key.user_handle = bert_.id.str(); });
  refuses("another key",
          [](auto& key) { key.key = std::move(*crypto::PrivateKey::generate(crypto::KeyType::kEcP256)); });
  refuses("another credential", [](auto& key) { key.id += "x"; });
}

TEST_F(WebauthnLoginTest, refuses_challenges_of_others_old_ones_and_used_ones) {
  register_key(passkey_, ada_, WebauthnKind::kPasswordless);
  const auto page = start(browser_);
  Browser other;
  const auto theirs = start(other);
  const auto fields = passkey_.assertion(challenge_of(theirs));
  expect_refused(post(browser_, action_of(page), fields), "of another browser's page");
  expect_refused(post(browser_, form_action(page), passkey_.assertion(challenge_of(page))), "without its seal");
  clock_.advance(kChallengeLife);
  expect_refused(answer(browser_, page, passkey_), "too old");

  const auto fresh = start(browser_);
  const auto used = passkey_.assertion(challenge_of(fresh));
  const auto cookies = browser_.cookies;
  EXPECT_EQ(post(browser_, action_of(fresh), used).status, 302);
  ASSERT_THAT(completed_, SizeIs(1));
  browser_.cookies = cookies;
  const auto again = post(browser_, action_of(fresh), used);
  EXPECT_THAT(text(again), HasSubstr("Failed to authenticate by the Passkey."));
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(WebauthnLoginTest, refuses_a_used_challenge_of_a_key_that_does_not_count) {
  passkey_.counts = false;
  register_key(passkey_, ada_, WebauthnKind::kPasswordless);
  const auto page = start(browser_);
  const auto cookies = browser_.cookies;
  const auto used = passkey_.assertion(challenge_of(page));
  EXPECT_EQ(post(browser_, action_of(page), used).status, 302);
  browser_.cookies = cookies;
  EXPECT_THAT(text(post(browser_, action_of(page), used)), HasSubstr("Failed to authenticate"));
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(WebauthnLoginTest, refuses_a_copy_whose_counter_stands_still) {
  register_key(passkey_, ada_, WebauthnKind::kPasswordless);
  EXPECT_EQ(answer(browser_, start(browser_), passkey_).status, 302);
  passkey_.count = 0;
  Browser other;
  const auto page = answer(other, start(other), passkey_);
  EXPECT_THAT(text(page), HasSubstr("Failed to authenticate"));
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(WebauthnLoginTest, refuses_passkeys_where_the_realm_does_not_offer_them) {
  register_key(passkey_, ada_, WebauthnKind::kPasswordless);
  const auto page = start(browser_);
  realm_.extra["webAuthnPolicyPasswordlessPasskeysEnabled"] = false;
  save_realm();
  EXPECT_THAT(text(start(browser_)), Not(HasSubstr("webauthn")));
  const auto answered = answer(browser_, page, passkey_);
  EXPECT_THAT(text(answered), HasSubstr("Invalid username or password."));
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(WebauthnLoginTest, the_page_offers_passkeys_as_the_policy_says) {
  const auto mediation = [&] { return attribute_after(text(start(browser_)), "id=\"webauth\"", "data-mediation"); };
  EXPECT_EQ(mediation(), "conditional");
  realm_.extra["webAuthnPolicyPasswordlessMediation"] = "none";
  save_realm();
  EXPECT_EQ(mediation(), "none");
}

TEST_F(WebauthnLoginTest, refuses_somebody_else_where_a_user_must_sign_in_again) {
  register_key(passkey_, ada_, WebauthnKind::kPasswordless);
  expect_refused(answer(browser_, start(browser_, authorization(), "bert"), passkey_), "bert was asked");
  EXPECT_EQ(answer(browser_, start(browser_, authorization(), "ada"), passkey_).status, 302);
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(WebauthnLoginTest, refuses_disabled_users) {
  const auto gone = add_user("gone", kPassword, {}, false);
  passkey_.user_handle = gone.id.str();
  register_key(passkey_, gone, WebauthnKind::kPasswordless);
  EXPECT_THAT(text(answer(browser_, start(browser_), passkey_)), HasSubstr("Account is disabled"));
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(WebauthnLoginTest, a_passkey_signs_in_and_its_counter_is_stored) {
  register_key(passkey_, ada_, WebauthnKind::kPasswordless);
  const auto page = start(browser_);
  EXPECT_THAT(text(page), HasSubstr("autocomplete=\"username webauthn\""));
  EXPECT_THAT(text(page), HasSubstr("data-credentials=\"[]\"")) << "no account is named";
  EXPECT_EQ(answer(browser_, page, passkey_).status, 302);
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].proven.user, ada_.id);
  ASSERT_TRUE(store_.read([&](Rows& rows) -> Stored<void> {
    const auto stored = repositories_.credentials.list(rows, ada_.id, kPasskeyCredential);
    EXPECT_EQ(WebauthnRecord::read(stored->front())->sign_count, passkey_.count);
    return {};
  }));
}

TEST_F(WebauthnLoginTest, a_passkey_asks_for_no_page_without_script_policy) {
  const auto page = start(browser_);
  const auto* policy = page.find_header("Content-Security-Policy");
  ASSERT_NE(policy, nullptr);
  EXPECT_THAT(*policy, HasSubstr("script-src 'nonce-"));
  EXPECT_THAT(*policy, Not(HasSubstr("unsafe")));
}

TEST_F(WebauthnLoginTest, a_passkey_at_the_name_stands_for_the_password_after_it) {
  register_key(passkey_, ada_, WebauthnKind::kPasswordless);
  use_flow(R"({"authenticator": "auth-username-form", "requirement": "REQUIRED", "priority": 10},
              {"authenticator": "auth-password-form", "requirement": "REQUIRED", "priority": 20})");
  EXPECT_EQ(answer(browser_, start(browser_), passkey_).status, 302);
  ASSERT_THAT(completed_, SizeIs(1));
  Browser other;
  const auto page = post(other, form_action(start(other)), "username=bert");
  EXPECT_THAT(text(page), HasSubstr("id=\"password\""));
  EXPECT_THAT(text(answer(other, page, passkey_)), HasSubstr("Failed to authenticate")) << "bert was named";
  EXPECT_THAT(completed_, SizeIs(1));
}

class SecondFactorTest : public WebauthnLoginTest {
 protected:
  void SetUp() override {
    WebauthnLoginTest::SetUp();
    realm_.extra["webAuthnPolicyPasswordlessPasskeysEnabled"] = false;
    use_flow(R"({"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 10},
                {"authenticator": "webauthn-authenticator", "requirement": "REQUIRED", "priority": 20})");
    register_key(passkey_, ada_, WebauthnKind::kSecondFactor);
  }
  web::Response to_key_page(Browser& browser) {
    const auto sent = submit(browser, start(browser), "ada", kPassword);
    EXPECT_EQ(sent.status, 302);
    return get(browser, location(sent));
  }
};

TEST_F(SecondFactorTest, refuses_wrong_answers_and_ends_after_too_many) {
  auto page = to_key_page(browser_);
  EXPECT_THAT(text(page), HasSubstr("&quot;id&quot;"));
  FakeAuthenticator other = {.id = passkey_.id, .user_handle = ada_.id.str()};
  for (int i = 1; i < kStepFailuresMax; ++i) {
    page = answer(browser_, page, other);
    EXPECT_THAT(text(page), HasSubstr("Failed to authenticate by the Passkey."));
  }
  EXPECT_THAT(location(answer(browser_, page, other)), HasSubstr("authentication_expired"));
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(SecondFactorTest, refuses_a_passkey_in_its_place) {
  FakeAuthenticator passkey = {.id = "another", .user_handle = ada_.id.str()};
  register_key(passkey, ada_, WebauthnKind::kPasswordless, "c2");
  EXPECT_THAT(text(answer(browser_, to_key_page(browser_), passkey)), HasSubstr("Failed to authenticate"));
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(SecondFactorTest, refuses_the_handle_of_another_user) {
  passkey_.user_handle = bert_.id.str();
  EXPECT_THAT(text(answer(browser_, to_key_page(browser_), passkey_)), HasSubstr("Failed to authenticate"));
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(SecondFactorTest, a_key_after_the_password_signs_in) {
  passkey_.user_handle.clear();  // a key that does not keep who it belongs to
  passkey_.flags = 0x01;         // and was only touched
  const auto answered = answer(browser_, to_key_page(browser_), passkey_);
  EXPECT_EQ(answered.status, 302);
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(SecondFactorTest, a_wrong_answer_does_not_spoil_the_next_one) {
  FakeAuthenticator other = {.id = passkey_.id, .user_handle = ada_.id.str()};
  const auto page = answer(browser_, to_key_page(browser_), other);
  EXPECT_EQ(answer(browser_, page, passkey_).status, 302);
  EXPECT_THAT(completed_, SizeIs(1));
}

}  // namespace
}  // namespace cardea::login
