// The consent page (core/consent.h) and the lock after wrong passwords, as people meet them.
#include "core/consent.h"

#include <gmock/gmock.h>

#include "login/login_fixture.h"

namespace cardea::login {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class ConsentTest : public LoginTest {
 protected:
  void SetUp() override {
    user_ = add_user("ada", kPassword);
    for (const auto& [name, text, shown] : {std::tuple{"email", "${emailScopeConsentText}", "true"},
                                            std::tuple{"secret", "Hidden", "false"}, std::tuple{"pets", "", "true"}}) {
      ClientScope scope;
      scope.id = ScopeId(std::string("scope-") + name);
      scope.name = name;
      scope.attributes = {{"display.on.consent.screen", shown}, {"consent.screen.text", text}};
      write([&](Tx& tx) { return repositories_.scopes.insert(tx, realm_.id, scope); });
      client_.optional_scopes.push_back(scope.id);
    }
    client_.id = ClientId("client-consent");
    client_.client_id = "consent";
    client_.name = "Pet <Shop>";
    client_.consent_required = true;
    client_.redirect_uris = {std::string(kRedirectUri)};
    write([&](Tx& tx) { return repositories_.clients.insert(tx, realm_.id, client_); });
    settings_.check_versions();
  }
  static AuthorizationRequest asking(std::string scope) {
    auto out = authorization();
    out.client = ClientId("client-consent");
    out.client_id = "consent";
    out.scope = std::move(scope);
    return out;
  }
  web::Response sign_in(AuthorizationRequest request) {
    auto answer = submit(browser_, start(browser_, std::move(request)), "ada", kPassword);
    return completed_.empty() ? get(browser_, location(answer)) : std::move(answer);
  }
  std::optional<Consent> allowed() {
    return *read_from(store_, [&](Rows& rows) { return repositories_.consents.find(rows, user_.id, client_.id); });
  }
  User user_;
  Client client_;
  Browser browser_;
};

TEST_F(ConsentTest, refuses_to_answer_before_the_person_has_said_yes) {
  const auto page = sign_in(asking("openid email secret"));
  EXPECT_THAT(text(page), AllOf(HasSubstr("Grant Access to Pet &lt;Shop&gt;"), HasSubstr("<li>Email address</li>"),
                                HasSubstr("app.example.com"), Not(HasSubstr("Hidden")), Not(HasSubstr("pets"))));
  EXPECT_THAT(form_action(page), HasSubstr("/login-actions/consent?"));
  EXPECT_THAT(completed_, IsEmpty());
  Browser stranger;
  EXPECT_THAT(text(post(stranger, form_action(page), "accept=on")), HasSubstr("Restart login cookie not found."));
  browser_.headers = {{"Sec-Fetch-Site", "cross-site"}};
  EXPECT_EQ(post(browser_, form_action(page), "accept=on").status, 403);
  EXPECT_FALSE(allowed());
}

TEST_F(ConsentTest, a_no_ends_it) {
  const auto page = sign_in(asking("openid email"));
  EXPECT_EQ(location(post(browser_, form_action(page), "cancel=on")), "https://app.example.com/cb?error=access_denied");
  EXPECT_EQ(denied_, 1);
  EXPECT_THAT(location(post(browser_, form_action(page), "accept=on")), HasSubstr("authentication_expired"));
  EXPECT_THAT(completed_, IsEmpty());
  EXPECT_FALSE(allowed());
}

TEST_F(ConsentTest, a_yes_is_remembered_and_only_new_things_are_asked_again) {
  post(browser_, form_action(sign_in(asking("openid email"))), "accept=on");
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_THAT(allowed()->scopes, testing::ElementsAre(ScopeId("scope-email")));

  completed_.clear();
  sign_in(asking("openid email"));
  EXPECT_THAT(completed_, SizeIs(1)) << "asked before";

  completed_.clear();
  const auto more = sign_in(asking("openid email pets"));
  EXPECT_THAT(text(more), AllOf(HasSubstr("<li>pets</li>"), Not(HasSubstr("Email address"))));
  post(browser_, form_action(more), "accept=on");
  EXPECT_THAT(allowed()->scopes, SizeIs(2));

  completed_.clear();
  auto again = asking("openid email");
  again.prompt_consent = true;
  EXPECT_THAT(text(sign_in(again)), HasSubstr("Email address"));
}

TEST_F(ConsentTest, refuses_a_right_password_while_the_account_is_locked) {
  realm_.extra["bruteForceProtected"] = true;
  realm_.extra["failureFactor"] = 2;
  realm_.extra["waitIncrementSeconds"] = 60;
  realm_.extra["quickLoginCheckMilliSeconds"] = 0;
  save_realm();
  auto page = start(browser_);
  for (int i = 0; i < 2; ++i) EXPECT_THAT(text(submit(browser_, page, "ada", "wrong")), HasSubstr("Invalid username"));
  EXPECT_THAT(text(submit(browser_, page, "ada", kPassword)), HasSubstr("Invalid username or password."));
  EXPECT_THAT(completed_, IsEmpty());
  EXPECT_TRUE(log_.contains("user_temporarily_disabled"));
  clock_.advance(seconds(61));
  submit(browser_, page, "ada", kPassword);
  EXPECT_THAT(completed_, SizeIs(1));
  const auto left =
      read_from(store_, [&](Rows& rows) { return repositories_.login_failures.find(rows, realm_.id, user_.id); });
  EXPECT_FALSE(left->has_value()) << "a right password forgets the wrong ones";
}

TEST_F(ConsentTest, locks_an_account_for_good_where_the_realm_says_so) {
  realm_.extra["bruteForceProtected"] = true;
  realm_.extra["failureFactor"] = 2;
  realm_.extra["permanentLockout"] = true;
  save_realm();
  const auto page = start(browser_);
  for (int i = 0; i < 2; ++i) submit(browser_, page, "ada", "wrong");
  EXPECT_FALSE(find_user(user_.id)->enabled);
  EXPECT_TRUE(log_.contains("user_disabled_by_permanent_lockout"));
  // The right password of a locked account must look as every wrong one does, for as long as anybody guesses.
  EXPECT_THAT(text(submit(browser_, page, "ada", kPassword)), HasSubstr("Invalid username or password."));
  clock_.advance(seconds(90LL * 86400));
  EXPECT_THAT(text(submit(browser_, start(browser_), "ada", kPassword)), HasSubstr("Invalid username or password."));
}

}  // namespace
}  // namespace cardea::login
