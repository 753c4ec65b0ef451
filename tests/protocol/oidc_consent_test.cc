// Consent on the wire (OpenID Connect Core section 3.1.2.4; keycloak.md sections 1.5 and 1.16), and taking it back.
#include "core/consent.h"

#include <gmock/gmock.h>

#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;

class ConsentOnTheWire : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    server_.add_client("shop", [](Client& client) {
      client.name = "The Shop";
      client.consent_required = true;
      client.attributes["policyUri"] = "https://shop.example/privacy";
      client.attributes["tosUri"] = "javascript:alert(1)";
    });
  }
  static Pairs with(const Pairs& more) {
    Pairs changes = {{"client_id", "shop"}, {"redirect_uri", "https://shop.example/cb"}};
    changes.insert(changes.end(), more.begin(), more.end());
    return changes;
  }
  static std::string url(const Pairs& more = {}) {
    auto changes = with({{"scope", "openid profile"}});
    changes.insert(changes.end(), more.begin(), more.end());
    return authorize_url(changes);
  }
  /// The consent page after a login.
  web::Response consent_page() {
    const auto answer = browser_.submit(browser_.get(url()), {{"username", "ada"}, {"password", "correct-horse"}});
    return browser_.get(location(answer));
  }
  /// The consent alone, as an administrator's edit leaves it: the client's share in the session stays.
  void take_back(const std::string& client = "client-shop") {
    const auto done = server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      const auto removed = server_.repositories.consents.remove(tx, UserId("user-ada"), ClientId(client));
      if (!removed) return refuse(removed.error());
      EXPECT_TRUE(*removed);
      return {};
    });
    ASSERT_TRUE(done);
  }
  Server server_{GetParam()};
  Browser browser_{server_};
};
INSTANTIATE_ON_EVERY_ENGINE(ConsentOnTheWire);

TEST_P(ConsentOnTheWire, a_refusal_is_access_denied) {
  const auto page = consent_page();
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("Grant Access to The Shop"));
  const auto answer = browser_.submit(page, {{"cancel", "on"}});
  EXPECT_EQ(location_parameter(answer, "error"), "access_denied");
  EXPECT_EQ(location_parameter(answer, "code"), "");
  EXPECT_EQ(location_parameter(browser_.get(url({{"prompt", "none"}})), "error"), "login_required")
      << "a login that was not allowed to end left no session";
}

TEST_P(ConsentOnTheWire, prompt_none_refuses_what_was_not_allowed) {
  const auto page = consent_page();
  EXPECT_EQ(location_parameter(browser_.submit(page, {}), "code"), "") << "a form that says nothing allows nothing";
  EXPECT_NE(location_parameter(browser_.submit(page, {{"accept", "on"}}), "code"), "");
  EXPECT_NE(location_parameter(browser_.get(url({{"prompt", "none"}})), "code"), "");
  const auto revoked = server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
    const auto done = revoke_consent(tx, server_.repositories, server_.realm()->realm.id, UserId("user-ada"),
                                     ClientId("client-shop"));
    if (!done) return refuse(done.error());
    EXPECT_TRUE(*done);
    return {};
  });
  ASSERT_TRUE(revoked);
  const auto after = browser_.get(url({{"prompt", "none"}}));
  EXPECT_THAT(location_parameter(after, "error"), testing::AnyOf("interaction_required", "login_required"));
}

TEST_P(ConsentOnTheWire, offline_access_is_asked_for_beside_what_was_allowed) {  // OP-25
  server_.allow_offline();
  const auto page = consent_page();
  EXPECT_NE(location_parameter(browser_.submit(page, {{"accept", "on"}}), "code"), "");
  const Pairs offline = {{"scope", "openid profile offline_access"}};
  auto silent = offline;
  silent.emplace_back("prompt", "none");
  const auto refused = browser_.get(authorize_url(with(silent)));
  EXPECT_EQ(location_parameter(refused, "code"), "");
  EXPECT_THAT(location_parameter(refused, "error"), testing::AnyOf("interaction_required", "consent_required"));
  const auto asked = browser_.get(location(browser_.get(authorize_url(with(offline)))));
  EXPECT_THAT(std::string(asked.body_text()), HasSubstr("offline_access"));
  const auto granted = browser_.submit(asked, {{"accept", "on"}});
  const auto tokens = redeem(server_, location_parameter(granted, "code"),
                             {{"client_id", "shop"}, {"redirect_uri", "https://shop.example/cb"}});
  EXPECT_EQ(string_or(payload_of(string_or(tokens, "refresh_token", "")), "typ", ""), "Offline");
}

TEST_P(ConsentOnTheWire, taking_it_back_ends_the_refresh_tokens_of_the_client) {
  const auto code = location_parameter(browser_.submit(consent_page(), {{"accept", "on"}}), "code");
  const auto tokens = body_of(server_.post("/token", {{"grant_type", "authorization_code"},
                                                      {"client_id", "shop"},
                                                      {"redirect_uri", "https://shop.example/cb"},
                                                      {"code_verifier", kVerifier},
                                                      {"code", code}}));
  const auto refresh_token = string_or(tokens, "refresh_token", "");
  ASSERT_NE(refresh_token, "");
  const Pairs form = {{"grant_type", "refresh_token"}, {"client_id", "shop"}, {"refresh_token", refresh_token}};
  EXPECT_EQ(server_.post("/token", form).status, 200);
  const auto revoked = server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
    const auto done = revoke_consent(tx, server_.repositories, server_.realm()->realm.id, UserId("user-ada"),
                                     ClientId("client-shop"));
    return done ? Stored<void>() : refuse(done.error());
  });
  ASSERT_TRUE(revoked);
  EXPECT_EQ(server_.post("/token", form).status, 400);
}

TEST_P(ConsentOnTheWire, refuses_to_link_to_what_is_no_page_and_links_to_the_clients_own) {
  const std::string html(consent_page().body_text());
  EXPECT_THAT(html, HasSubstr("href=\"https://shop.example/privacy\""));
  EXPECT_THAT(html, testing::Not(HasSubstr("javascript:")));
}

TEST_P(ConsentOnTheWire, refuses_the_code_of_a_consent_that_was_taken_back) {
  const auto code = location_parameter(browser_.submit(consent_page(), {{"accept", "on"}}), "code");
  take_back();
  const auto answer = server_.post("/token", {{"grant_type", "authorization_code"},
                                              {"client_id", "shop"},
                                              {"redirect_uri", "https://shop.example/cb"},
                                              {"code_verifier", kVerifier},
                                              {"code", code}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(string_or(body_of(answer), "error", ""), "invalid_scope");
  EXPECT_EQ(string_or(body_of(answer), "error_description", ""), "Client no longer has requested consent from user");
}

TEST_P(ConsentOnTheWire, refuses_the_refresh_of_a_consent_that_was_taken_back_even_while_the_share_stands) {
  const auto code = location_parameter(browser_.submit(consent_page(), {{"accept", "on"}}), "code");
  const auto tokens = body_of(server_.post("/token", {{"grant_type", "authorization_code"},
                                                      {"client_id", "shop"},
                                                      {"redirect_uri", "https://shop.example/cb"},
                                                      {"code_verifier", kVerifier},
                                                      {"code", code}}));
  take_back();
  const auto answer = server_.post("/token", {{"grant_type", "refresh_token"},
                                              {"client_id", "shop"},
                                              {"refresh_token", string_or(tokens, "refresh_token", "")}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(string_or(body_of(answer), "error", ""), "invalid_scope");
}

TEST_P(ConsentOnTheWire, a_device_gets_what_its_page_was_agreed_to_and_no_more_once_taken_back) {
  server_.add_client("tv", [](Client& client) {
    client.consent_required = true;
    client.attributes["oauth2.device.authorization.grant.enabled"] = "true";
  });
  (void)sign_in(browser_);
  const auto approve = [&] {
    const auto asked = body_of(server_.post("/auth/device", {{"client_id", "tv"}, {"scope", "openid profile"}}));
    const auto page = browser_.get("/realms/demo/device?user_code=" + string_or(asked, "user_code", ""));
    const std::string html(page.body_text());
    const auto at = html.find("value=\"", html.find("session_code")) + 7;
    EXPECT_EQ(browser_
                  .submit(page, {{"user_code", string_or(asked, "user_code", "")},
                                 {"session_code", html.substr(at, html.find('"', at) - at)},
                                 {"accept", "on"}})
                  .status,
              302);
    return string_or(asked, "device_code", "");
  };
  const auto poll = [&](const std::string& code) {
    return server_.post(
        "/token",
        {{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"}, {"client_id", "tv"}, {"device_code", code}});
  };
  EXPECT_EQ(poll(approve()).status, 200);
  const auto code = approve();
  take_back("client-tv");
  EXPECT_EQ(string_or(body_of(poll(code)), "error", ""), "invalid_scope");
}

TEST_P(ConsentOnTheWire, a_locked_account_refuses_right_passwords_on_every_way_in) {
  server_.change_realm([](Realm& realm) {
    realm.extra["bruteForceProtected"] = true;
    realm.extra["failureFactor"] = 2;
    realm.extra["quickLoginCheckMilliSeconds"] = 0;
  });
  const auto grant = [&](std::string password) {
    return server_.post("/token", {{"grant_type", "password"},
                                   {"client_id", "web"},
                                   {"client_secret", "web-secret"},
                                   {"username", "ada"},
                                   {"password", std::move(password)}});
  };
  EXPECT_NE(grant("wrong").status, 200);
  browser_.submit(browser_.get(authorize_url()), {{"username", "ada"}, {"password", "wrong"}});
  const auto locked = grant("correct-horse");
  EXPECT_NE(locked.status, 200);
  EXPECT_EQ(locked.body_text(), grant("wrong").body_text()) << "the lock is not told apart from a wrong password";
  const auto page =
      browser_.submit(browser_.get(authorize_url()), {{"username", "ada"}, {"password", "correct-horse"}});
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("Invalid username or password."));
  server_.clock.advance(seconds(61));
  EXPECT_EQ(grant("correct-horse").status, 200);
}

TEST_P(ConsentOnTheWire, registrations_refuse_where_the_realm_does_not_allow_them) {
  auto registrations = authorize_url();
  registrations.replace(registrations.find("/auth?"), 6, "/registrations?");
  EXPECT_EQ(browser_.get(registrations).status, 400);
  server_.change_realm([](Realm& realm) { realm.registration_allowed = true; });
  const auto page = browser_.get(registrations);
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("id=\"kc-register-form\""));
  const auto done = browser_.submit(page, {{"username", "grace"},
                                           {"email", "grace@example.com"},
                                           {"firstName", "Grace"},
                                           {"lastName", "Hopper"},
                                           {"password", "nanoseconds"},
                                           {"password-confirm", "nanoseconds"}});
  EXPECT_NE(location_parameter(done, "code"), "");
  EXPECT_NE(location_parameter(browser_.get(authorize_url({{"prompt", "none"}})), "code"), "") << "they are signed in";
}

}  // namespace
}  // namespace cardea::protocol
