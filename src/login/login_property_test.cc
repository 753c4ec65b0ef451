// No sequence of requests reaches "logged in" without the password and without the required actions (attack class 6).
// The attacker here knows every URL the victim ever saw and the cookie the victim had before the proof (planted, or
// read on a shared machine), but neither the password nor a cookie set after the proof.
#include <gmock/gmock.h>

#include "core/otp_credential.h"
#include "core/recovery_codes.h"
#include "core/webauthn_credential.h"
#include "login/login_fixture.h"
#include "tests/support/fake_authenticator.h"
#include "tests/support/stepped_flow.h"
#include "web/form.h"

namespace cardea::login {
namespace {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t count) {
    std::array<std::uint8_t, 4> bytes{};
    random_.fill(bytes);
    return (bytes[0] | bytes[1] << 8 | bytes[2] << 16) % count;
  }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

 private:
  SeededRandom random_;
};

class LoginPropertyTest : public LoginTest, public testing::WithParamInterface<int> {
 protected:
  void SetUp() override { ada_ = add_user("ada", kPassword, {"UPDATE_PASSWORD"}); }

  void know(const web::Response& response) {
    for (const auto& url : {form_action(response), location(response)}) {
      if (url.starts_with("https://id.example.com/")) urls_.push_back(url);
    }
  }

  // One URL of the pool, now and then with a parameter or path taken from another.
  std::string some_url(Dice& dice) {
    auto url = dice.below(3) == 0 ? urls_.back() : dice.pick(urls_);
    if (dice.below(3) != 0) return url;
    const auto& other = dice.pick(urls_);
    static const std::vector<std::string> kNames = {"session_code", "execution", "tab_id", "client_id", "client_data"};
    const auto& name = dice.pick(kNames);
    const auto at = url.find(name + "=");
    const auto from = other.find(name + "=");
    if (at != std::string::npos && from != std::string::npos) {
      url.replace(at, std::min(url.find('&', at), url.size()) - at,
                  other.substr(from, std::min(other.find('&', from), other.size()) - from));
    }
    static const std::vector<std::string> kPaths = {"authenticate", "required-action", "restart"};
    if (dice.below(3) == 0) {
      const auto begin = url.find("login-actions/") + 14;
      url.replace(begin, url.find('?') - begin, dice.pick(kPaths));
    }
    return url;
  }

  [[nodiscard]] std::string some_body(Dice& dice) const {
    if (!known_.empty() && dice.below(3) == 0) return dice.pick(known_);
    static const std::vector<std::string> kFields = {"username=ada",
                                                     "username=",
                                                     "password=",
                                                     "password=guess",
                                                     "password=%20",
                                                     "credentialId=x",
                                                     "rememberMe=on",
                                                     "login=Sign+In",
                                                     "password-new=attackers+own",
                                                     "password-confirm=attackers+own",
                                                     "accept=on",
                                                     "cancel=on",
                                                     "otp=000000",
                                                     "execution=UPDATE_PASSWORD",
                                                     "logout-sessions=on",
                                                     "username=service-account-app",
                                                     "a"};
    static const std::vector<std::string> kForms = {"username=ada&password=guess&credentialId=",
                                                    "password-new=attackers+own&password-confirm=attackers+own"};
    if (dice.below(2) == 0) return dice.pick(kForms);
    std::string body;
    for (auto count = dice.below(6); count > 0; --count) {
      body += body.empty() ? "" : "&";
      body += dice.pick(kFields);
    }
    return body;
  }

  void attack(Dice& dice, Browser& attacker, const std::vector<std::map<std::string, std::string>>& seen_cookies) {
    if (dice.below(3) == 0) attacker.cookies = dice.pick(seen_cookies);
    switch (dice.below(4)) {
      case 0:
        know(start(attacker, authorization(), dice.below(2) == 0 ? "ada" : ""));
        break;
      case 1:
        know(get(attacker, some_url(dice)));
        break;
      default:
        know(post(attacker, some_url(dice), some_body(dice)));
        break;
    }
  }

  std::vector<std::string> urls_;
  std::vector<std::string> known_;  // forms with what the attacker has found out
  User ada_;
};

TEST_P(LoginPropertyTest, refuses_every_sequence_without_the_second_factor) {
  Dice dice(static_cast<std::uint64_t>(GetParam()) + 1000);
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  write([&](Tx& tx) {
    return repositories_.credentials.insert(tx, otp_credential(ada_.id, "a secret of the victim's phone"));
  });
  known_ = {"username=ada&password=correct+horse+battery+staple&credentialId=", "tryAnotherWay=on", "otp=123456",
            "authenticationExecution=x&username=ada&password=correct+horse+battery+staple"};
  Browser attacker;
  know(start(attacker));
  for (int step = 0; step < 60; ++step) {
    const std::vector<std::map<std::string, std::string>> own(1, attacker.cookies);
    attack(dice, attacker, own);
    if (dice.below(20) == 0) clock_.advance(seconds(dice.below(200)));
    ASSERT_TRUE(completed_.empty()) << "step " << step;
    ASSERT_THAT(find_user(ada_.id)->required_actions, testing::ElementsAre("UPDATE_PASSWORD"));
  }
}

TEST_P(LoginPropertyTest, refuses_every_sequence_without_the_password) {
  Dice dice(static_cast<std::uint64_t>(GetParam()));
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  Browser attacker;
  Browser victim;
  know(start(attacker));
  victim.cookies = attacker.cookies;  // planted
  std::vector<std::map<std::string, std::string>> seen_cookies = {{}, attacker.cookies};

  web::Response page = start(victim);
  bool proven = false;
  for (int step = 0; step < 60; ++step) {
    if (dice.below(8) == 0) {  // the victim goes on
      seen_cookies.push_back(proven ? std::map<std::string, std::string>{} : victim.cookies);
      const auto answer = proven ? get(victim, location(page)) : submit(victim, page, "ada", kPassword);
      if (!proven && answer.status == 302 && query_value(location(answer), "execution") == "UPDATE_PASSWORD") {
        proven = true;
        page = answer;
      }
      know(page);
      know(answer);
    } else {
      attack(dice, attacker, seen_cookies);
    }
    if (dice.below(20) == 0) clock_.advance(seconds(dice.below(200)));
    ASSERT_TRUE(completed_.empty()) << "step " << step;
    ASSERT_THAT(find_user(ada_.id)->required_actions, testing::ElementsAre("UPDATE_PASSWORD"));
  }
}

// Every factor of this release stands behind the password, passkeys are offered, and the attacker has the victim's
// password, an account with keys of their own, and recovery codes of their own.
class FactorPropertyTest : public LoginPropertyTest {
 protected:
  void SetUp() override {
    LoginPropertyTest::SetUp();
    mallory_ = add_user("mallory", kPassword);
    write([&](Tx& tx) { return repositories_.users.set_required_actions(tx, ada_.id, {}); });
    realm_.extra["webAuthnPolicyPasswordlessPasskeysEnabled"] = true;
    realm_.extra["browserFlow"] = "mine";
    realm_.extra["authenticationFlows"] = json::parse(R"([
      {"alias": "mine", "topLevel": true, "authenticationExecutions": [
        {"flowAlias": "sign in", "requirement": "REQUIRED", "priority": 10},
        {"flowAlias": "factors", "requirement": "REQUIRED", "priority": 20}]},
      {"alias": "sign in", "topLevel": false, "authenticationExecutions": [
        {"authenticator": "auth-username-password-form", "requirement": "ALTERNATIVE", "priority": 10},
        {"authenticator": "webauthn-authenticator-passwordless", "requirement": "ALTERNATIVE", "priority": 20}]},
      {"alias": "factors", "topLevel": false, "authenticationExecutions": [
        {"authenticator": "auth-otp-form", "requirement": "ALTERNATIVE", "priority": 10},
        {"authenticator": "webauthn-authenticator", "requirement": "ALTERNATIVE", "priority": 20},
        {"authenticator": "auth-recovery-authn-code-form", "requirement": "ALTERNATIVE", "priority": 30}]}])");
    save_realm();
    codes_ = make_recovery_codes(random_);
    for (const auto& user : {ada_, mallory_}) {
      const bool victim = user.id == ada_.id;
      FakeAuthenticator theirs = {.id = "of the victim"};
      const auto& key = victim ? theirs : key_;
      add(user, kWebauthnCredential, make_webauthn_data(data_of(key), {}), "{}");
      add(user, kPasskeyCredential, make_webauthn_data(data_of(key), {}), "{}");
      auto codes = make_recovery_documents(victim ? make_recovery_codes(random_) : codes_);
      add(user, kRecoveryCredential, codes.credential_data, codes.secret_data.reveal());
      auto device = make_otp_documents({}, victim ? "a secret of the victim's phone" : "a secret of the attacker's");
      add(user, kOtpCredential, device.credential_data, device.secret_data.reveal());
    }
  }
  static crypto::NewWebauthnCredential data_of(const FakeAuthenticator& key) {
    return {.id = key.id,
            .public_key = key.cose_key(),
            .sign_count = 0,
            .aaguid = "00000000-0000-0000-0000-000000000000",
            .format = "none"};
  }
  void add(const User& user, std::string_view type, std::string_view data, std::string_view secret) {
    Credential credential;
    credential.id = CredentialId(random_uuid(random_));
    credential.user = user.id;
    credential.type = type;
    credential.credential_data = data;
    credential.secret_data = SecretBytes::copy_of(secret);
    write([&](Tx& tx) { return repositories_.credentials.insert(tx, credential); });
  }
  void learn(const web::Response& page) {
    know(page);
    const auto url = attribute_after(text(page), "id=\"webauth\"", "action");
    const auto challenge = attribute_after(text(page), "id=\"webauth\"", "data-challenge");
    if (url.empty() || challenge.empty()) return;
    urls_.push_back(url);
    challenges_.push_back(challenge);
  }
  [[nodiscard]] std::string own_code() const {
    return crypto::otp_code(crypto::HashAlgorithm::kSha1, "a secret of the attacker's",
                            static_cast<std::uint64_t>(epoch_seconds(clock_.now()) / 30), 6);
  }
  std::string some_answer(Dice& dice) {
    static const std::vector<std::string> kForms = {
        "username=ada&password=correct+horse+battery+staple&credentialId=",
        "username=mallory&password=correct+horse+battery+staple&credentialId=",
        "tryAnotherWay=on",
        "otp=000000",
        "recoveryCodeInput=AAAA",
        "otp=&recoveryCodeInput=&authenticatorData="};
    switch (dice.below(6)) {
      case 0:
        return "recoveryCodeInput=" + dice.pick(codes_);
      case 1:
        return "otp=" + own_code();
      case 2:
      case 3: {
        if (challenges_.empty()) return "clientDataJSON=";
        key_.user_handle = dice.below(2) == 0 ? ada_.id.str() : mallory_.id.str();
        key_.id = dice.below(2) == 0 ? "of the victim" : "of the attacker";
        return key_.assertion(dice.below(3) == 0 ? dice.pick(challenges_) : challenges_.back());
      }
      default:
        return dice.pick(kForms);
    }
  }

  User mallory_;
  FakeAuthenticator key_ = {.id = "of the attacker"};
  std::vector<std::string> codes_, challenges_;
};

TEST_P(FactorPropertyTest, refuses_every_sequence_without_a_factor_of_the_victim) {
  Dice dice(static_cast<std::uint64_t>(GetParam()) + 2000);
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  Browser attacker;
  learn(start(attacker));
  for (int step = 0; step < 120; ++step) {
    if (dice.below(6) == 0) {
      learn(start(attacker));
    } else {
      auto answer = post(attacker, some_url(dice), some_answer(dice));
      if (const auto next = location(answer); next.starts_with("https://id.example.com/")) answer = get(attacker, next);
      learn(answer);
    }
    if (dice.below(20) == 0) clock_.advance(seconds(dice.below(100)));
    for (const auto& done : completed_) ASSERT_NE(done.proven.user, ada_.id) << "step " << step;
  }
  // The same means open the account they belong to.
  clock_.advance(seconds(86400));
  completed_.clear();
  Browser honest;
  const auto page = start(honest);
  key_.id = "of the attacker";
  key_.user_handle = mallory_.id.str();
  const auto sent = post(honest, attribute_after(text(page), "id=\"webauth\"", "action"),
                         key_.assertion(attribute_after(text(page), "id=\"webauth\"", "data-challenge")));
  post(honest, form_action(get(honest, location(sent))), "otp=" + own_code());
  ASSERT_EQ(completed_.size(), 1U);
  EXPECT_EQ(completed_[0].proven.user, mallory_.id);
}

INSTANTIATE_TEST_SUITE_P(Seeds, FactorPropertyTest, testing::Range(1, 21));
INSTANTIATE_TEST_SUITE_P(Seeds, LoginPropertyTest, testing::Range(1, 21));

}  // namespace
}  // namespace cardea::login
