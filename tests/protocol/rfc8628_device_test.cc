// The device authorization grant (RFC 8628; keycloak.md section 1.12).
#include <gtest/gtest.h>

#include "core/consent.h"
#include "crypto/hash.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

constexpr const char* kGrant = "urn:ietf:params:oauth:grant-type:device_code";

class DeviceGrant : public testing::TestWithParam<Engine> {
 protected:
  DeviceGrant() {
    server_.add_client("tv", [](Client& client) {
      client.name = "Living room <TV>";
      client.attributes["oauth2.device.authorization.grant.enabled"] = "true";
      client.standard_flow_enabled = false;
      client.redirect_uris.clear();
    });
    server_.add_client("box", [](Client& client) {
      client.public_client = false;
      client.secret = SecretBytes(std::string("box-secret"));
      client.attributes["oauth2.device.authorization.grant.enabled"] = "true";
    });
  }
  json::object start(const Pairs& more = {}) {
    Pairs form = {{"client_id", "tv"}, {"scope", "openid"}};
    for (const auto& [name, value] : more) {
      std::erase_if(form, [&](const auto& pair) { return pair.first == name; });
      form.emplace_back(name, value);
    }
    const auto answer = server_.post("/auth/device", form);
    EXPECT_EQ(answer.status, 200) << answer.body_text();
    return body_of(answer);
  }
  web::Response poll(const json::object& started, const Pairs& more = {}, const std::string& client = "tv") {
    Pairs form = {{"grant_type", kGrant}, {"client_id", client}, {"device_code", text(started, "device_code")}};
    form.insert(form.end(), more.begin(), more.end());
    return server_.post("/token", form);
  }
  std::string poll_error(const json::object& started, const std::string& client = "tv") {
    const auto answer = poll(started, {}, client);
    EXPECT_EQ(answer.status, 400) << answer.body_text();
    EXPECT_FALSE(string_or(body_of(answer), "error_description", "").empty()) << "NetBird shows nothing else";
    return string_or(body_of(answer), "error", "");
  }
  /// Opens verification_uri_complete and signs in; gives the page that asks.
  web::Response ask(Browser& browser, const json::object& started) {
    const auto login = browser.get(text(started, "verification_uri_complete"));
    EXPECT_EQ(login.status, 200) << login.body_text();
    const auto back = browser.submit(login, {{"username", "ada"}, {"password", "correct-horse"}});
    EXPECT_EQ(back.status, 302) << back.body_text();
    return browser.get(location(back));
  }
  static Pairs hidden_fields(const web::Response& page) {
    Pairs fields;
    const std::string html(page.body_text());
    const std::string mark = "<input type=\"hidden\" name=\"";
    for (auto at = html.find(mark); at != std::string::npos; at = html.find(mark, at + 1)) {
      const auto name = html.substr(at + mark.size(), html.find('"', at + mark.size()) - at - mark.size());
      const auto value_at = html.find("value=\"", at) + 7;
      fields.emplace_back(name, html.substr(value_at, html.find('"', value_at) - value_at));
    }
    return fields;
  }
  web::Response press(Browser& browser, const web::Response& page, const std::string& button) {
    auto fields = hidden_fields(page);
    fields.emplace_back(button, "x");
    return browser.submit(page, fields);
  }
  static std::string text(const json::object& object, std::string_view name) { return string_or(object, name, ""); }

  Server server_{GetParam()};
  Browser browser_{server_};
};

TEST_P(DeviceGrant, refuses_clients_without_the_switch) {
  const auto answer = server_.post("/auth/device", {{"client_id", "app"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(text(body_of(answer), "error"), "unauthorized_client");
  const auto token = server_.post("/token", {{"grant_type", kGrant}, {"client_id", "app"}, {"device_code", "x"}});
  EXPECT_EQ(text(body_of(token), "error"), "invalid_grant");
  EXPECT_EQ(text(body_of(token), "error_description"), "Client not allowed OAuth 2.0 Device Authorization Grant");
}

TEST_P(DeviceGrant, refuses_unknown_and_unproven_clients_and_scopes) {
  EXPECT_EQ(server_.post("/auth/device", {{"client_id", "nobody"}}).status, 401);
  EXPECT_EQ(server_.post("/auth/device", {{"client_id", "box"}}).status, 401);
  EXPECT_EQ(server_.post("/auth/device", {}).status, 401);
  EXPECT_EQ(text(body_of(server_.post("/auth/device", {{"client_id", "tv"}, {"scope", "openid nothing"}})), "error"),
            "invalid_scope");
}

TEST_P(DeviceGrant, refuses_a_session_where_the_clients_flow_takes_none) {
  server_.change_realm([](Realm& realm) {
    realm.extra["authenticationFlows"] = json::parse(R"([
        {"alias": "browser", "topLevel": true, "providerId": "basic-flow", "authenticationExecutions": [
          {"authenticator": "auth-cookie", "requirement": "ALTERNATIVE", "priority": 10},
          {"authenticator": "auth-username-password-form", "requirement": "ALTERNATIVE", "priority": 20}]},
      {"alias": "always ask", "id": "flow-always", "topLevel": true, "providerId": "basic-flow",
       "authenticationExecutions": [
         {"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 10}]}])");
  });
  server_.add_client("strict", [](Client& client) {
    client.attributes["oauth2.device.authorization.grant.enabled"] = "true";
    client.extra["authenticationFlowBindingOverrides"] = json::object{{"browser", "flow-always"}};
  });
  (void)sign_in(browser_);
  server_.clock.advance(seconds{10});
  const auto started = start({{"client_id", "strict"}});
  const auto login = browser_.get(text(started, "verification_uri_complete"));
  EXPECT_NE(login.body_text().find("kc-form-login"), std::string_view::npos) << login.body_text();
  const auto back = browser_.submit(login, {{"username", "ada"}, {"password", "correct-horse"}});
  (void)press(browser_, browser_.get(location(back)), "accept");
  EXPECT_EQ(poll(started, {}, "strict").status, 200) << "one that was proven for this code counts";
}

TEST_P(DeviceGrant, refuses_polls_without_or_with_a_wrong_code) {
  const auto missing = server_.post("/token", {{"grant_type", kGrant}, {"client_id", "tv"}});
  EXPECT_EQ(text(body_of(missing), "error"), "invalid_request");
  EXPECT_EQ(text(body_of(missing), "error_description"), "Missing parameter: device_code");
  json::object made_up;
  made_up["device_code"] = "made-up";
  EXPECT_EQ(poll_error(made_up), "invalid_grant");
}

TEST_P(DeviceGrant, refuses_the_code_of_another_client_approved_or_not) {  // attack class 14
  const auto started = start();
  (void)press(browser_, ask(browser_, started), "accept");
  const auto answer = poll(started, {{"client_secret", "box-secret"}}, "box");
  EXPECT_EQ(text(body_of(answer), "error"), "invalid_grant");
  EXPECT_EQ(text(body_of(answer), "error_description"), "unauthorized client");
  EXPECT_EQ(poll(started).status, 200) << "and the rightful client still gets it";
}

TEST_P(DeviceGrant, refuses_until_the_person_agreed_and_slows_down) {
  const auto started = start();
  EXPECT_EQ(poll_error(started), "authorization_pending");
  EXPECT_EQ(poll_error(started), "slow_down");
  server_.clock.advance(seconds{6});
  EXPECT_EQ(poll_error(started), "slow_down") << "the interval is ten seconds now, for good";
  server_.clock.advance(seconds{15});
  EXPECT_EQ(poll_error(started), "authorization_pending");
}

TEST_P(DeviceGrant, refuses_expired_codes_on_both_sides) {
  const auto started = start();
  const auto page = ask(browser_, started);
  server_.clock.advance(seconds{600});
  EXPECT_EQ(poll_error(started), "expired_token");
  EXPECT_NE(press(browser_, page, "accept").body_text().find("The code has expired"), std::string::npos);
  EXPECT_EQ(poll_error(started), "expired_token");
}

TEST_P(DeviceGrant, refuses_when_the_person_says_no) {
  const auto started = start();
  const auto done = press(browser_, ask(browser_, started), "cancel");
  EXPECT_EQ(location(done), std::string(kIssuer) + "/device/status?error=access_denied");
  EXPECT_NE(browser_.get(location(done)).body_text().find("Device Login Failed"), std::string::npos);
  EXPECT_EQ(poll_error(started), "access_denied");
  EXPECT_NE(browser_.get(text(started, "verification_uri_complete")).body_text().find("The code has expired"),
            std::string::npos)
      << "and it cannot be asked again";
}

/// What was agreed to on the page is kept like any other consent (keycloak.md section 1.16), though the client needs
/// none in a browser: the account lists it, and taking it back ends what the device got.
TEST_P(DeviceGrant, keeps_what_the_person_agreed_to_and_nothing_else) {
  const auto kept = [&] {
    return read_from(server_.repositories.store,
                     [&](Rows& rows) {
                       return server_.repositories.consents.find(rows, UserId("user-ada"), ClientId("client-tv"));
                     })
        .value();
  };
  (void)press(browser_, ask(browser_, start()), "cancel");
  EXPECT_FALSE(kept());
  Browser other(server_);
  const auto started = start({{"scope", "openid profile"}});
  const auto page = ask(other, started);
  EXPECT_FALSE(kept()) << "looking is not agreeing";
  (void)press(other, page, "accept");
  const auto consent = kept();
  ASSERT_TRUE(consent);
  const auto realm = server_.realm();
  std::vector<std::string> names;
  for (const auto& id : consent->scopes) {
    const auto allowed = allowed_scope(*realm, id);
    ASSERT_NE(allowed.scope, nullptr);
    names.push_back(allowed.scope->name);
  }
  EXPECT_NE(std::ranges::find(names, "profile"), names.end());
  const auto answer = poll(started);
  ASSERT_EQ(answer.status, 200) << answer.body_text();
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
    const auto taken_back =
        revoke_consent(tx, server_.repositories, RealmId("realm-demo"), UserId("user-ada"), ClientId("client-tv"));
    return taken_back ? Stored<void>() : refuse(taken_back.error());
  }));
  EXPECT_EQ(server_
                .post("/token", {{"grant_type", "refresh_token"},
                                 {"client_id", "tv"},
                                 {"refresh_token", text(body_of(answer), "refresh_token")}})
                .status,
            400);
}

TEST_P(DeviceGrant, refuses_a_second_redemption) {
  const auto started = start();
  (void)press(browser_, ask(browser_, started), "accept");
  EXPECT_EQ(poll(started).status, 200);
  EXPECT_EQ(poll_error(started), "invalid_grant");
}

TEST_P(DeviceGrant, refuses_an_answer_that_the_person_did_not_press_themselves) {  // BR-2, device code phishing
  const auto started = start();
  const auto page = ask(browser_, started);
  const auto url = std::string(kIssuer) + "/device/confirm";
  const auto code = text(started, "user_code");
  EXPECT_EQ(browser_.post(url, {{"user_code", code}, {"accept", "Yes"}}).status, 403);
  EXPECT_EQ(browser_.post(url, {{"user_code", code}, {"accept", "Yes"}, {"session_code", "guess"}}).status, 403);
  EXPECT_EQ(browser_.post(url, {{"user_code", code}}).status, 302) << "no button, no answer";
  Browser stranger(server_);
  auto fields = hidden_fields(page);
  fields.emplace_back("accept", "Yes");
  EXPECT_EQ(stranger.post(url, fields).status, 302) << "another browser is sent to sign in";
  EXPECT_EQ(poll_error(started), "authorization_pending");
}

TEST_P(DeviceGrant, a_signed_in_person_is_asked_all_the_same) {  // RFC 8628 section 5.4
  (void)sign_in(browser_);
  const auto started = start();
  const auto page = browser_.get(text(started, "verification_uri_complete"));
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body_text().find("Living room &lt;TV&gt;"), std::string::npos) << page.body_text();
  EXPECT_NE(page.body_text().find("id=\"kc-cancel\""), std::string::npos);
  EXPECT_EQ(poll_error(started), "authorization_pending");
}

TEST_P(DeviceGrant, guesses_are_limited_for_each_address) {  // RFC 8628 section 5.1
  const auto started = start();
  const auto page = std::string("/realms/demo/device");
  for (int guess = 0; guess < 10; ++guess) {
    const auto answer = browser_.post(page, {{"device_user_code", guess % 2 == 0 ? "BBBB-BBBB" : "nonsense"}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_NE(answer.body_text().find("Invalid code, please try again."), std::string::npos);
  }
  EXPECT_EQ(browser_.post(page, {{"device_user_code", text(started, "user_code")}}).status, 429) << "a right one too";
  server_.clock.advance(seconds{60});
  EXPECT_EQ(browser_.post(page, {{"device_user_code", text(started, "user_code")}}).status, 200);
}

TEST_P(DeviceGrant, the_answer_has_the_members_that_clients_read) {
  const auto answer = server_.post("/auth/device", {{"client_id", "tv"}, {"audience", "tv"}, {"scope", "openid"}});
  EXPECT_EQ(*answer.find_header("Cache-Control"), "no-store");
  const auto started = body_of(answer);
  EXPECT_EQ(text(started, "device_code").size(), 43U);
  EXPECT_EQ(text(started, "user_code").size(), 9U);
  EXPECT_EQ(text(started, "verification_uri"), std::string(kIssuer) + "/device");
  EXPECT_EQ(text(started, "verification_uri_complete"),
            std::string(kIssuer) + "/device?user_code=" + text(started, "user_code"));
  EXPECT_EQ(started.at("expires_in").as_int64(), 600);
  EXPECT_EQ(started.at("interval").as_int64(), 5);
}

TEST_P(DeviceGrant, realm_and_client_set_life_and_interval) {
  server_.change_realm([](Realm& realm) {
    realm.lifespans.device_code = seconds{120};
    realm.lifespans.device_polling_interval = seconds{0};
    realm.attributes["shortVerificationUri"] = "https://go.example/tv";
  });
  auto started = start();
  EXPECT_EQ(started.at("expires_in").as_int64(), 120);
  EXPECT_EQ(started.at("interval").as_int64(), 1) << "zero would stop a client's ticker";
  EXPECT_EQ(text(started, "verification_uri"), "https://go.example/tv");
  server_.add_client("slow", [](Client& client) {
    client.attributes = {{"oauth2.device.authorization.grant.enabled", "true"},
                         {"oauth2.device.code.lifespan", "30"},
                         {"oauth2.device.polling.interval", "7"}};
  });
  started = body_of(server_.post("/auth/device", {{"client_id", "slow"}}));
  EXPECT_EQ(started.at("expires_in").as_int64(), 30);
  EXPECT_EQ(started.at("interval").as_int64(), 7);
}

TEST_P(DeviceGrant, gives_tokens_once_the_person_agreed) {
  const auto started = start();
  const auto page = ask(browser_, started);
  EXPECT_NE(page.body_text().find(text(started, "user_code")), std::string::npos) << page.body_text();
  const auto done = press(browser_, page, "accept");
  EXPECT_EQ(location(done), std::string(kIssuer) + "/device/status");
  EXPECT_NE(browser_.get(location(done)).body_text().find("Device Login Successful"), std::string::npos);
  const auto answer = poll(started);
  ASSERT_EQ(answer.status, 200) << answer.body_text();
  const auto access = payload_of(text(body_of(answer), "access_token"));
  EXPECT_EQ(text(access, "azp"), "tv");
  EXPECT_EQ(text(access, "sub"), "user-ada");
  EXPECT_EQ(text(access, "jti").substr(0, 7), "onrtdg:");
  EXPECT_FALSE(text(body_of(answer), "id_token").empty());
  const auto again = server_.post("/token", {{"grant_type", "refresh_token"},
                                             {"client_id", "tv"},
                                             {"refresh_token", text(body_of(answer), "refresh_token")}});
  EXPECT_EQ(again.status, 200) << again.body_text();
}

TEST_P(DeviceGrant, works_by_typing_the_code_with_a_required_action_on_the_way) {
  const auto started = start();
  std::string typed = text(started, "user_code");
  typed.erase(4, 1);
  const auto form = browser_.get("/realms/demo/device");
  EXPECT_NE(form.body_text().find("id=\"kc-user-verify-device-user-code-form\""), std::string::npos);
  const auto login = browser_.submit(form, {{"device_user_code", typed}});
  const auto action = browser_.submit(login, {{"username", "bob"}, {"password", "correct-horse"}});
  const auto back = browser_.submit(browser_.get(location(action)),
                                    {{"password-new", "new-horse-1"}, {"password-confirm", "new-horse-1"}});
  (void)press(browser_, browser_.get(location(back)), "accept");
  EXPECT_EQ(poll(started).status, 200);
}

TEST_P(DeviceGrant, a_code_challenge_is_held_to) {  // RFC 7636 on top
  const auto started =
      start({{"code_challenge", crypto::sha256_base64url(kVerifier)}, {"code_challenge_method", "S256"}});
  (void)press(browser_, ask(browser_, started), "accept");
  EXPECT_EQ(poll_error(started), "invalid_grant");
  EXPECT_EQ(poll(started, {{"code_verifier", kVerifier}}).status, 200);
}

TEST_P(DeviceGrant, offline_tokens_outlive_the_browser) {
  server_.allow_offline();
  const auto started = body_of(server_.post("/auth/device", {{"client_id", "tv"}, {"scope", "openid offline_access"}}));
  (void)press(browser_, ask(browser_, started), "accept");
  const auto tokens = body_of(poll(started));
  server_.clock.advance(std::chrono::days{5});
  const auto again = server_.post(
      "/token",
      {{"grant_type", "refresh_token"}, {"client_id", "tv"}, {"refresh_token", text(tokens, "refresh_token")}});
  EXPECT_EQ(again.status, 200) << again.body_text();
}

INSTANTIATE_ON_EVERY_ENGINE(DeviceGrant);

}  // namespace
}  // namespace cardea::protocol
