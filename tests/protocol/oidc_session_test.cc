// Single sign-on, prompt, max_age and session identity (OpenID Connect Core section 3.1.2; attack classes 3 and 4).
#include <gtest/gtest.h>

#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class SingleSignOn : public testing::TestWithParam<Engine> {
 protected:
  Server server_{GetParam()};
  Browser browser_{server_};
};

TEST_P(SingleSignOn, refuses_prompt_none_without_a_session) {
  const auto answer = browser_.get(authorize_url({{"prompt", "none"}}));
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(location_parameter(answer, "error"), "login_required");
  EXPECT_EQ(location_parameter(answer, "state"), "st");
  EXPECT_EQ(location_parameter(answer, "iss"), kIssuer);
  EXPECT_TRUE(location_parameter(answer, "code").empty());
}

TEST_P(SingleSignOn, refuses_a_made_up_and_a_foreign_identity_cookie) {  // attack class 18
  for (const auto* value : {"", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzaWQiOiJ4In0."}) {
    browser_.set_cookie("KEYCLOAK_IDENTITY", value);
    EXPECT_EQ(location_parameter(browser_.get(authorize_url({{"prompt", "none"}})), "error"), "login_required")
        << value;
  }
}

TEST_P(SingleSignOn, refuses_a_session_that_ended_while_the_cookie_lives) {
  const auto tokens = redeem(server_, sign_in(browser_));
  EXPECT_EQ(server_
                .post("/logout",
                      {{"client_id", "app"}, {"refresh_token", std::string(tokens.at("refresh_token").as_string())}})
                .status,
            204);
  EXPECT_TRUE(browser_.cookie("KEYCLOAK_SESSION"));
  EXPECT_EQ(location_parameter(browser_.get(authorize_url({{"prompt", "none"}})), "error"), "login_required");
  EXPECT_FALSE(browser_.cookie("KEYCLOAK_SESSION")) << "pages that watch it must see that it is over";
  EXPECT_FALSE(browser_.cookie("KEYCLOAK_IDENTITY"));
}

TEST_P(SingleSignOn, a_client_that_wants_another_login_ends_no_session) {
  (void)sign_in(browser_);
  EXPECT_EQ(browser_.get(authorize_url({{"max_age", "0"}})).status, 200);
  EXPECT_NE(location_parameter(browser_.get(authorize_url({{"prompt", "none"}})), "code"), "");
}

TEST_P(SingleSignOn, each_sign_on_is_in_the_log_as_a_login) {
  (void)sign_in(browser_);
  EXPECT_EQ(server_.log.count("reason=signed_in"), 1U);
  EXPECT_NE(location_parameter(browser_.get(authorize_url({{"prompt", "none"}})), "code"), "");
  EXPECT_EQ(server_.log.count("reason=signed_in"), 2U);
  const auto answer =
      browser_.get(authorize_url({{"prompt", "none"}, {"claims", R"({"id_token":{"sub":{"value":"x"}}})"}}));
  EXPECT_EQ(location_parameter(answer, "error"), "login_required");
  EXPECT_EQ(server_.log.count("reason=signed_in"), 2U);
}

TEST_P(SingleSignOn, refuses_idle_sessions) {
  (void)sign_in(browser_);
  server_.clock.advance(std::chrono::minutes(45));
  EXPECT_EQ(location_parameter(browser_.get(authorize_url({{"prompt", "none"}})), "error"), "login_required");
}

class RememberMe : public SingleSignOn {
 protected:
  void SetUp() override {
    server_.change_realm([](Realm& realm) {
      realm.remember_me = true;
      realm.lifespans.sso_session_idle_remember_me = std::chrono::hours(24);
      realm.lifespans.sso_session_max_remember_me = std::chrono::hours(24 * 30);
    });
  }
  static std::string input(const web::Response& page, std::string_view id) {
    const std::string html(page.body_text());
    const auto at = html.find("<input id=\"" + std::string(id) + "\"");
    return at == std::string::npos ? std::string() : html.substr(at, html.find('>', at) - at);
  }
  web::Response login_page(const Pairs& changes = {}) { return browser_.get(authorize_url(changes)); }
  web::Response sign_in_with(const Pairs& more, const std::string& password = "correct-horse") {
    Pairs fields = {{"username", "ada"}, {"password", password}};
    fields.insert(fields.end(), more.begin(), more.end());
    return browser_.submit(login_page({{"prompt", "login"}}), fields);
  }
};
INSTANTIATE_ON_EVERY_ENGINE(RememberMe);

TEST_P(RememberMe, refuses_idle_sessions_of_who_did_not_tick_it) {
  EXPECT_EQ(sign_in_with({}).status, 302);
  server_.clock.advance(std::chrono::minutes(45));
  EXPECT_EQ(location_parameter(login_page({{"prompt", "none"}}), "error"), "login_required");
  EXPECT_FALSE(browser_.cookie("KEYCLOAK_REMEMBER_ME"));
}

TEST_P(RememberMe, who_ticked_it_is_signed_in_the_day_after) {
  EXPECT_EQ(sign_in_with({{"rememberMe", "on"}}).status, 302);
  server_.clock.advance(std::chrono::hours(23));
  EXPECT_NE(location_parameter(login_page({{"prompt", "none"}}), "code"), "");
  server_.clock.advance(std::chrono::hours(48));
  EXPECT_EQ(location_parameter(login_page({{"prompt", "none"}}), "error"), "login_required");
}

TEST_P(RememberMe, refuses_a_name_that_proved_nothing) {
  EXPECT_EQ(sign_in_with({{"rememberMe", "on"}}, "wrong").status, 200);
  EXPECT_FALSE(browser_.cookie("KEYCLOAK_REMEMBER_ME"));
  EXPECT_EQ(input(login_page(), "username").find("ada"), std::string::npos);
}

// keycloak.md section 1.19, KEYCLOAK_REMEMBER_ME.
TEST_P(RememberMe, the_name_stands_there_the_next_time_until_it_is_not_ticked) {
  EXPECT_EQ(sign_in_with({{"rememberMe", "on"}}).status, 302);
  EXPECT_EQ(browser_.cookie("KEYCLOAK_REMEMBER_ME"), "username:ada");
  server_.clock.advance(std::chrono::hours(24 * 31));
  const auto page = login_page();
  EXPECT_NE(input(page, "username").find("value=\"ada\""), std::string::npos) << page.body_text();
  EXPECT_NE(input(page, "rememberMe").find(" checked"), std::string::npos);
  const auto hinted = login_page({{"login_hint", "bob"}});
  EXPECT_NE(input(hinted, "username").find("value=\"bob\""), std::string::npos) << "the client knows better";
  EXPECT_EQ(input(hinted, "rememberMe").find(" checked"), std::string::npos);
  // Another tried without the tick and failed: nothing has changed. Then they pass.
  const auto refused = browser_.submit(page, {{"username", "bob"}, {"password", "wrong"}});
  EXPECT_EQ(input(refused, "rememberMe").find(" checked"), std::string::npos);
  EXPECT_EQ(browser_.cookie("KEYCLOAK_REMEMBER_ME"), "username:ada");
  EXPECT_EQ(sign_in_with({}).status, 302);
  EXPECT_FALSE(browser_.cookie("KEYCLOAK_REMEMBER_ME"));
}

TEST_P(RememberMe, refuses_markup_and_oddities_in_the_cookie) {  // attack classes 18 and 24
  browser_.set_cookie("KEYCLOAK_REMEMBER_ME", "username:%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E");
  const auto page = std::string(login_page().body_text());
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;alert(1)"), std::string::npos) << "it is text";
  for (const auto& odd : {std::string("username:a%0d%0ab"), std::string("username:%ff"), std::string("admin"),
                          "username:" + std::string(256, 'a')}) {
    browser_.set_cookie("KEYCLOAK_REMEMBER_ME", odd);
    EXPECT_NE(input(login_page(), "username").find("value=\"\""), std::string::npos) << odd;
  }
}

TEST_P(SingleSignOn, a_second_client_signs_on_without_a_page_and_shares_the_session) {
  const auto first = redeem(server_, sign_in(browser_));
  const auto answer =
      browser_.get(authorize_url({{"client_id", "second"}, {"redirect_uri", "https://second.example/cb"}}));
  ASSERT_EQ(answer.status, 302);
  const auto second = redeem(server_, location_parameter(answer, "code"),
                             {{"client_id", "second"}, {"redirect_uri", "https://second.example/cb"}});
  EXPECT_EQ(first.at("session_state"), second.at("session_state"));
  const auto id = payload_of(second.at("id_token").as_string());
  EXPECT_EQ(id.at("azp"), "second");
}

// keycloak.md section 2.5: a client's own maximum counts from its share in the session.
TEST_P(SingleSignOn, a_clients_maximum_counts_from_its_own_sign_on_and_begins_anew_when_it_is_over) {
  server_.add_client("short", [](Client& client) { client.attributes["client.session.max.lifespan"] = "600"; });
  const Pairs short_lived = {{"client_id", "short"}, {"redirect_uri", "https://short.example/cb"}};
  const auto join = [&] {
    const auto code = location_parameter(browser_.get(authorize_url(short_lived)), "code");
    return redeem(server_, code, short_lived);
  };
  (void)sign_in(browser_);
  server_.clock.advance(seconds{700});
  const auto tokens = join();
  EXPECT_EQ(tokens.at("refresh_expires_in"), 600) << "single sign-on long after the session began";
  server_.clock.advance(seconds{400});
  EXPECT_EQ(join().at("refresh_expires_in"), 200) << "a share that lives is not prolonged";
  const auto last = join();
  EXPECT_EQ(last.at("expires_in"), 200) << "no token outlives the share";
  server_.clock.advance(seconds{200});
  const Pairs again = {{"grant_type", "refresh_token"},
                       {"client_id", "short"},
                       {"refresh_token", std::string(last.at("refresh_token").as_string())}};
  EXPECT_EQ(server_.post("/token", again).status, 400);
  EXPECT_EQ(join().at("refresh_expires_in"), 600);
  EXPECT_EQ(server_.post("/token", again).status, 400) << "tokens of the share before stay dead";
}

TEST_P(SingleSignOn, every_login_has_a_session_of_its_own) {  // attack class 4
  const auto first = redeem(server_, sign_in(browser_));
  Browser other(server_);
  const auto second = redeem(server_, sign_in(other));
  EXPECT_NE(first.at("session_state"), second.at("session_state"));
}

TEST_P(SingleSignOn, a_cookie_set_before_login_is_not_adopted) {  // attack class 3, BR-3
  browser_.set_cookie("KEYCLOAK_IDENTITY", "attacker");
  browser_.set_cookie("KEYCLOAK_SESSION", "attacker");
  (void)sign_in(browser_);
  EXPECT_NE(browser_.cookie("KEYCLOAK_IDENTITY"), "attacker");
  EXPECT_NE(browser_.cookie("KEYCLOAK_SESSION"), "attacker");
}

TEST_P(SingleSignOn, an_interaction_of_one_browser_is_worth_nothing_in_another) {  // CN-1
  const auto page = browser_.get(authorize_url());
  Browser victim(server_);
  const auto answer = victim.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  EXPECT_NE(answer.status, 302);
  EXPECT_FALSE(victim.cookie("KEYCLOAK_IDENTITY"));
}

TEST_P(SingleSignOn, prompt_login_asks_again_and_keeps_the_session) {
  const auto first = redeem(server_, sign_in(browser_));
  server_.clock.advance(seconds{100});
  const auto page = browser_.get(authorize_url({{"prompt", "login"}}));
  ASSERT_EQ(page.status, 200);
  const auto answer = browser_.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  ASSERT_EQ(answer.status, 302) << answer.body_text();
  const auto second = redeem(server_, location_parameter(answer, "code"));
  EXPECT_EQ(first.at("session_state"), second.at("session_state"));
  const auto before = payload_of(first.at("id_token").as_string()).at("auth_time").as_int64();
  EXPECT_EQ(payload_of(second.at("id_token").as_string()).at("auth_time").as_int64(), before + 100);
}

TEST_P(SingleSignOn, refuses_a_cookie_from_before_the_login_was_renewed) {  // attack class 4
  (void)sign_in(browser_);
  Browser thief(server_);
  thief.set_cookie("KEYCLOAK_IDENTITY", browser_.cookie("KEYCLOAK_IDENTITY").value());
  EXPECT_EQ(location_parameter(thief.get(authorize_url({{"prompt", "none"}})), "error"), "");
  server_.clock.advance(seconds{5});
  const auto page = browser_.get(authorize_url({{"prompt", "login"}}));
  EXPECT_EQ(browser_.submit(page, {{"username", "ada"}, {"password", "correct-horse"}}).status, 302);
  EXPECT_EQ(location_parameter(thief.get(authorize_url({{"prompt", "none"}})), "error"), "login_required");
  EXPECT_EQ(location_parameter(browser_.get(authorize_url({{"prompt", "none"}})), "error"), "");
}

TEST_P(SingleSignOn, refuses_rows_without_end_to_pages_that_a_site_makes_a_browser_load) {
  (void)sign_in(browser_);
  const auto cookie = "KEYCLOAK_IDENTITY=" + browser_.cookie("KEYCLOAK_IDENTITY").value();
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) {
    return server_.repositories.users.set_required_actions(tx, UserId("user-ada"), {"UPDATE_PASSWORD"});
  }));
  const auto load = [&](std::vector<web::Header> headers) {
    headers.push_back({"Cookie", cookie});
    return server_.get(authorize_url(), headers);
  };
  for (const auto& header : std::vector<web::Header>{{"Sec-Purpose", "prefetch;prerender"},
                                                     {"Purpose", "prefetch"},
                                                     {"Sec-Fetch-Mode", "no-cors"},
                                                     {"Sec-Fetch-Mode", "cors"}}) {
    const auto refused = load({header});
    EXPECT_EQ(refused.status, 503) << header.name;
    EXPECT_EQ(refused.find_header("Set-Cookie"), nullptr);
  }
  for (int i = 0; i < 30; ++i) EXPECT_EQ(load({{"Sec-Fetch-Mode", "navigate"}}).status, 302) << i;
  const auto refused = load({});
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.find_header("Retry-After"), nullptr);
  server_.clock.advance(seconds{300});
  EXPECT_EQ(load({}).status, 302);
}

TEST_P(SingleSignOn, refuses_to_spend_a_code_on_a_page_that_is_loaded_ahead) {
  (void)sign_in(browser_);
  const auto cookie = "KEYCLOAK_IDENTITY=" + browser_.cookie("KEYCLOAK_IDENTITY").value();
  EXPECT_EQ(server_.get(authorize_url(), {{"Cookie", cookie}, {"Sec-Purpose", "prefetch"}}).status, 503);
  EXPECT_EQ(server_.get(authorize_url(), {{"Cookie", cookie}}).status, 302);
}

TEST_P(SingleSignOn, max_age_asks_again_when_the_login_is_older) {
  (void)sign_in(browser_);
  server_.clock.advance(seconds{100});
  EXPECT_EQ(browser_.get(authorize_url({{"max_age", "99"}})).status, 200);
  EXPECT_EQ(browser_.get(authorize_url({{"max_age", "100"}})).status, 302);
}

TEST_P(SingleSignOn, a_user_who_must_act_is_not_signed_on_silently) {
  const auto page = browser_.get(authorize_url());
  const auto answer = browser_.submit(page, {{"username", "bob"}, {"password", "correct-horse"}});
  ASSERT_EQ(answer.status, 302);
  EXPECT_NE(location(answer).find("/login-actions/required-action"), std::string::npos);
  EXPECT_FALSE(browser_.cookie("KEYCLOAK_IDENTITY")) << "no session before the password is changed";
  const auto form = browser_.get(location(answer));
  const auto done = browser_.submit(form, {{"password-new", "new-horse-1"}, {"password-confirm", "new-horse-1"}});
  ASSERT_EQ(done.status, 302) << done.body_text();
  EXPECT_FALSE(location_parameter(done, "code").empty());
}

TEST_P(SingleSignOn, refuses_disabled_users_and_wrong_passwords_without_a_session) {
  for (const auto& [name, password] :
       Pairs{{"eve", "correct-horse"}, {"ada", "wrong"}, {"nobody", "correct-horse"}, {"ada", ""}}) {
    Browser browser(server_);
    const auto answer = browser.submit(browser.get(authorize_url()), {{"username", name}, {"password", password}});
    EXPECT_EQ(answer.status, 200) << name;
    EXPECT_FALSE(browser.cookie("KEYCLOAK_IDENTITY")) << name;
  }
}

INSTANTIATE_ON_EVERY_ENGINE(SingleSignOn);

}  // namespace
}  // namespace cardea::protocol
