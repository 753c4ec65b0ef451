#include "login/registration.h"

#include <gmock/gmock.h>

#include "core/verify_credential.h"
#include "login/login_fixture.h"
#include "web/form.h"

namespace cardea::login {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::string_view kGood =
    "username=Grace&email=grace%40example.com&firstName=Grace&lastName=Hopper&password=nanoseconds+matter&"
    "password-confirm=nanoseconds+matter";

class RegistrationTest : public LoginTest {
 protected:
  void SetUp() override {
    realm_.registration_allowed = true;
    save_realm();
  }
  web::Response open() { return get(browser_, attribute_after(text(start(browser_)), "New user?", "href")); }
  std::optional<User> find(std::string_view username) {
    return *read_from(store_,
                      [&](Rows& rows) { return repositories_.users.find_by_username(rows, realm_.id, username); });
  }
  void set_step(std::string_view authenticator, std::string_view requirement) {
    for (auto& flow : realm_.extra["authenticationFlows"].get_array()) {
      for (auto& execution : flow.get_object()["authenticationExecutions"].get_array()) {
        auto& object = execution.get_object();
        if (string_or(object, "authenticator", "") == authenticator) object["requirement"] = requirement;
      }
    }
    save_realm();
  }
  Browser browser_;
};

TEST_F(RegistrationTest, refuses_where_the_realm_does_not_let_people_register) {
  const auto url = form_action(open());
  realm_.registration_allowed = false;
  save_realm();
  EXPECT_THAT(text(start(browser_)), Not(HasSubstr("kc-registration")));
  EXPECT_THAT(text(get(browser_, url)), HasSubstr("Registration not allowed"));
  EXPECT_EQ(post(browser_, url, std::string(kGood)).status, 400);
  auto request = authorization();
  request.prompt_create = true;
  EXPECT_EQ(start(browser_, request).status, 400);
  EXPECT_FALSE(find("grace"));
}

TEST_F(RegistrationTest, refuses_where_the_flow_wants_what_cannot_run_here) {
  const auto url = form_action(open());
  set_step("registration-recaptcha-action", "REQUIRED");
  EXPECT_EQ(post(browser_, url, std::string(kGood)).status, 400);
  EXPECT_FALSE(find("grace"));
}

TEST_F(RegistrationTest, refuses_bad_values_and_tells_each) {
  realm_.password_policy = "length(8)";
  save_realm();
  const auto url = form_action(open());
  const auto refused =
      text(post(browser_, url, "username=a&email=x&firstName=&lastName=L%3C&password=a&password-confirm=b"));
  for (const auto* part :
       {"Length must be between 3 and 255.", "Invalid email address.", "Please specify this field.",
        "Value contains invalid character.", "Password confirmation doesn&apos;t match.", "value=\"L&lt;\""}) {
    EXPECT_THAT(refused, HasSubstr(part));
  }
  EXPECT_THAT(refused, Not(HasSubstr("value=\"b\"")));
  EXPECT_THAT(text(post(browser_, url, "username=grace&password=short&password-confirm=short")),
              HasSubstr("Invalid password: minimum length 8."));
  EXPECT_THAT(text(post(browser_, url, "username=grace")), HasSubstr("Please specify password."));
  EXPECT_FALSE(find("grace"));
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(RegistrationTest, refuses_names_and_addresses_that_are_taken) {
  add_user("ada", kPassword);
  const auto url = form_action(open());
  const auto refused = text(post(
      browser_, url, "username=ADA&email=ada%40example.com&firstName=A&lastName=L&password=abc&password-confirm=abc"));
  EXPECT_THAT(refused, AllOf(HasSubstr("Username already exists."), HasSubstr("Email already exists.")));
  const auto as_name = text(post(browser_, url,
                                 "username=ada%40example.com&email=e%40example.com&firstName=A&lastName=L&password=abc&"
                                 "password-confirm=abc"));
  EXPECT_THAT(as_name, HasSubstr("Username already exists.")) << "somebody's address is no name for others";
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(RegistrationTest, refuses_another_browser_and_another_site) {
  const auto url = form_action(open());
  Browser stranger;
  EXPECT_THAT(text(post(stranger, url, std::string(kGood))), HasSubstr("Restart login cookie not found."));
  browser_.headers = {{"Sec-Fetch-Site", "cross-site"}};
  EXPECT_EQ(post(browser_, url, std::string(kGood)).status, 403);
  EXPECT_FALSE(find("grace"));
}

TEST_F(RegistrationTest, refuses_when_a_certain_person_must_sign_in) {
  add_user("ada", kPassword);
  const auto page = start(browser_, authorization(), "ada");
  EXPECT_THAT(text(page), Not(HasSubstr("kc-registration")));
  auto url = form_action(page);
  url.replace(url.find("/authenticate"), 13, "/registration");
  EXPECT_THAT(location(post(browser_, url, std::string(kGood))), HasSubstr("authentication_expired"));
  EXPECT_FALSE(find("grace"));
}

TEST_F(RegistrationTest, makes_the_account_and_goes_on) {
  Role everyone;
  everyone.id = RoleId("role-default");
  everyone.realm = realm_.id;
  everyone.name = "default-roles-demo";
  write([&](Tx& tx) { return repositories_.roles.insert(tx, everyone); });
  realm_.default_role = everyone.id;
  save_realm();
  const auto page = open();
  EXPECT_THAT(text(page), AllOf(HasSubstr("id=\"kc-register-form\""), HasSubstr("autocomplete=\"new-password\""),
                                HasSubstr("name=\"username\"")));
  const auto done = post(browser_, form_action(page), std::string(kGood));
  EXPECT_EQ(location(done), "https://app.example.com/cb?code=1");
  const auto user = find("grace");
  ASSERT_TRUE(user);
  EXPECT_EQ(user->email, "grace@example.com");
  EXPECT_FALSE(user->email_verified);
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].proven.user, user->id);
  const auto attempt = read_from(
      store_, [&](Rows& rows) { return load_login_attempt(rows, repositories_, realm_, "grace", clock_.now()); });
  EXPECT_EQ(verify_password(*attempt, "nanoseconds matter"), PasswordVerdict::kAccepted);
  const auto subject =
      read_from(store_, [&](Rows& rows) { return repositories_.subjects.load(rows, realm_.id, user->id); });
  EXPECT_THAT((*subject)->roles, ElementsAre(everyone.id));
}

TEST_F(RegistrationTest, the_address_is_the_name_where_the_realm_says_so) {
  realm_.registration_email_as_username = true;
  save_realm();
  const auto page = open();
  EXPECT_THAT(text(page), Not(HasSubstr("name=\"username\"")));
  post(browser_, form_action(page),
       "email=Grace%40Example.com&firstName=G&lastName=H&password=abc&password-confirm=abc");
  EXPECT_TRUE(find("grace@example.com"));
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(RegistrationTest, asks_for_terms_where_the_flow_does) {
  set_step("registration-terms-and-conditions", "REQUIRED");
  const auto url = form_action(open());
  EXPECT_THAT(text(post(browser_, url, std::string(kGood))), HasSubstr("You must agree to our terms and conditions."));
  EXPECT_FALSE(find("grace"));
  post(browser_, url, std::string(kGood) + "&termsAccepted=on");
  EXPECT_EQ(find("grace")->attributes.count("terms_and_conditions"), 1U);
}

TEST_F(RegistrationTest, begins_with_the_form_when_the_client_asks) {
  auto request = authorization();
  request.prompt_create = true;
  request.login_hint = "new@example.com";
  const auto page = start(browser_, request);
  EXPECT_THAT(text(page), AllOf(HasSubstr("id=\"kc-register-form\""), HasSubstr("value=\"new@example.com\"")));
  const auto login = get(browser_, attribute_after(text(page), "id=\"kc-back-to-login\"", "href"));
  EXPECT_THAT(text(login), HasSubstr("id=\"kc-form-login\""));
}

}  // namespace
}  // namespace cardea::login
