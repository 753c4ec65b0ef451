// Mailed links (keycloak.md section 1.16): a forgotten password, an address to verify, actions an administrator asked
// for. What a link must not do comes first (attack classes 3, 5, 9, 17).
#include <gmock/gmock.h>

#include "core/mail/action_mail.h"
#include "login/theme_mailer.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kLoginActions = "/realms/demo/login-actions";

class MailLinks : public testing::TestWithParam<Engine> {
 protected:
  MailLinks() {
    server_.change_realm([](Realm& realm) {
      realm.reset_password_allowed = true;
      realm.extra["smtpServer"] = {{"host", "mail.example"}, {"from", "no-reply@demo.example"}};
    });
  }

  /// What waits in the outbox, taken out of it.
  std::vector<Mail> mails() {
    auto& repositories = server_.repositories;
    return *write_to(repositories.store, [&](Tx& tx) -> Stored<std::vector<Mail>> {
      auto leased = repositories.mails.lease(tx, server_.clock.now(), 100);
      if (!leased) return leased;
      for (const auto& mail : *leased) {
        if (auto removed = repositories.mails.remove(tx, mail.id); !removed) return refuse(removed.error());
      }
      return leased;
    });
  }
  static std::string link_in(const Mail& mail) {
    const auto at = mail.text.find("\nhttps://");
    EXPECT_NE(at, std::string::npos) << mail.text;
    return mail.text.substr(at + 1, mail.text.find('\n', at + 1) - at - 1);
  }
  std::string only_link() {
    const auto found = mails();
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? std::string() : link_in(found.front());
  }

  web::Response ask_for_link(const std::string& name, const std::string& address = "192.0.2.7",
                             const std::string& language = "") {
    web::Request request;
    request.method = web::Method::kPost;
    request.scheme = "https";
    request.host = "id.example";
    request.path = std::string(kLoginActions) + "/reset-credentials";
    request.query = "client_id=app&tab_id=t";
    request.remote_address = address;
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    if (!language.empty()) request.headers.push_back({"Accept-Language", language});
    request.body = "username=" + name;
    return server_.handle(std::move(request));
  }
  std::string reset_link(const std::string& name = "ada") {
    EXPECT_EQ(ask_for_link(name).status, 200);
    return only_link();
  }
  /// A page without what is drawn anew for each.
  static std::string stable(const web::Response& page) {
    std::string text(page.body_text());
    for (auto at = text.find("nonce=\""); at != std::string::npos; at = text.find("nonce=\"", at + 1)) {
      text.erase(at, text.find('"', at + 7) - at);
    }
    return text;
  }
  web::Response open_and_press(Browser& browser, const std::string& link) {
    const auto page = browser.get(link);
    EXPECT_EQ(page.status, 200) << page.body_text();
    return browser.submit(page, {});
  }
  /// Follows redirects to the page of the action.
  static web::Response follow(Browser& browser, web::Response answer) {
    return answer.status == 302 ? browser.get(location(answer)) : answer;
  }
  web::Response choose(Browser& browser, const web::Response& page, const std::string& password) {
    return browser.submit(page, {{"password-new", password}, {"password-confirm", password}});
  }
  void change_user(const std::function<Stored<void>(Tx&)>& change) {
    ASSERT_TRUE(server_.repositories.store.write(change));
  }
  User user(const std::string& name) {
    return **read_from(server_.repositories.store, [&](Rows& rows) {
      return server_.repositories.users.find_by_username(rows, RealmId("realm-demo"), name);
    });
  }
  void expect_stale(const web::Response& page) {
    EXPECT_EQ(page.status, 400);
    EXPECT_THAT(std::string(page.body_text()), HasSubstr("old stale link"));
  }

  Server server_{GetParam()};
  Browser browser_{server_};
};
INSTANTIATE_ON_EVERY_ENGINE(MailLinks);

// Attack class 7: the address came from a directory while passwords were not reset by mail.
TEST_P(MailLinks, refuses_addresses_that_a_directory_could_not_hand_out_now) {
  const auto provision = [&](const std::string& domains) {
    server_.change_realm([&](Realm& realm) {
      realm.extra["identityProviders"] = json::array{
          json::object{{"alias", "up"}, {"providerId", "entra"}, {"config", json::object{{"emailDomains", domains}}}}};
    });
  };
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
    User user;
    user.id = UserId("user-uma");
    user.realm = RealmId("realm-demo");
    user.username = "uma";
    user.email = "uma@evil.example";
    user.enabled = true;
    if (auto done = server_.repositories.users.insert(tx, user, false); !done) return done;
    ProvisionedUser row;
    row.realm = user.realm;
    row.user = user.id;
    row.provider = "up";
    row.user_name = "uma";
    row.is_made = true;
    return server_.repositories.provisioned_users.insert(tx, row);
  }));
  provision("contoso.example");
  EXPECT_EQ(ask_for_link("uma").status, 200);
  for (const auto& mail : mails()) EXPECT_NE(mail.to, "uma@evil.example");
  provision("evil.example");
  EXPECT_EQ(ask_for_link("uma").status, 200);
  EXPECT_NE(only_link(), "");
}

TEST_P(MailLinks, refuses_where_the_realm_does_not_allow_it) {
  server_.change_realm([](Realm& realm) { realm.reset_password_allowed = false; });
  EXPECT_EQ(ask_for_link("ada").status, 400);
  EXPECT_EQ(browser_.get(std::string(kLoginActions) + "/reset-credentials?client_id=app&tab_id=t").status, 400);
  EXPECT_TRUE(mails().empty());
  EXPECT_THAT(std::string(browser_.get(authorize_url()).body_text()), Not(HasSubstr("reset-credentials")));
}

TEST_P(MailLinks, refuses_where_the_realms_flow_sends_no_mail) {  // whoever says a name would have the account
  server_.change_realm([](Realm& realm) {
    realm.extra["resetCredentialsFlow"] = "mine";
    realm.extra["authenticationFlows"] = json::parse(
        R"([{"alias": "mine", "topLevel": true, "authenticationExecutions": [
             {"authenticator": "reset-credentials-choose-user", "requirement": "REQUIRED", "priority": 1},
             {"authenticator": "reset-credential-email", "requirement": "DISABLED", "priority": 2},
             {"authenticator": "reset-password", "requirement": "REQUIRED", "priority": 3}]}])");
  });
  EXPECT_EQ(ask_for_link("ada").status, 400);
  EXPECT_TRUE(mails().empty());
}

TEST_P(MailLinks, a_flow_that_changed_counts_for_links_that_were_sent) {
  const auto link = reset_link();
  server_.change_realm([](Realm& realm) { realm.extra["resetCredentialsFlow"] = "gone"; });
  const auto page = browser_.get(link);
  EXPECT_EQ(page.status, 400);
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("Reset Credential not allowed"));
}

TEST_P(MailLinks, the_realms_flow_says_what_is_made_anew) {
  server_.change_realm([](Realm& realm) {
    realm.extra["resetCredentialsFlow"] = "mine";
    auto flows = realm.extra.contains("authenticationFlows") ? realm.extra.at("authenticationFlows") : json::array();
    flows.as_array().push_back(json::parse(
        R"({"alias": "mine", "topLevel": true, "authenticationExecutions": [
             {"authenticator": "reset-credentials-choose-user", "requirement": "REQUIRED", "priority": 1},
             {"authenticator": "reset-credential-email", "requirement": "REQUIRED", "priority": 2},
             {"authenticator": "reset-otp", "requirement": "REQUIRED", "priority": 3}]})"));
    realm.extra["authenticationFlows"] = std::move(flows);
  });
  const auto page = follow(browser_, open_and_press(browser_, reset_link()));
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("kc-totp-settings"));
  EXPECT_THAT(std::string(page.body_text()), Not(HasSubstr("kc-passwd-update-form")));
}

TEST_P(MailLinks, the_page_speaks_the_realms_words) {
  server_.change_realm([](Realm& realm) {
    realm.internationalization_enabled = true;
    realm.extra["supportedLocales"] = {"en", "de"};
    realm.extra["localizationTexts"] = {{"de", {{"emailForgotTitle", "Alles vergessen?"}}}};
  });
  const auto page = browser_.get(std::string(kLoginActions) + "/reset-credentials?client_id=app&tab_id=t&kc_locale=de");
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("Alles vergessen?"));
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("lang=\"de\""));
  EXPECT_THAT(std::string(page.body_text()), Not(HasSubstr("Username or email")));
}

TEST_P(MailLinks, refuses_to_say_who_has_an_account) {
  const auto known = ask_for_link("ada");
  EXPECT_EQ(known.status, 200);
  for (const auto* name : {"nobody", "eve", "service-account-service", "nobody@demo.example", "ada@demo.example"}) {
    const auto answer = ask_for_link(name);
    EXPECT_EQ(answer.status, 200) << name;
    EXPECT_EQ(stable(answer), stable(known)) << name;
  }
  // A row for each, so that the work is the same; those to nobody are never sent (MailDelivery).
  const auto written = mails();
  EXPECT_EQ(written.size(), 6U);
  EXPECT_EQ(std::ranges::count(written, "ada@demo.example", &Mail::to), 2);
  EXPECT_EQ(std::ranges::count(written, "", &Mail::to), 4);
}

TEST_P(MailLinks, refuses_too_many_for_one_name_whether_it_exists_or_not) {
  for (const auto* name : {"ada", "nobody"}) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(ask_for_link(name, "198.51.100." + std::to_string(i)).status, 200) << name;
    EXPECT_EQ(ask_for_link(name, "198.51.100.99").status, 429) << name;
  }
  server_.clock.advance(seconds{900});
  EXPECT_EQ(ask_for_link("ada").status, 200);
}

TEST_P(MailLinks, refuses_too_many_from_one_address) {
  for (int i = 0; i < 30; ++i) EXPECT_EQ(ask_for_link("name" + std::to_string(i)).status, 200);
  EXPECT_EQ(ask_for_link("another").status, 429);
  EXPECT_EQ(ask_for_link("another", "198.51.100.1").status, 200);
}

TEST_P(MailLinks, refuses_when_no_mail_can_be_sent) {
  server_.change_realm([](Realm& realm) { realm.extra.erase("smtpServer"); });
  for (const auto* name : {"ada", "nobody"}) {
    const auto page = ask_for_link(name);
    EXPECT_EQ(page.status, 500);
    EXPECT_THAT(std::string(page.body_text()), HasSubstr("Failed to send email"));
  }
  EXPECT_TRUE(mails().empty());
}

TEST_P(MailLinks, refuses_links_that_were_changed_or_never_were) {
  const auto link = reset_link();
  for (const auto& odd : {link + "x", link.substr(0, link.size() - 2), link.substr(0, link.find("key=") + 4),
                          link.substr(0, link.find('?')), link + "&key=x"}) {
    expect_stale(browser_.get(odd));
  }
}

TEST_P(MailLinks, refuses_a_reset_link_once_a_newer_one_was_sent) {
  const auto older = reset_link();
  const auto newer = reset_link();
  expect_stale(browser_.get(older));
  EXPECT_EQ(open_and_press(browser_, newer).status, 302);
}

TEST_P(MailLinks, refuses_a_reset_link_once_the_password_was_changed) {
  const auto link = reset_link();
  Browser other(server_);
  const auto page = follow(other, open_and_press(other, reset_link()));
  expect_stale(browser_.get(link));
  EXPECT_EQ(choose(other, page, "new-horse-battery").status, 200);
  expect_stale(browser_.get(link));
}

TEST_P(MailLinks, refuses_the_page_of_a_link_once_the_password_was_changed_otherwise) {
  const auto page = follow(browser_, open_and_press(browser_, reset_link()));
  change_user([&](Tx& tx) -> Stored<void> {
    Credential credential;
    credential.id = CredentialId("by-the-owner");
    credential.user = UserId("user-ada");
    credential.type = "password";
    credential.created_at = server_.clock.now();
    credential.credential_data = "{}";
    credential.secret_data = SecretBytes(std::string("{}"));
    return server_.repositories.credentials.replace(tx, credential);
  });
  EXPECT_NE(choose(browser_, page, "new-horse-battery").status, 200);
}

TEST_P(MailLinks, refuses_a_new_address_that_nobody_confirmed) {
  server_.change_realm([](Realm& realm) {
    realm.verify_email = true;
    realm.extra["requiredActions"] = json::parse(
        R"([{"alias": "UPDATE_EMAIL", "providerId": "UPDATE_EMAIL", "enabled": true, "defaultAction": false}])");
  });
  const auto set = [&](const std::function<void(User&)>& change) {
    auto ada = user("ada");
    change(ada);
    change_user([&](Tx& tx) { return server_.repositories.users.update(tx, ada, false); });
  };
  set([](User& ada) {
    ada.email_verified = true;
    ada.required_actions = {"UPDATE_EMAIL"};
  });
  const auto login = browser_.get(authorize_url());
  auto page = follow(browser_, browser_.submit(login, {{"username", "ada"}, {"password", "correct-horse"}}));
  page = browser_.submit(page, {{"email", "new@demo.example"}});
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("kc-sent"));
  EXPECT_EQ(user("ada").email, "ada@demo.example");
  const auto sent = mails();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent.front().to, "new@demo.example");
  const Pairs same = {{"email", "new@demo.example"}, {"sent", "true"}};
  page = browser_.submit(page, same);
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("not confirmed yet"));
  Browser reader(server_);
  const auto done = open_and_press(reader, link_in(sent.front()));
  EXPECT_THAT(std::string(done.body_text()), HasSubstr("has been updated"));
  EXPECT_EQ(user("ada").email, "new@demo.example");
  EXPECT_TRUE(user("ada").email_verified);
  EXPECT_THAT(user("ada").required_actions, IsEmpty());
  expect_stale(reader.get(link_in(sent.front())));
  const auto back = browser_.submit(page, same);
  EXPECT_FALSE(location_parameter(back, "code").empty()) << back.body_text();
}

// The stranger at a mistyped address gets nothing once the person has said something else.
TEST_P(MailLinks, refuses_a_new_address_that_was_taken_back) {
  server_.change_realm([](Realm& realm) {
    realm.verify_email = true;
    realm.extra["requiredActions"] = json::parse(
        R"([{"alias": "UPDATE_EMAIL", "providerId": "UPDATE_EMAIL", "enabled": true, "defaultAction": false}])");
  });
  auto ada = user("ada");
  ada.email_verified = true;
  ada.required_actions = {"UPDATE_EMAIL"};
  change_user([&](Tx& tx) { return server_.repositories.users.update(tx, ada, false); });
  const auto login = browser_.get(authorize_url());
  auto page = follow(browser_, browser_.submit(login, {{"username", "ada"}, {"password", "correct-horse"}}));
  page = browser_.submit(page, {{"email", "mistyped@demo.example"}});
  const auto sent = mails();
  ASSERT_EQ(sent.size(), 1U);
  Browser stranger(server_);
  EXPECT_EQ(stranger.get(link_in(sent.front())).status, 200);
  page = browser_.submit(page, {{"email", "ada@demo.example"}});
  EXPECT_FALSE(location_parameter(page, "code").empty()) << page.body_text();
  expect_stale(stranger.get(link_in(sent.front())));
  EXPECT_EQ(user("ada").email, "ada@demo.example");
}

TEST_P(MailLinks, refuses_a_confirmed_address_that_another_took_meanwhile) {
  auto order = ActionMailOrder{.kind = ActionKind::kUpdateEmail, .user = nullptr, .base = "https://id.example"};
  const auto ada = user("ada");
  order.user = &ada;
  order.new_email = "bob@demo.example";
  const auto ids = draw_ids(server_.random);
  const auto mail = write_action_mail(*login::make_theme_mailer(), *server_.realm(), order, ids, server_.clock.now());
  expect_stale(browser_.get(link_in(mail)));  // nobody asked for it
  change_user([&](Tx& tx) {
    return server_.repositories.tickets.insert(tx, {.hash = email_ticket(ada.id),
                                                    .realm = server_.realm()->realm.id,
                                                    .kind = TicketKind::kResetLink,
                                                    .content = ids.token,
                                                    .created_at = server_.clock.now(),
                                                    .expires_at = server_.clock.now() + seconds{600}});
  });
  const auto page = open_and_press(browser_, link_in(mail));
  EXPECT_EQ(page.status, 400);
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("already exists"));
  EXPECT_EQ(user("ada").email, "ada@demo.example");
}

TEST_P(MailLinks, refuses_our_other_tokens_as_links) {  // attack class 17
  const auto tokens = redeem(server_, sign_in(browser_));
  for (const auto* name : {"refresh_token", "access_token", "id_token"}) {
    expect_stale(browser_.get(std::string(kLoginActions) + "/action-token?key=" + string_or(tokens, name, "")));
  }
}

TEST_P(MailLinks, refuses_the_second_use) {
  const auto link = reset_link();
  Browser first(server_), second(server_);
  const auto before = second.get(link);
  const auto page = follow(first, open_and_press(first, link));
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("kc-passwd-update-form"));
  expect_stale(second.submit(before, {}));
}

TEST_P(MailLinks, opening_a_link_changes_nothing) {  // attack class 3; scanners of mail open links, too
  const auto link = reset_link();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Browser(server_).get(link).status, 200);
  EXPECT_FALSE(user("ada").email_verified);
  Browser other(server_);
  EXPECT_EQ(open_and_press(other, link).status, 302);
}

TEST_P(MailLinks, refuses_after_its_time) {
  const auto link = reset_link();
  server_.clock.advance(seconds{299});
  EXPECT_EQ(browser_.get(link).status, 200);
  server_.clock.advance(seconds{1});
  const auto page = browser_.get(link);
  EXPECT_EQ(page.status, 400);
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("expired"));
}

TEST_P(MailLinks, refuses_the_button_from_another_site) {
  const auto link = reset_link();
  const auto response = server_.post(std::string_view(link).substr(18), {}, {{"Sec-Fetch-Site", "cross-site"}});
  EXPECT_EQ(response.status, 403);
}

TEST_P(MailLinks, a_new_password_by_link_signs_nobody_in) {  // attack class 5
  const auto link = reset_link();
  const auto page = follow(browser_, open_and_press(browser_, link));
  const auto done = choose(browser_, page, "new-horse-battery");
  EXPECT_EQ(done.status, 200);
  EXPECT_THAT(std::string(done.body_text()), HasSubstr("Your account has been updated."));
  EXPECT_FALSE(browser_.cookie("KEYCLOAK_IDENTITY"));
  EXPECT_EQ(browser_.get(authorize_url({{"prompt", "none"}})).status, 302);
  Browser old_password(server_);
  const auto login = old_password.get(authorize_url());
  EXPECT_EQ(old_password.submit(login, {{"username", "ada"}, {"password", "correct-horse"}}).status, 200);
  const auto in = old_password.submit(login, {{"username", "ada"}, {"password", "new-horse-battery"}});
  EXPECT_FALSE(location_parameter(in, "code").empty());
  EXPECT_TRUE(user("ada").email_verified) << "its mail was read there";
}

TEST_P(MailLinks, refuses_to_skip_the_new_password) {  // attack classes 5 and 6
  const auto link = reset_link();
  const auto page = follow(browser_, open_and_press(browser_, link));
  const auto again = browser_.submit(page, {});
  EXPECT_EQ(again.status, 200);
  EXPECT_THAT(std::string(again.body_text()), HasSubstr("kc-passwd-update-form"));
  EXPECT_THAT(std::string(again.body_text()), Not(HasSubstr("has been updated")));
}

TEST_P(MailLinks, verifying_an_address_ends_the_login_that_waited_for_it) {
  server_.change_realm([](Realm& realm) { realm.verify_email = true; });
  auto page = browser_.submit(browser_.get(authorize_url()), {{"username", "ada"}, {"password", "correct-horse"}});
  page = follow(browser_, std::move(page));
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("kc-verify-email-form"));
  const auto link = only_link();
  auto early = browser_.submit(page, {});
  EXPECT_THAT(std::string(early.body_text()), HasSubstr("not verified yet")) << "the page is not believed";
  EXPECT_TRUE(mails().empty());

  Browser telephone(server_);
  const auto verified = open_and_press(telephone, link);
  EXPECT_EQ(verified.status, 200);
  EXPECT_THAT(std::string(verified.body_text()), HasSubstr("Your email address has been verified."));
  EXPECT_FALSE(telephone.cookie("KEYCLOAK_IDENTITY"));
  EXPECT_FALSE(location_parameter(browser_.submit(early, {}), "code").empty());
  EXPECT_TRUE(user("ada").email_verified);
  expect_stale(open_and_press(telephone, link));
}

TEST_P(MailLinks, refuses_to_end_a_login_with_an_address_that_was_changed_in_it) {
  server_.change_realm([](Realm& realm) { realm.verify_email = true; });
  change_user([&](Tx& tx) -> Stored<void> {
    auto& users = server_.repositories.users;
    if (auto done = users.set_email_verified(tx, UserId("user-ada"), "ada@demo.example"); !done) return done;
    return users.set_required_actions(tx, UserId("user-ada"), {"UPDATE_PROFILE"});
  });
  auto page = browser_.submit(browser_.get(authorize_url()), {{"username", "ada"}, {"password", "correct-horse"}});
  page = follow(browser_, std::move(page));
  const auto next = browser_.submit(
      page, {{"email", "other@demo.example"}, {"firstName", "Ada"}, {"lastName", "L"}, {"username", "ada"}});
  EXPECT_EQ(location_parameter(next, "code"), "");
  EXPECT_FALSE(browser_.cookie("KEYCLOAK_IDENTITY"));
  EXPECT_THAT(std::string(follow(browser_, next).body_text()), HasSubstr("kc-verify-email-form"));
  const auto written = mails();
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(written.front().to, "other@demo.example");
}

TEST_P(MailLinks, refuses_to_send_the_verification_without_end) {
  server_.change_realm([](Realm& realm) { realm.verify_email = true; });
  auto page = browser_.submit(browser_.get(authorize_url()), {{"username", "ada"}, {"password", "correct-horse"}});
  page = follow(browser_, std::move(page));
  for (int i = 0; i < 8; ++i) page = browser_.submit(page, {{"resend", "true"}});
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("Too many e-mails"));
  EXPECT_EQ(mails().size(), 5U);
}

TEST_P(MailLinks, mails_speak_the_language_of_whom_they_are_for) {
  const auto mail_with = [&](const std::string& language) {
    EXPECT_EQ(ask_for_link("ada", "192.0.2.7", language).status, 200);
    server_.clock.advance(std::chrono::hours{1});
    auto found = mails();
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? Mail() : found.front();
  };
  EXPECT_EQ(mail_with("de").subject, "Reset password") << "the realm speaks English alone";
  server_.change_realm([](Realm& realm) {
    realm.internationalization_enabled = true;
    realm.extra["supportedLocales"] = json::array{"en", "de", "fr"};
    realm.extra["defaultLocale"] = "de";
  });
  EXPECT_EQ(mail_with("es").subject, "Passwort zurücksetzen") << "the realm does not speak Spanish";
  EXPECT_EQ(mail_with("en").subject, "Reset password");
  change_user([&](Tx& tx) -> Stored<void> {
    auto ada = user("ada");
    ada.attributes["locale"] = {"fr"};
    return server_.repositories.users.update(tx, ada, false);
  });
  const auto french = mail_with("en");
  EXPECT_EQ(french.subject, "Réinitialiser le mot de passe") << "what the account says counts more than the page";
  EXPECT_THAT(french.text, HasSubstr("Ce lien expire dans 5 minutes."));
  EXPECT_THAT(french.html, HasSubstr("<html lang=\"fr\" dir=\"ltr\">"));
  EXPECT_THAT(french.html, HasSubstr(">Lien pour réinitialiser votre mot de passe</a>"));
}

TEST_P(MailLinks, a_realms_own_words_stand_in_its_mails) {
  server_.change_realm([](Realm& realm) {
    realm.extra["localizationTexts"] = json::object{
        {"en", json::object{{"passwordResetSubject", "New password for {9}you"},
                            {"passwordResetBody", "Dear <b>member</b> of {2}, open {0} within {1} min ({3})."}}}};
  });
  EXPECT_EQ(ask_for_link("ada").status, 200);
  const auto found = mails();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().subject, "New password for you");
  EXPECT_THAT(found.front().text, HasSubstr("within 5 min (5 minutes)."));
  EXPECT_THAT(found.front().html, HasSubstr("Dear &lt;b&gt;member&lt;/b&gt; of"));
  EXPECT_THAT(found.front().html, HasSubstr("open <a href=\"https://id.example/"));
}

TEST_P(MailLinks, actions_an_administrator_asked_for_run_in_their_order) {
  const login::ThemeMailer mailer;
  const auto ada = user("ada");
  const auto mail = write_action_mail(mailer, *server_.realm(),
                                      {.kind = ActionKind::kExecuteActions,
                                       .user = &ada,
                                       .base = "https://id.example",
                                       .client_id = "app",
                                       .redirect_uri = "https://app.example/cb",
                                       .actions = {"UPDATE_PASSWORD"},
                                       .life = seconds{3600}},
                                      draw_ids(server_.random), server_.clock.now());
  EXPECT_EQ(mail.to, "ada@demo.example");
  EXPECT_THAT(mail.text, HasSubstr("action(s): Update Password."));
  EXPECT_THAT(mail.text, HasSubstr("within 1 hour."));
  const auto question = browser_.get(link_in(mail));
  EXPECT_THAT(std::string(question.body_text()), HasSubstr("Update Password"));
  const auto page = follow(browser_, browser_.submit(question, {}));
  const auto done = choose(browser_, page, "new-horse-battery");
  EXPECT_THAT(std::string(done.body_text()), HasSubstr("https://app.example/cb"));
  server_.clock.advance(seconds{1});
  expect_stale(open_and_press(browser_, link_in(mail)));
}

TEST_P(MailLinks, refuses_to_lead_back_to_addresses_that_are_not_the_clients) {  // attack class 2
  const login::ThemeMailer mailer;
  const auto ada = user("ada");
  const auto mail = write_action_mail(mailer, *server_.realm(),
                                      {.kind = ActionKind::kExecuteActions,
                                       .user = &ada,
                                       .base = "https://id.example",
                                       .client_id = "app",
                                       .redirect_uri = "https://evil.example/",
                                       .actions = {"UPDATE_PASSWORD"}},
                                      draw_ids(server_.random), server_.clock.now());
  const auto page = follow(browser_, open_and_press(browser_, link_in(mail)));
  const auto done = choose(browser_, page, "new-horse-battery");
  EXPECT_THAT(std::string(done.body_text()), HasSubstr("Your account has been updated."));
  EXPECT_THAT(std::string(done.body_text()), Not(HasSubstr("evil.example")));
}

}  // namespace
}  // namespace cardea::protocol
