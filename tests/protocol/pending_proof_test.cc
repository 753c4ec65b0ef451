// Rows of a login that waits (required actions, consent, further steps) against what happens meanwhile: a logout, a new
// password (attack classes 4, 5 and 28).
#include <gmock/gmock.h>

#include "core/otp_credential.h"
#include "crypto/password.h"
#include "tests/protocol/password_grant.h"
#include "tests/support/stepped_flow.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;

class PendingProof : public testing::TestWithParam<Engine> {
 protected:
  void write(const std::function<Stored<void>(Tx&)>& change) { ASSERT_TRUE(server_.repositories.store.write(change)); }
  void ask(const std::string& name, std::vector<std::string> actions) {
    write([&](Tx& tx) { return server_.repositories.users.set_required_actions(tx, UserId("user-" + name), actions); });
  }
  /// As an administrator or the account console does.
  void set_password(const std::string& name, const std::string& password) {
    const auto made = crypto::to_keycloak_credential(*crypto::hash_password(password, server_.random));
    write([&](Tx& tx) {
      Credential credential;
      credential.id = CredentialId("credential-new-" + password);
      credential.user = UserId("user-" + name);
      credential.type = "password";
      credential.created_at = server_.clock.now();
      credential.credential_data = made.credential_data;
      credential.secret_data = SecretBytes::copy_of(made.secret_data);
      return server_.repositories.credentials.replace(tx, credential);
    });
  }
  void log_out(const json::object& tokens) {
    EXPECT_EQ(server_.post("/logout", {{"client_id", "app"}, {"refresh_token", string_or(tokens, "refresh_token", "")}})
                  .status,
              204);
  }
  bool knows(const std::string& name, const std::string& password) {
    Browser other(server_);
    const auto in = other.submit(other.get(authorize_url()), {{"username", name}, {"password", password}});
    return in.status == 302;
  }
  void expect_over(const web::Response& answer, const Browser& browser, bool had_cookie) {
    EXPECT_EQ(location_parameter(answer, "code"), "") << location(answer);
    EXPECT_EQ(location_parameter(answer, "error"), "temporarily_unavailable") << answer.body_text();
    if (!had_cookie) EXPECT_FALSE(browser.cookie("KEYCLOAK_IDENTITY"));
  }
  static Pairs new_password(const std::string& password, bool elsewhere = false) {
    Pairs form = {{"password-new", password}, {"password-confirm", password}};
    if (elsewhere) form.emplace_back("logout-sessions", "on");
    return form;
  }

  Server server_{GetParam()};
  Browser browser_{server_};
};
INSTANTIATE_ON_EVERY_ENGINE(PendingProof);

TEST_P(PendingProof, refuses_an_action_whose_session_was_logged_out) {
  const auto tokens = redeem(server_, sign_in(browser_));
  ask("ada", {"UPDATE_PASSWORD"});
  const auto page = browser_.get(location(browser_.get(authorize_url())));
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("kc-passwd-update-form"));
  log_out(tokens);
  expect_over(browser_.submit(page, new_password("new-horse-1")), browser_, true);
  EXPECT_EQ(location_parameter(browser_.get(authorize_url({{"prompt", "none"}})), "error"), "login_required");
  EXPECT_TRUE(knows("ada", "correct-horse")) << "nothing was changed either";
}

TEST_P(PendingProof, refuses_consent_whose_session_was_logged_out) {
  server_.add_client("shop", [](Client& client) { client.consent_required = true; });
  const auto tokens = redeem(server_, sign_in(browser_));
  const auto page = browser_.get(
      location(browser_.get(authorize_url({{"client_id", "shop"}, {"redirect_uri", "https://shop.example/cb"}}))));
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("kc-login"));
  log_out(tokens);
  expect_over(browser_.submit(page, {{"accept", "on"}}), browser_, true);
  EXPECT_EQ(location_parameter(browser_.get(authorize_url({{"prompt", "none"}})), "error"), "login_required");
}

TEST_P(PendingProof, refuses_a_grant_of_a_password_that_was_changed_while_it_waited) {
  const auto grant = [&](const std::string& password) { return password_grant(server_, "ada", password).status; };
  ASSERT_EQ(grant("correct-horse"), 200);
  server_.before_hash = [this] { set_password("ada", "by-the-owner"); };
  EXPECT_EQ(grant("correct-horse"), 400);
  EXPECT_EQ(grant("by-the-owner"), 200);
  server_.before_hash = [this] {
    write([&](Tx& tx) { return server_.repositories.users.set_enabled(tx, UserId("user-ada"), false); });
  };
  EXPECT_EQ(grant("by-the-owner"), 400);
}

TEST_P(PendingProof, refuses_a_client_whose_flow_was_switched_off_before_it_looks_at_a_password) {
  server_.add_client("shop", [](Client&) {});
  const auto page = browser_.get(authorize_url({{"client_id", "shop"}, {"redirect_uri", "https://shop.example/cb"}}));
  EXPECT_EQ(page.status, 200);
  write([&](Tx& tx) -> Stored<void> {
    auto& clients = server_.repositories.clients;
    auto shop = clients.find_by_client_id(tx, RealmId("realm-demo"), "shop");
    if (!shop) return refuse(shop.error());
    (*shop)->standard_flow_enabled = false;
    return clients.update(tx, RealmId("realm-demo"), **shop);
  });
  ASSERT_TRUE(server_.settings().check_versions());
  for (const auto* password : {"wrong", "correct-horse"}) {
    const auto answer = browser_.submit(page, {{"username", "ada"}, {"password", password}});
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(std::string(answer.body_text()), HasSubstr("settings have changed"));
  }
  EXPECT_FALSE(browser_.cookie("KEYCLOAK_IDENTITY"));
}

TEST_P(PendingProof, refuses_an_action_of_a_password_that_was_changed_meanwhile) {
  const auto page = browser_.get(
      location(browser_.submit(browser_.get(authorize_url()), {{"username", "bob"}, {"password", "correct-horse"}})));
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("kc-passwd-update-form"));
  set_password("bob", "by-the-owner");
  expect_over(browser_.submit(page, new_password("by-the-thief")), browser_, false);
  EXPECT_TRUE(knows("bob", "by-the-owner"));
}

TEST_P(PendingProof, refuses_a_second_step_of_a_password_that_was_changed_meanwhile) {
  write([&](Tx& tx) {
    return server_.repositories.credentials.insert(tx, otp_credential(UserId("user-ada"), "12345678901234567890"));
  });
  const auto page = browser_.get(
      location(browser_.submit(browser_.get(authorize_url()), {{"username", "ada"}, {"password", "correct-horse"}})));
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("name=\"otp\""));
  set_password("ada", "by-the-owner");
  const auto code = crypto::otp_code(crypto::HashAlgorithm::kSha1, "12345678901234567890",
                                     static_cast<std::uint64_t>(epoch_seconds(server_.clock.now()) / 30), 6);
  expect_over(browser_.submit(page, {{"otp", code}}), browser_, false);
}

TEST_P(PendingProof, an_action_that_sets_the_password_itself_goes_on_to_the_next_and_to_the_end) {
  server_.change_realm([](Realm& realm) {
    realm.extra["requiredActions"] =
        json::array{json::object{{"alias", "UPDATE_PASSWORD"}, {"priority", 1}, {"enabled", true}},
                    json::object{{"alias", "UPDATE_PROFILE"}, {"priority", 2}, {"enabled", true}}};
  });
  ask("bob", {"UPDATE_PASSWORD", "UPDATE_PROFILE"});
  auto page = browser_.get(
      location(browser_.submit(browser_.get(authorize_url()), {{"username", "bob"}, {"password", "correct-horse"}})));
  server_.clock.advance(seconds{5});
  const auto next = browser_.submit(page, new_password("new-horse-1"));
  ASSERT_EQ(next.status, 302) << next.body_text();
  page = browser_.get(location(next));
  const auto done =
      browser_.submit(page, {{"email", "bob@demo.example"}, {"firstName", "Bob"}, {"lastName", "Builder"}});
  EXPECT_NE(location_parameter(done, "code"), "") << done.body_text() << location(done);
}

TEST_P(PendingProof, signing_out_other_devices_keeps_this_session_and_ends_the_others) {
  const auto here = redeem(server_, sign_in(browser_));
  Browser other(server_);
  const auto there = redeem(server_, sign_in(other));
  ask("ada", {"UPDATE_PASSWORD"});
  const auto page = browser_.get(location(browser_.get(authorize_url())));
  const auto done = browser_.submit(page, new_password("new-horse-1", true));
  const auto again = redeem(server_, location_parameter(done, "code"));
  EXPECT_EQ(again.at("session_state"), here.at("session_state"));
  (void)refresh(server_, string_or(here, "refresh_token", ""));
  (void)refresh(server_, string_or(there, "refresh_token", ""), 400);
  EXPECT_EQ(location_parameter(other.get(authorize_url({{"prompt", "none"}})), "error"), "login_required");
}

}  // namespace
}  // namespace cardea::protocol
