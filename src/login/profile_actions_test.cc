// UPDATE_PROFILE, VERIFY_PROFILE, TERMS_AND_CONDITIONS, delete_account, update_user_locale and the language of pages.
#include <gmock/gmock.h>

#include <algorithm>

#include "login/login_fixture.h"

namespace cardea::login {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class ProfileActionsTest : public LoginTest {
 protected:
  /// Signs in; the page of the first action.
  web::Response sign_in(Browser& browser, std::string_view username, AuthorizationRequest request = authorization()) {
    return get(browser, location(submit(browser, start(browser, std::move(request)), username, kPassword)));
  }
  /// Switches an action on that is off in new realms.
  void switch_on(std::string_view alias) {
    for (auto& item : realm_.extra["requiredActions"].get_array()) {
      if (string_or(item.get_object(), "alias", "") == alias) item.get_object()["enabled"] = true;
    }
    save_realm();
  }
  void change_user(const User& user) {
    write([&](Tx& tx) { return repositories_.users.update(tx, user, false); });
  }
  Browser browser_;
};

TEST_F(ProfileActionsTest, refuses_to_go_on_with_a_profile_that_breaks_the_rules) {
  const auto user = add_user("ada", kPassword, {"UPDATE_PROFILE"});
  const auto page = sign_in(browser_, "ada");
  EXPECT_THAT(text(page), AllOf(HasSubstr("id=\"kc-update-profile-form\""), HasSubstr("name=\"email\" type=\"email\""),
                                HasSubstr("value=\"ada@example.com\""), HasSubstr("First name")));
  const auto refused =
      text(post(browser_, form_action(page), "email=x&firstName=&lastName=%3Cb%3E&username=eve&enabled=false"));
  EXPECT_THAT(refused, AllOf(HasSubstr("id=\"input-error-email\">Invalid email address.<"),
                             HasSubstr("id=\"input-error-firstName\">Please specify this field.<"),
                             HasSubstr("id=\"input-error-lastName\">Value contains invalid character.<"),
                             HasSubstr("&lt;b&gt;"), Not(HasSubstr("<b>"))));
  EXPECT_THAT(completed_, IsEmpty());
  EXPECT_EQ(find_user(user.id)->email, "ada@example.com");
}

TEST_F(ProfileActionsTest, refuses_an_address_of_somebody_else) {
  add_user("ada", kPassword, {"UPDATE_PROFILE"});
  add_user("bob", kPassword);
  const auto page = sign_in(browser_, "ada");
  EXPECT_THAT(text(post(browser_, form_action(page), "email=Bob%40example.com&firstName=A&lastName=L")),
              HasSubstr("Email already exists."));
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(ProfileActionsTest, stores_the_profile_and_completes) {
  const auto user = add_user("ada", kPassword, {"UPDATE_PROFILE"});
  const auto page = sign_in(browser_, "ada");
  const auto done = post(browser_, form_action(page), "email=New%40example.com&firstName=Ada&lastName=Lovelace");
  EXPECT_EQ(location(done), "https://app.example.com/cb?code=1");
  const auto stored = find_user(user.id);
  EXPECT_EQ(stored->email, "new@example.com");
  EXPECT_EQ(stored->last_name, "Lovelace");
  EXPECT_EQ(stored->username, "ada");
  EXPECT_THAT(stored->required_actions, IsEmpty());
}

TEST_F(ProfileActionsTest, refuses_to_sign_in_with_what_is_missing_until_it_is_filled_in) {
  auto user = add_user("ada", kPassword);
  user.last_name.clear();
  change_user(user);
  const auto page = sign_in(browser_, "ada");
  EXPECT_THAT(text(page), HasSubstr("id=\"input-error-lastName\">Please specify this field."));
  EXPECT_THAT(completed_, IsEmpty());
  post(browser_, form_action(page), "email=ada%40example.com&firstName=Ada&lastName=Lovelace");
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(ProfileActionsTest, refuses_addresses_that_are_none_or_somebody_elses) {
  const auto user = add_user("ada", kPassword, {"UPDATE_EMAIL"}, true, "ada@example.com");
  add_user("bob", kPassword, {}, true, "bob@example.com");
  switch_on("UPDATE_EMAIL");
  auto page = sign_in(browser_, "ada");
  EXPECT_THAT(text(page), AllOf(HasSubstr("id=\"kc-update-email-form\""), HasSubstr("ada@example.com")));
  for (const auto* email : {"", "nothing", "Bob%40example.com", "a%40b%40"}) {
    page = post(browser_, form_action(page), std::string("email=") + email);
    EXPECT_THAT(text(page), HasSubstr("id=\"input-error\"")) << email;
    EXPECT_EQ(find_user(user.id)->email, "ada@example.com");
  }
  EXPECT_THAT(completed_, IsEmpty());
  post(browser_, form_action(page), "email=New%40example.com&firstName=Mallory");
  const auto stored = find_user(user.id);
  EXPECT_EQ(stored->email, "new@example.com");
  EXPECT_FALSE(stored->email_verified);
  EXPECT_NE(stored->first_name, "Mallory") << "nothing but the address";
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(ProfileActionsTest, refuses_terms_that_are_not_accepted) {
  const auto user = add_user("ada", kPassword, {"TERMS_AND_CONDITIONS"});
  switch_on("TERMS_AND_CONDITIONS");
  realm_.extra["localizationTexts"] = json::object{{"en", json::object{{"termsText", "Be <kind>."}}}};
  save_realm();
  const auto page = sign_in(browser_, "ada");
  EXPECT_THAT(text(page), HasSubstr("Be &lt;kind&gt;."));
  EXPECT_THAT(text(post(browser_, form_action(page), "")), HasSubstr("You must agree to our terms and conditions."));
  EXPECT_EQ(location(post(browser_, form_action(page), "cancel=on")), "https://app.example.com/cb?error=access_denied");
  EXPECT_THAT(completed_, IsEmpty());
  EXPECT_THAT(location(post(browser_, form_action(page), "accept=on")), HasSubstr("authentication_expired"))
      << "a refusal is final";
  const auto again = sign_in(browser_, "ada");
  post(browser_, form_action(again), "accept=on");
  EXPECT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(find_user(user.id)->attributes.count("terms_and_conditions"), 1U);
}

TEST_F(ProfileActionsTest, refuses_to_delete_an_account_without_the_role) {
  const auto user = add_user("ada", kPassword);
  switch_on("delete_account");
  auto request = authorization();
  request.kc_action = "delete_account";
  const auto page = sign_in(browser_, "ada", request);
  EXPECT_THAT(text(page), HasSubstr("You do not have enough permissions to delete your own account"));
  EXPECT_THAT(text(page), Not(HasSubstr("kc-delete-account-form"))) << "nor is it offered";
  EXPECT_EQ(denied_, 0) << "looking takes nothing";
  EXPECT_EQ(location(post(browser_, form_action(page), "")), "https://app.example.com/cb?error=access_denied");
  EXPECT_TRUE(find_user(user.id).has_value());
}

TEST_F(ProfileActionsTest, deletes_the_account_of_who_may_and_signs_nobody_in) {
  const auto user = add_user("ada", kPassword);
  switch_on("delete_account");
  Client account;
  account.id = ClientId("client-account");
  account.client_id = "account";
  Role role;
  role.id = RoleId("role-delete");
  role.realm = realm_.id;
  role.client = account.id;
  role.name = "delete-account";
  write([&](Tx& tx) { return repositories_.clients.insert(tx, realm_.id, account); });
  write([&](Tx& tx) { return repositories_.roles.insert(tx, role); });
  write([&](Tx& tx) { return repositories_.users.add_role(tx, user.id, role.id); });
  settings_.check_versions();
  auto request = authorization();
  request.kc_action = "delete_account";
  const auto page = sign_in(browser_, "ada", request);
  EXPECT_THAT(text(page), AllOf(HasSubstr("id=\"kc-delete-account-form\""), HasSubstr("cancel-aia")));
  const auto done = post(browser_, form_action(page), "");
  EXPECT_THAT(text(done), HasSubstr("Your account was deleted."));
  EXPECT_FALSE(find_user(user.id).has_value());
  EXPECT_THAT(completed_, IsEmpty());
}

// The account console asks for it by the credential's id.
TEST_F(ProfileActionsTest, refuses_to_delete_passwords_and_credentials_of_others) {
  const auto ada = add_user("ada", kPassword);
  const auto bob = add_user("bob", kPassword);
  Credential other;
  other.id = CredentialId("bobs-passkey");
  other.user = bob.id;
  other.type = "webauthn-passwordless";
  write([&](Tx& tx) { return repositories_.credentials.insert(tx, other); });
  const auto all_of = [&](const User& user) {
    return read_from(store_, [&](Rows& rows) { return repositories_.credentials.list_all(rows, user.id); }).value();
  };
  for (const auto& id :
       {std::string("bobs-passkey"), all_of(ada).front().id.str(), std::string("nothing"), std::string()}) {
    auto request = authorization();
    request.kc_action = "delete_credential:" + id;
    Browser browser;
    completed_.clear();
    EXPECT_EQ(sign_in(browser, "ada", request).status, 302) << "there is nothing to ask about";
    ASSERT_THAT(completed_, SizeIs(1)) << id;
    EXPECT_EQ(completed_.back().request.kc_action_status, "error");
  }
  EXPECT_THAT(all_of(ada), SizeIs(1));
  EXPECT_THAT(all_of(bob), SizeIs(2));
}

TEST_F(ProfileActionsTest, deletes_the_credential_that_was_named) {
  const auto ada = add_user("ada", kPassword);
  for (const auto* id : {"phone", "key"}) {
    Credential credential;
    credential.id = CredentialId(id);
    credential.user = ada.id;
    credential.type = "webauthn-passwordless";
    credential.label = std::string("My <") + id + ">";
    write([&](Tx& tx) { return repositories_.credentials.insert(tx, credential); });
  }
  auto request = authorization();
  request.kc_action = "delete_credential:key";
  const auto page = sign_in(browser_, "ada", request);
  EXPECT_THAT(text(page), AllOf(HasSubstr("Do you want to delete My &lt;key&gt;?"), HasSubstr("cancel-aia")));
  post(browser_, form_action(page), "");
  EXPECT_EQ(completed_.back().request.kc_action_status, "success");
  const auto left =
      read_from(store_, [&](Rows& rows) { return repositories_.credentials.list_all(rows, ada.id); }).value();
  EXPECT_EQ(left.size(), 2U);
  EXPECT_EQ(std::ranges::find(left, CredentialId("key"), &Credential::id), left.end());
}

// Attack class 6. The flow does not ask this person for it: what it guards somewhere else stays.
TEST_F(ProfileActionsTest, refuses_to_delete_a_second_factor_after_a_password_alone) {
  const auto ada = add_user("ada", kPassword);
  Credential key;
  key.id = CredentialId("key");
  key.user = ada.id;
  key.type = "webauthn";
  write([&](Tx& tx) { return repositories_.credentials.insert(tx, key); });
  auto flows = json::parse(R"([{"alias": "browser", "topLevel": true, "authenticationExecutions": [
      {"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 10}]},
    {"alias": "strict", "topLevel": true, "authenticationExecutions": [
      {"authenticator": "webauthn-authenticator", "requirement": "REQUIRED", "priority": 10}]}])");
  realm_.extra["authenticationFlows"] = flows;
  realm_.extra["browserFlow"] = "browser";
  save_realm();
  auto request = authorization();
  request.kc_action = "delete_credential:key";
  EXPECT_EQ(sign_in(browser_, "ada", request).status, 302);
  ASSERT_FALSE(completed_.empty());
  EXPECT_EQ(completed_.back().request.kc_action_status, "error");
  const auto left =
      read_from(store_, [&](Rows& rows) { return repositories_.credentials.list_all(rows, ada.id); }).value();
  EXPECT_EQ(left.size(), 2U);
  // No flow asks for one: it guards nothing.
  flows.as_array().pop_back();
  realm_.extra["authenticationFlows"] = flows;
  save_realm();
  Browser other;
  EXPECT_THAT(text(sign_in(other, "ada", request)), HasSubstr("cancel-aia"));
}

TEST_F(ProfileActionsTest, speaks_the_language_that_was_chosen) {
  add_user("ada", kPassword, {"UPDATE_PROFILE"});
  EXPECT_THAT(text(start(browser_)),
              AllOf(HasSubstr("<html lang=\"en\" dir=\"ltr\">"), Not(HasSubstr("id=\"kc-locale\""))));
  realm_.internationalization_enabled = true;
  realm_.extra["supportedLocales"] = json::array{"en", "de", "fr", "xx"};
  realm_.extra["defaultLocale"] = "fr";
  save_realm();
  EXPECT_THAT(text(start(browser_)), HasSubstr("<html lang=\"fr\" dir=\"ltr\">"));
  browser_.headers = {{"Accept-Language", "de-AT, en;q=0.5"}};
  const auto page = start(browser_);
  EXPECT_THAT(text(page),
              AllOf(HasSubstr("<html lang=\"de\" dir=\"ltr\">"), HasSubstr("Anmelden"), HasSubstr("id=\"kc-locale\"")));
  const auto english = attribute_after(text(page), "lang=\"en\" hreflang=\"en\"", "href");
  EXPECT_THAT(text(get(browser_, english)), HasSubstr("<html lang=\"en\" dir=\"ltr\">"));
  EXPECT_THAT(text(start(browser_)), HasSubstr("<html lang=\"en\" dir=\"ltr\">")) << "the choice is kept";
  EXPECT_THAT(text(get(browser_, english + "&kc_locale=%3Cb%3E")), Not(HasSubstr("<b>")));
}

TEST_F(ProfileActionsTest, speaks_a_language_that_the_realm_brought_texts_for) {
  add_user("ada", kPassword);
  realm_.internationalization_enabled = true;
  realm_.extra["supportedLocales"] = json::array{"en", "ar", "pt-BR", "he", "x\"><b>"};
  realm_.extra["defaultLocale"] = "ar";
  realm_.extra["localizationTexts"] = json::parse(R"({
      "ar": {"loginAccountTitle": "ادخل"}, "pt-BR": {"loginAccountTitle": "Entre"}, "x\"><b>": {"doLogIn": "x"}})");
  save_realm();
  const auto arabic = text(start(browser_));
  EXPECT_THAT(arabic, AllOf(HasSubstr("<html lang=\"ar\" dir=\"rtl\">"), HasSubstr("ادخل")));
  EXPECT_THAT(arabic, HasSubstr("Sign In")) << "what was not translated is English";
  EXPECT_THAT(arabic, AllOf(HasSubstr(">العربية<"), HasSubstr(">Português (Brasil)<"), HasSubstr(">English<")));
  EXPECT_THAT(arabic, AllOf(Not(HasSubstr("hreflang=\"he\"")), Not(HasSubstr("<b>"))));
  browser_.headers = {{"Accept-Language", "pt-BR, en;q=0.5"}};
  EXPECT_THAT(text(start(browser_)), AllOf(HasSubstr("<html lang=\"pt-BR\" dir=\"ltr\">"), HasSubstr("Entre")));
}

TEST_F(ProfileActionsTest, keeps_the_language_of_an_account) {
  const auto user = add_user("ada", kPassword, {"update_user_locale"});
  realm_.internationalization_enabled = true;
  realm_.extra["supportedLocales"] = json::array{"en", "de"};
  save_realm();
  const auto page = sign_in(browser_, "ada");
  EXPECT_THAT(text(post(browser_, form_action(page), "locale=xx")), HasSubstr("Invalid value."));
  post(browser_, form_action(page), "locale=de");
  EXPECT_THAT(completed_, SizeIs(1));
  EXPECT_THAT(find_user(user.id)->attributes.at("locale"), ElementsAre("de"));
}

// A page that could only be left again is none: the client is told at once (keycloak.md section 1.5, kc_action).
TEST_F(ProfileActionsTest, refuses_a_choice_of_language_where_there_is_one_alone) {
  add_user("ada", kPassword);
  switch_on("update_user_locale");
  auto request = authorization();
  request.kc_action = "update_user_locale";
  EXPECT_EQ(sign_in(browser_, "ada", request).status, 302);
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].request.kc_action_status, "error");
}

TEST_F(ProfileActionsTest, refuses_to_verify_no_address_and_passes_one_that_is_verified) {
  auto user = add_user("ada", kPassword);
  for (auto& item : realm_.extra["requiredActions"].get_array()) {
    // Or a profile without an address would be asked for first.
    if (string_or(item.get_object(), "alias", "") == "VERIFY_PROFILE") item.get_object()["enabled"] = false;
  }
  switch_on("VERIFY_EMAIL");
  auto request = authorization();
  request.kc_action = "VERIFY_EMAIL";
  const auto with = [&](std::string email, bool is_verified) {
    user.email = std::move(email);
    user.email_verified = is_verified;
    write([&](Tx& tx) { return repositories_.users.update(tx, user, false); });
    completed_.clear();
    Browser browser;
    return sign_in(browser, "ada", request);
  };
  EXPECT_EQ(with("", false).status, 302);
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].request.kc_action_status, "error");
  EXPECT_THAT(text(with("ada@example.com", false)), HasSubstr("kc-verify-email-form")) << "here is something to do";
  EXPECT_THAT(completed_, IsEmpty());
  EXPECT_EQ(with("ada@example.com", true).status, 302);
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].request.kc_action_status, "success");
}

}  // namespace
}  // namespace cardea::login
