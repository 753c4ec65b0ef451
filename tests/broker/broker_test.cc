// Signing in at an upstream OpenID provider (keycloak.md section 1.17; attack classes 3, 7, 8, 10, 11, 14): the whole
// way out and back, with the provider as functions in this file. What must be refused first.
#include <gtest/gtest.h>

#include "tests/broker/broker_world.h"

namespace cardea::protocol {
namespace {

// ---- state: this browser, this provider, once

TEST_F(Broker, refuses_missing_foreign_and_changed_state) {
  Browser browser(server_);
  leave(browser);
  EXPECT_EQ(browser.get(std::string(kEndpoint) + "?code=up-code").status, 400);
  const auto good = state_;
  state_ = "AAAA" + good.substr(4);
  EXPECT_EQ(come_back(browser).status, 400);
  expect_refused(browser.get(std::string(kEndpoint) + "?code=a&state=b"), "state_unreadable");
  state_ = good;
  EXPECT_EQ(token_form_.value_or("code", ""), "");  // nothing was redeemed
  expect_signed_in(come_back(browser), "zoe");      // and the login that was begun still works
}

// Attack class 3 and login CSRF: the attacker's callback in the victim's browser, and the victim's in the attacker's.
TEST_F(Broker, refuses_state_of_another_browser) {
  Browser victim(server_), attacker(server_);
  leave(attacker);
  expect_refused(come_back(victim), "state_of_other_browser");
  leave(victim);
  expect_refused(come_back(attacker), "state_of_other_browser");
}

// The cookie of the paused login without the flow's cookie is worth nothing.
TEST_F(Broker, refuses_paused_login_without_its_flow_cookie) {
  Browser browser(server_), thief(server_);
  leave(browser);
  for (const auto& [cookie, value] : browser.cookies()) {
    if (cookie.starts_with("__Host-cardea-upstream-")) thief.set_cookie(cookie, value);
  }
  const auto response = come_back(thief);
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(server_.log.contains("cookie_not_found"));
  EXPECT_EQ(token_form_.value_or("code", ""), "");
}

TEST_F(Broker, refuses_state_after_its_time) {
  Browser browser(server_);
  leave(browser);
  server_.clock.advance(seconds{1801});
  expect_refused(come_back(browser), "state_unreadable");
}

TEST_F(Broker, refuses_replay_of_the_callback) {
  Browser browser(server_), copy(server_);
  leave(browser);
  for (const auto& [cookie, value] : browser.cookies()) copy.set_cookie(cookie, value);
  expect_signed_in(come_back(browser), "zoe");
  EXPECT_EQ(come_back(browser).status, 400);  // the cookie went with the first answer
  // The same with a copy of every cookie from before: the state is used up. (The upstream would refuse the code, too.)
  const auto again = come_back(copy);
  EXPECT_NE(again.status, 302);
  EXPECT_TRUE(server_.log.contains("used_before"));
}

// Mix-up (RFC 9207; OAuth 2.0 Security BCP section 4.4): a state of one provider at the callback of another.
TEST_F(Broker, refuses_state_of_another_provider) {
  use({provider("up"), provider("evil", {{"issuer", "https://evil.example"}})});
  Browser browser(server_);
  leave(browser, "up");
  expect_refused(browser.get(callback({{"code", "x"}}, "https://id.example/realms/demo/broker/evil/endpoint")),
                 "state_of_other_provider");
  expect_refused(browser.get(callback({{"code", "x"}}, "https://id.example/source/oauth/callback/up/")),
                 "state_of_other_provider");
}

TEST_F(Broker, refuses_callback_whose_iss_is_another_or_missing_though_promised) {
  Browser browser(server_);
  leave(browser);
  expect_refused(come_back(browser, {{"code", "up-code"}, {"iss", "https://evil.example"}}),
                 "callback_of_other_issuer");
  EXPECT_EQ(token_form_.value_or("code", ""), "");
  // The provider's document promises the parameter; it is read because the record leaves the keys open.
  use({provider("up", {{"jwksUrl", ""}})});
  serve_discovery(true);
  leave(browser);
  expect_refused(come_back(browser), "callback_of_other_issuer");
  leave(browser);
  expect_signed_in(come_back(browser, {{"code", "up-code"}, {"iss", kUpstream}}), "zoe");
}

TEST_F(Broker, refuses_repeated_parameters_and_code_with_error) {
  Browser browser(server_);
  leave(browser);
  EXPECT_EQ(come_back(browser, {{"code", "a"}, {"code", "b"}}).status, 400);
  EXPECT_EQ(come_back(browser, {{"code", "a"}, {"error", "b"}}).status, 400);
  EXPECT_EQ(come_back(browser, {}).status, 400);
}

TEST_F(Broker, refuses_unknown_disabled_and_link_only_providers) {
  use({provider("up"), provider("off", {}, {{"enabled", false}}), provider("only", {}, {{"linkOnly", true}})});
  Browser browser(server_);
  const auto page = browser.get(authorize_url());
  const std::string html(page.body_text());
  EXPECT_EQ(html.find("social-off"), std::string::npos);
  EXPECT_EQ(html.find("social-only"), std::string::npos);
  const auto good = button(page);
  for (const std::string alias : {"off", "only", "none"}) {
    auto url = good;
    url.replace(url.find("/broker/up/"), 11, "/broker/" + alias + "/");
    EXPECT_EQ(browser.get(url).status, 404) << alias;
  }
}

// Attack class 2: nothing that comes from the query is ever a target.
TEST_F(Broker, refuses_to_lead_anywhere_but_to_the_provider) {
  Browser browser(server_);
  const auto away =
      browser.get(button(browser.get(authorize_url())) + "&redirect_uri=https://evil.example/&url=//evil");
  EXPECT_TRUE(location(away).starts_with("https://up.example/auth?"));
  EXPECT_EQ(location_parameter(away, "redirect_uri"), kEndpoint);
  Browser stranger(server_);  // without the login's cookie there is no way out
  EXPECT_EQ(stranger.get(button(browser.get(authorize_url()))).status, 400);
}

// ---- what the provider says

// G2-06, attack class 11: each of these fails although the provider's userinfo would answer.
TEST_F(Broker, refuses_id_tokens_that_are_not_whole) {
  const std::pair<std::string_view, json::value> wrong[] = {
      {"nonce", "other"}, {"aud", "other"}, {"iss", "https://evil.example"}, {"exp", 1}, {"sub", ""}};
  for (const auto& [claim, value] : wrong) {
    Browser browser(server_);
    claims_[claim] = value;
    expect_refused(sign_in_upstream(browser), "id_token_");
    claims_.erase(claim);
  }
}

TEST_F(Broker, refuses_when_the_code_is_not_taken) {
  token_status_ = 400;
  Browser browser(server_);
  const auto page = sign_in_upstream(browser);
  expect_refused(page, "invalid_grant");
  EXPECT_NE(page.body_text().find("Could not retrieve token."), std::string_view::npos);
  token_status_ = 200;  // a second try works
  expect_signed_in(sign_in_upstream(browser), "zoe");
}

// Metrics are counted by the reason: words of strangers would fill them (attack class 26).
TEST_F(Broker, refuses_to_take_a_strangers_word_as_the_reason) {
  for (const auto* word : {"zz1", "zz2"}) {
    Browser browser(server_);
    leave(browser);
    expect_refused(come_back(browser, {{"error", word}}), "upstream_other_error");
    EXPECT_FALSE(server_.log.contains("reason=upstream_" + std::string(word)));
  }
}

TEST_F(Broker, shows_that_the_person_said_no) {
  Browser browser(server_);
  leave(browser);
  const auto page = come_back(browser, {{"error", "access_denied"}, {"error_description", "<script>AADSTS65004"}});
  expect_refused(page, "upstream_access_denied");
  EXPECT_NE(page.body_text().find("Access denied when authenticating"), std::string_view::npos);
  EXPECT_EQ(page.body_text().find("<script>AADSTS"), std::string_view::npos);
}

// A stranger with one state does not make us ask the provider without end.
TEST_F(Broker, refuses_a_state_after_a_few_codes) {
  token_status_ = 400;
  Browser browser(server_);
  leave(browser);
  const auto cookies = browser.cookies();
  const auto again = [&] {
    for (const auto& [cookie, value] : cookies) browser.set_cookie(cookie, value);
    return come_back(browser).status;
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(again(), 200) << i;
  EXPECT_EQ(again(), 429);
  EXPECT_TRUE(server_.log.contains("too_many_callbacks"));
}

TEST_F(Broker, refuses_userinfo_of_somebody_else) {
  use({provider("up", {{"userInfoUrl", "https://up.example/userinfo"}})});
  server_.fetcher.serve_json("https://up.example/userinfo", R"({"sub":"u-2","email":"admin@demo.example"})");
  Browser browser(server_);
  expect_refused(sign_in_upstream(browser), "userinfo_of_other_subject");
}

// ---- which account

TEST_F(Broker, makes_an_account_at_the_first_login_and_finds_it_at_the_next) {
  Browser browser(server_);
  leave(browser);
  expect_signed_in(come_back(browser), "zoe");
  EXPECT_EQ(token_form_.value_or("redirect_uri", ""), kEndpoint);
  EXPECT_EQ(crypto::sha256_base64url(token_form_.value_or("code_verifier", "")), challenge_);
  EXPECT_EQ(token_form_.value_or("client_secret", ""), "up-secret");
  const auto zoe = user_named("zoe");
  ASSERT_TRUE(zoe);
  EXPECT_EQ(zoe->email, "zoe@up.example");
  EXPECT_EQ(zoe->first_name, "Zoe");
  EXPECT_FALSE(zoe->email_verified);
  EXPECT_EQ(link_of("u-1")->user, zoe->id);
  // Name and address changed there: the same account, refreshed.
  claims_["preferred_username"] = "zoe2";
  claims_["email"] = "new@up.example";
  Browser later(server_);
  expect_signed_in(sign_in_upstream(later), "zoe");
  EXPECT_EQ(user_named("zoe")->email, "new@up.example");
  EXPECT_FALSE(user_named("zoe2"));
}

// Attack class 7: an address that the provider does not vouch for, or must not vouch for, opens no account.
TEST_F(Broker, refuses_takeover_by_email) {
  claims_["email"] = "ada@demo.example";
  const json::object trusting{{"trustEmail", true}};
  const json::object link_mode{{"userMatchingMode", "email_link"}};
  const json::object authority{{"userMatchingMode", "email_link"}, {"emailDomains", "demo.example"}};
  struct Case {
    json::object config, members;
    bool verified;
  };
  const Case cases[] = {{{}, {}, true},                // nobody said the provider may be trusted
                        {link_mode, {}, true},         // the mode alone is no trust
                        {link_mode, trusting, true},   // trusted, but no authority for demo.example
                        {authority, trusting, false},  // authority, but the provider does not vouch
                        {authority, {}, true}};        // authority, not trusted
  for (const auto& each : cases) {
    use({provider("up", each.config, each.members)});
    claims_["email_verified"] = each.verified;
    Browser browser(server_);
    const auto page = sign_in_upstream(browser);
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.body_text().find("Account already exists"), std::string_view::npos);
    EXPECT_FALSE(link_of("u-1"));
  }
}

// The address here must be proven, too, and a lock holds back whoever comes by a link that is made only now.
TEST_F(Broker, links_by_email_where_the_provider_is_authority_and_both_vouch) {
  claims_["email"] = "ada@demo.example";
  claims_["email_verified"] = true;
  use({provider("up", {{"userMatchingMode", "email_link"}, {"emailDomains", "demo.example"}}, {{"trustEmail", true}})});
  server_.change_realm([](Realm& realm) { realm.extra["bruteForceProtected"] = true; });
  auto ada = *user_named("ada");
  const auto change = [&](bool is_verified, TimePoint locked_until) {
    ada.email_verified = is_verified;
    return server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      if (auto done = server_.repositories.users.update(tx, ada, false); !done) return done;
      auto failures = server_.repositories.login_failures.find_to_change(tx, ada.realm, ada.id);
      if (!failures) return refuse(failures.error());
      failures->locked_until = locked_until;
      return server_.repositories.login_failures.put(tx, *failures);
    });
  };
  ASSERT_TRUE(change(false, {}));
  Browser unproven(server_), locked(server_), browser(server_);
  EXPECT_NE(sign_in_upstream(unproven).body_text().find("Account already exists"), std::string_view::npos);
  ASSERT_TRUE(change(true, server_.clock.now() + seconds{60}));
  expect_refused(sign_in_upstream(locked), "user_disabled");
  EXPECT_FALSE(link_of("u-1"));
  ASSERT_TRUE(change(true, {}));
  expect_signed_in(sign_in_upstream(browser), "ada");
  EXPECT_EQ(link_of("u-1")->user.str(), "user-ada");
}

TEST_F(Broker, denies_by_mode) {
  claims_["email"] = "ada@demo.example";
  use({provider("up", {{"userMatchingMode", "email_deny"}})});
  Browser browser(server_);
  expect_refused(sign_in_upstream(browser), "account_exists");
  claims_.erase("email");
  expect_refused(sign_in_upstream(browser), "no_email");
  claims_["preferred_username"] = "ada";
  use({provider("up", {{"userMatchingMode", "username_deny"}})});
  expect_refused(sign_in_upstream(browser), "account_exists");
  use({provider("up", {{"userMatchingMode", "guess"}})});
  expect_refused(sign_in_upstream(browser), "unknown_matching_mode");
  EXPECT_FALSE(link_of("u-1"));
}

// Attack class 8: linking takes a fresh sign-in to the very account, in the browser that came from the provider.
TEST_F(Broker, links_to_an_existing_account_only_after_its_owner_signed_in) {
  claims_["preferred_username"] = "ada";
  Browser browser(server_);
  const auto confirm = sign_in_upstream(browser);
  ASSERT_NE(confirm.body_text().find("Account already exists"), std::string_view::npos);
  const std::string html(confirm.body_text());
  const auto at = html.find("name=\"upstream\" value=\"") + 23;
  const auto handle = html.substr(at, html.find('"', at) - at);
  const auto form = browser.submit(confirm, {{"upstream", handle}});
  ASSERT_EQ(form.status, 200);
  EXPECT_FALSE(link_of("u-1"));
  // Somebody else's password does not do, whatever the form says.
  const auto wrong = browser.submit(form, {{"username", "bob"}, {"password", "correct-horse"}});
  EXPECT_EQ(wrong.status, 200);
  EXPECT_FALSE(link_of("u-1"));
  const auto done = browser.submit(form, {{"username", "ada"}, {"password", "correct-horse"}});
  expect_signed_in(done, "ada");
  EXPECT_EQ(link_of("u-1")->user.str(), "user-ada");
  // From now on the provider is enough.
  Browser later(server_);
  expect_signed_in(sign_in_upstream(later), "ada");
}

TEST_F(Broker, refuses_to_link_what_another_browser_proved) {
  claims_["preferred_username"] = "ada";
  Browser browser(server_), other(server_);
  const auto confirm = sign_in_upstream(browser);
  const std::string html(confirm.body_text());
  const auto at = html.find("name=\"upstream\" value=\"") + 23;
  const auto handle = html.substr(at, html.find('"', at) - at);
  const auto mine = other.get(authorize_url());  // a login of the attacker's own
  auto url = button(mine);
  url.replace(url.find("/broker/up/login"), 16, "/login-actions/first-broker-login");
  EXPECT_EQ(other.post(url, {{"upstream", handle}}).status, 400);
  EXPECT_EQ(other.post(url, {{"upstream", "guess"}}).status, 400);
  EXPECT_EQ(other.post(url, {}).status, 400);
}

TEST_F(Broker, refuses_to_link_by_a_form_of_another_site) {
  claims_["preferred_username"] = "ada";
  Browser browser(server_);
  const auto confirm = sign_in_upstream(browser);
  const std::string html(confirm.body_text());
  const auto at = html.find("name=\"upstream\" value=\"") + 23;
  const auto handle = html.substr(at, html.find('"', at) - at);
  auto url = html.substr(html.find("action=\"") + 8);
  url = url.substr(0, url.find('"'));
  for (auto amp = url.find("&amp;"); amp != std::string::npos; amp = url.find("&amp;", amp)) url.replace(amp, 5, "&");
  web::Request request;
  request.method = web::Method::kPost;
  request.scheme = "https";
  request.host = "id.example";
  request.path = url.substr(18, url.find('?') - 18);
  request.query = url.substr(url.find('?') + 1);
  std::string cookies;
  for (const auto& [name, value] : browser.cookies()) cookies += name + "=" + value + "; ";
  request.headers.push_back({"Cookie", cookies.substr(0, cookies.size() - 2)});
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  request.headers.push_back({"Origin", "https://evil.example"});
  web::append_form(request.body, "upstream", handle);
  EXPECT_EQ(server_.handle(std::move(request)).status, 400);
  EXPECT_TRUE(server_.log.contains("foreign_post"));
  EXPECT_EQ(browser.submit(confirm, {{"upstream", handle}}).status, 200);  // it was all there
}

TEST_F(Broker, refuses_disabled_accounts) {
  link("eve", "u-1");
  Browser browser(server_);
  expect_refused(sign_in_upstream(browser), "user_disabled");
}

TEST_F(Broker, refuses_enrollment_where_the_flow_has_none) {
  server_.change_realm([](Realm& realm) {
    for (auto& flow : realm.extra["authenticationFlows"].as_array()) {
      for (auto& execution : flow.as_object()["authenticationExecutions"].as_array()) {
        auto& object = execution.as_object();
        if (string_or(object, "authenticator", "") == "idp-create-user-if-unique") object["requirement"] = "DISABLED";
      }
    }
  });
  Browser browser(server_);
  expect_refused(sign_in_upstream(browser), "not_configured_for_enrollment");
}

// ---- ways in

TEST_F(Broker, goes_to_the_hinted_provider_at_once_and_not_to_an_unknown_one) {
  Browser browser(server_);
  const auto away = browser.get(authorize_url({{"kc_idp_hint", "up"}}));
  ASSERT_EQ(away.status, 302);
  EXPECT_TRUE(location(away).find("/broker/up/login?") != std::string::npos);
  const auto upstream = browser.get(location(away));
  EXPECT_TRUE(location(upstream).starts_with("https://up.example/auth?"));
  EXPECT_EQ(browser.get(authorize_url({{"kc_idp_hint", "none"}})).status, 200);
}

// G2-05: the answer comes as a POST from another site, without our cookies.
TEST_F(Broker, takes_a_form_post) {
  Browser browser(server_);
  leave(browser);
  const auto hop = server_.post("/realms/demo/broker/up/endpoint",
                                {{"code", "up-code"}, {"state", state_}, {"evil", "x"}, {"session_state", "s"}});
  ASSERT_EQ(hop.status, 303);
  EXPECT_TRUE(location(hop).starts_with(std::string(kEndpoint) + "?state="));
  EXPECT_EQ(location(hop).find("evil"), std::string::npos);
  expect_signed_in(browser.get(location(hop)), "zoe");
}

// The guide's redirect URI, trailing slash included (guides.md G2.1).
TEST_F(Broker, comes_back_to_authentiks_path) {
  use({provider("entra-id", {{"callbackPath", "source"}})});
  server_.change_realm([](Realm& realm) { realm.attributes["authentikPaths"] = "true"; });
  Browser browser(server_);
  const auto away = leave(browser, "entra-id");
  const std::string registered = "https://id.example/source/oauth/callback/entra-id/";
  EXPECT_EQ(location_parameter(away, "redirect_uri"), registered);
  const auto posted = browser.post(registered, {{"code", "up-code"}, {"state", "s"}, {"evil", "x"}});
  EXPECT_EQ(posted.status, 303);
  EXPECT_EQ(location(posted), registered + "?state=s&code=up-code");
  EXPECT_EQ(browser.post("https://id.example/source/oauth/callback/none/", {{"state", "s"}}).status, 400);
  const auto hop = browser.get(callback({{"code", "up-code"}}, registered));
  ASSERT_EQ(hop.status, 303);
  expect_signed_in(browser.get(location(hop)), "zoe");
  EXPECT_EQ(token_form_.value_or("redirect_uri", ""), registered);
  const auto start = browser.get("/source/oauth/login/entra-id/");
  EXPECT_EQ(location_parameter(start, "kc_idp_hint"), "entra-id");
  EXPECT_EQ(browser.get("/source/oauth/login/none/").status, 404);
}

TEST_F(Broker, maps_claims_to_attributes_and_roles) {
  use({provider("up")},
      {json::object{{"id", "m1"},
                    {"name", "dept"},
                    {"identityProviderAlias", "up"},
                    {"identityProviderMapper", "oidc-user-attribute-idp-mapper"},
                    {"config", {{"claim", "dept"}, {"user.attribute", "department"}, {"syncMode", "INHERIT"}}}},
       json::object{{"id", "m2"},
                    {"name", "name"},
                    {"identityProviderAlias", "up"},
                    {"identityProviderMapper", "oidc-username-idp-mapper"},
                    {"config", {{"template", "${ALIAS}.${CLAIM.preferred_username | uppercase}"}}}}});
  claims_["dept"] = json::array{"a", "b"};
  Browser browser(server_);
  expect_signed_in(sign_in_upstream(browser), "up.zoe");
  EXPECT_EQ(user_named("up.zoe")->attributes["department"], (std::vector<std::string>{"a", "b"}));
  claims_.erase("dept");
  Browser later(server_);
  expect_signed_in(sign_in_upstream(later), "up.zoe");
  EXPECT_FALSE(user_named("up.zoe")->attributes.contains("department"));
}

// What could not be done is mended by whoever finds the sign-in that it belongs to.
TEST_F(Broker, tells_of_what_a_mapper_left_out_with_the_request) {
  const auto mapper = [](std::string_view kind, const json::object& config) {
    return json::object{{"id", kind},
                        {"name", kind},
                        {"identityProviderAlias", "up"},
                        {"identityProviderMapper", kind},
                        {"config", config}};
  };
  use({provider("up")},
      {mapper("oidc-hardcoded-role-idp-mapper", {{"role", "gone"}}),
       mapper("oidc-hardcoded-group-idp-mapper", {{"group", "/gone"}}), mapper("no-such-mapper", {})});
  Browser browser(server_);
  expect_signed_in(sign_in_upstream(browser), "zoe");
  for (const auto* event : {"upstream_role_not_found", "upstream_group_not_found", "upstream_mapper_left_out"}) {
    expect_logged_with_request(event);
  }
}

// ---- the provider's token

TEST_F(Broker, refuses_the_stored_token_without_the_role_and_where_none_is_kept) {
  Browser browser(server_);
  const auto code = location_parameter(sign_in_upstream(browser), "code");
  const auto tokens = redeem(server_, code);
  const auto ask = [&](std::string_view bearer) {
    return server_.get("/realms/demo/broker/up/token", {{"Authorization", "Bearer " + std::string(bearer)}});
  };
  EXPECT_EQ(ask("nonsense").status, 401);
  EXPECT_EQ(server_.get("/realms/demo/broker/up/token").status, 401);
  EXPECT_EQ(ask(string_or(tokens, "access_token", "")).status, 403);
  EXPECT_TRUE(link_of("u-1")->token.empty());  // storeToken is off
}

TEST_F(Broker, keeps_the_token_answer_where_the_realm_says_so) {
  use({provider("up", {}, {{"storeToken", true}})});
  Browser browser(server_);
  expect_signed_in(sign_in_upstream(browser), "zoe");
  EXPECT_NE(link_of("u-1")->token.reveal().find("up-access"), std::string_view::npos);
  EXPECT_FALSE(server_.log.contains("up-access"));
}

}  // namespace
}  // namespace cardea::protocol
