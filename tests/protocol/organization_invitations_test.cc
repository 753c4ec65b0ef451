// Joining an organization by the link of an invitation (keycloak.md section 6.14). Whoever holds the link has the
// mailbox; an account with the address may still be another's (attack classes 3, 9, 17).
#include <gmock/gmock.h>

#include "core/mail/action_mail.h"
#include "login/theme_mailer.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

class OrganizationInvitations : public testing::Test {
 protected:
  OrganizationInvitations() {
    server_.change_realm([](Realm& realm) {
      realm.extra["organizationsEnabled"] = true;
      realm.extra["smtpServer"] = {{"host", "mail.example"}, {"from", "no-reply@demo.example"}};
    });
    acme_.id = OrganizationId("o-1");
    acme_.realm = RealmId("realm-demo");
    acme_.name = "Acme";
    acme_.alias = "acme";
    acme_.redirect_url = "https://acme.example/welcome";
    change([&](Tx& tx) { return repositories().organizations.insert(tx, acme_); });
  }
  Repositories& repositories() { return server_.repositories; }
  void change(const std::function<Stored<void>(Tx&)>& function) { ASSERT_TRUE(repositories().store.write(function)); }
  User user(const std::string& name) {
    return **read_from(repositories().store, [&](Rows& rows) {
      return repositories().users.find_by_username(rows, RealmId("realm-demo"), name);
    });
  }
  void set(const std::string& name, const std::function<void(User&)>& how) {
    auto changed = user(name);
    how(changed);
    change([&](Tx& tx) { return repositories().users.update(tx, changed, false); });
  }
  /// The link of a mail to this address; `known`: the account that it was written for.
  std::string invite(const std::string& email, const User* known) {
    const login::ThemeMailer mailer;
    OrganizationInvitation invitation{.id = "i-" + std::to_string(++count_),
                                      .organization = acme_.id,
                                      .email = email,
                                      .first_name = "Ida",
                                      .last_name = "",
                                      .sent_at = server_.clock.now(),
                                      .expires_at = server_.clock.now() + seconds{3600}};
    change([&](Tx& tx) { return repositories().memberships.put_invitation(tx, invitation); });
    const InvitationMail about{acme_, invitation};
    const auto mail = write_action_mail(mailer, *server_.realm(),
                                        {.kind = ActionKind::kJoinOrganization,
                                         .user = known,
                                         .base = "https://id.example",
                                         .life = seconds{3600},
                                         .invitation = &about},
                                        draw_ids(server_.random), server_.clock.now());
    EXPECT_EQ(mail.to, email);
    EXPECT_THAT(mail.text, HasSubstr("invited to join the \"Acme\" organization"));
    const auto at = mail.text.find("\nhttps://");
    return mail.text.substr(at + 1, mail.text.find('\n', at + 1) - at - 1);
  }
  bool is_member(const std::string& name) {
    const auto id = user(name).id;
    return read_from(repositories().store,
                     [&](Rows& rows) { return repositories().memberships.find(rows, acme_.id, id); })
        .value()
        .has_value();
  }
  web::Response open_and_press(const std::string& link) {
    const auto page = browser_.get(link);
    EXPECT_EQ(page.status, 200) << page.body_text();
    return browser_.submit(page, {});
  }
  void expect_stale(const web::Response& page) {
    EXPECT_EQ(page.status, 400);
    EXPECT_THAT(std::string(page.body_text()), HasSubstr("old stale link"));
  }

  Server server_;
  Browser browser_{server_};
  Organization acme_;
  int count_ = 0;
};

TEST_F(OrganizationInvitations, refuses_an_account_that_only_says_it_has_the_address) {
  set("ada", [](User& ada) { ada.email_verified = false; });
  const auto link = invite("ada@demo.example", nullptr);
  const auto page = browser_.get(link);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("confirmed address is needed"));
  EXPECT_THAT(std::string(page.body_text()), Not(HasSubstr("kc-mail-link-form")));
  EXPECT_FALSE(is_member("ada"));
  set("ada", [](User& ada) { ada.email_verified = true; });
  EXPECT_EQ(open_and_press(link).status, 200);
  EXPECT_TRUE(is_member("ada"));
}

TEST_F(OrganizationInvitations, refuses_an_account_whose_confirmation_went_between_question_and_answer) {
  set("ada", [](User& ada) { ada.email_verified = true; });
  const auto page = browser_.get(invite("ada@demo.example", nullptr));
  set("ada", [](User& ada) { ada.email_verified = false; });
  EXPECT_THAT(std::string(browser_.submit(page, {}).body_text()), HasSubstr("confirmed address is needed"));
  EXPECT_FALSE(is_member("ada"));
}

TEST_F(OrganizationInvitations, refuses_who_has_no_account_and_takes_them_once_they_have) {
  const auto link = invite("new@demo.example", nullptr);
  EXPECT_THAT(std::string(browser_.get(link).body_text()), HasSubstr("confirmed address is needed"));
  set("ada", [](User& ada) {
    ada.email = "new@demo.example";
    ada.email_verified = true;
  });
  const auto done = open_and_press(link);
  EXPECT_THAT(std::string(done.body_text()), HasSubstr("You joined: Acme"));
  EXPECT_TRUE(is_member("ada"));
}

TEST_F(OrganizationInvitations, refuses_the_second_use_and_an_older_link_to_the_same_address) {
  const auto ada = user("ada");
  const auto older = invite(ada.email, &ada);
  const auto link = invite(ada.email, &ada);
  expect_stale(browser_.get(older));
  const auto done = open_and_press(link);
  EXPECT_THAT(std::string(done.body_text()), HasSubstr("https://acme.example/welcome"));
  EXPECT_TRUE(is_member("ada"));
  expect_stale(browser_.get(link));
}

TEST_F(OrganizationInvitations, refuses_what_was_taken_back_changed_or_switched_off) {
  const auto ada = user("ada");
  const auto withdrawn = invite(ada.email, &ada);
  change([&](Tx& tx) -> Stored<void> {
    const auto removed = repositories().memberships.remove_invitation(tx, acme_.id, "i-1");
    if (!removed) return refuse(removed.error());
    return {};
  });
  expect_stale(browser_.get(withdrawn));

  const auto moved = invite(ada.email, &ada);
  const auto page = browser_.get(moved);
  set("ada", [](User& each) { each.email = "other@demo.example"; });
  expect_stale(browser_.submit(page, {}));
  set("ada", [&](User& each) { each.email = ada.email; });

  auto off = acme_;
  off.enabled = false;
  change([&](Tx& tx) { return repositories().organizations.update(tx, off); });
  expect_stale(browser_.get(moved));
  change([&](Tx& tx) { return repositories().organizations.update(tx, acme_); });
  server_.change_realm([](Realm& realm) { realm.extra["organizationsEnabled"] = false; });
  expect_stale(browser_.get(moved));
  EXPECT_FALSE(is_member("ada"));
}

TEST_F(OrganizationInvitations, opening_a_link_changes_nothing) {  // attack class 3; scanners of mail open links, too
  const auto ada = user("ada");
  const auto link = invite(ada.email, &ada);
  EXPECT_THAT(std::string(browser_.get(link).body_text()), HasSubstr("Join Acme with the account of"));
  EXPECT_EQ(browser_.get(link).status, 200);
  EXPECT_FALSE(is_member("ada"));
}

}  // namespace
}  // namespace cardea::protocol
