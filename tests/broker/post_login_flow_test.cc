// The flow that a provider asks for after each login by it (postBrokerLoginFlowAlias; keycloak.md section 5.6): on the
// same login, before there is a session. Whoever passes by it is signed in by half of what was asked (attack class 5).
#include "crypto/otp.h"
#include "tests/broker/broker_world.h"
#include "tests/support/stepped_flow.h"

namespace cardea::protocol {
namespace {

constexpr std::string_view kSecret = "12345678901234567890";
constexpr std::string_view kCodeForm = "kc-otp-login-form";
constexpr std::string_view kOtp = R"({"authenticator": "auth-otp-form", "requirement": "REQUIRED"})";

class PostLoginFlow : public Broker {
 protected:
  PostLoginFlow() { ask_after("up", kOtp); }

  /// Of the flow that is asked for after a login by this provider: its executions.
  void ask_after(const std::string& alias, std::string_view executions) {
    server_.change_realm([&](Realm& realm) {
      auto& flows = realm.extra["authenticationFlows"].as_array();
      const std::string name = "after " + alias;
      const auto* const known =
          std::ranges::find_if(flows, [&](const json::value& flow) { return flow.at("alias") == json::value(name); });
      if (known != flows.end()) flows.erase(known);
      auto steps = json::parse("[" + std::string(executions) + "]").as_array();
      for (std::size_t i = 0; i < steps.size(); ++i) steps[i].as_object()["priority"] = static_cast<std::int64_t>(i);
      flows.push_back(json::object{{"alias", name},
                                   {"providerId", "basic-flow"},
                                   {"topLevel", true},
                                   {"builtIn", false},
                                   {"authenticationExecutions", std::move(steps)}});
    });
    use({provider("up", {}, {{"postBrokerLoginFlowAlias", "after up"}})});
  }
  void give_code(std::string_view user) {
    ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) {
      return server_.repositories.credentials.insert(tx, otp_credential(UserId("user-" + std::string(user)), kSecret));
    }));
  }
  [[nodiscard]] std::string code() const {
    return crypto::otp_code(crypto::HashAlgorithm::kSha1, kSecret,
                            static_cast<std::uint64_t>(epoch_seconds(server_.clock.now()) / 30), 6);
  }
  /// Back from the provider, where the login goes on with a page of ours.
  web::Response next_page(Browser& browser, const web::Response& back) {
    EXPECT_EQ(back.status, 302) << back.body_text();
    EXPECT_EQ(location_parameter(back, "code"), "");
    return browser.get(location(back));
  }
  static bool shows(const web::Response& page, std::string_view text) {
    return page.body_text().find(text) != std::string_view::npos;
  }
  bool is_signed_in(Browser& browser) {
    return location_parameter(browser.get(authorize_url({{"prompt", "none"}})), "error").empty();
  }
};

TEST_F(PostLoginFlow, refuses_to_go_to_a_provider_whose_flow_is_not_there) {
  use({provider("up", {}, {{"postBrokerLoginFlowAlias", "gone"}})});
  Browser browser(server_);
  expect_refused(browser.get(button(browser.get(authorize_url()))), "post_login_flow_cannot_run");
}

TEST_F(PostLoginFlow, refuses_when_its_flow_is_taken_away_meanwhile) {
  link("ada", "u-1");
  give_code("ada");
  Browser browser(server_);
  leave(browser);
  use({provider("up", {}, {{"postBrokerLoginFlowAlias", "gone"}})});
  EXPECT_EQ(come_back(browser).status, 401);
  use({provider("up", {}, {{"postBrokerLoginFlowAlias", "after up"}})});
  Browser other(server_);
  const auto page = next_page(other, sign_in_upstream(other));
  use({provider("up", {}, {{"postBrokerLoginFlowAlias", "gone"}})});
  EXPECT_NE(other.submit(page, {{"otp", code()}}).status, 302);
  use(json::array{});  // and with the provider itself
  EXPECT_NE(other.submit(page, {{"otp", code()}}).status, 302);
  EXPECT_FALSE(is_signed_in(browser));
  EXPECT_FALSE(is_signed_in(other));
}

TEST_F(PostLoginFlow, refuses_a_session_until_the_code_is_right) {
  link("ada", "u-1");
  give_code("ada");
  Browser browser(server_), other(server_);
  auto page = next_page(browser, sign_in_upstream(browser));
  ASSERT_TRUE(shows(page, kCodeForm)) << page.body_text();
  EXPECT_FALSE(is_signed_in(browser));
  EXPECT_NE(other.submit(page, {{"otp", code()}}).status, 302) << "of another browser";
  page = browser.submit(page, {{"otp", "000000"}});
  ASSERT_EQ(page.status, 200);
  EXPECT_FALSE(is_signed_in(browser));
  expect_signed_in(browser.submit(page, {{"otp", code()}}), "ada");
  EXPECT_TRUE(is_signed_in(browser)) << "single sign-on asks for nothing again";
}

// The next login by the provider asks again: it is no part of the first login alone.
TEST_F(PostLoginFlow, asks_at_every_login_by_the_provider) {
  link("ada", "u-1");
  give_code("ada");
  for (int i = 0; i < 2; ++i) {
    Browser browser(server_);
    server_.clock.advance(seconds{30});  // a code is good for one login
    const auto page = next_page(browser, sign_in_upstream(browser));
    ASSERT_TRUE(shows(page, kCodeForm)) << i;
    expect_signed_in(browser.submit(page, {{"otp", code()}}), "ada");
  }
}

TEST_F(PostLoginFlow, asks_who_has_no_device_to_set_one_up_before_there_is_a_session) {
  Browser browser(server_);
  const auto page = next_page(browser, sign_in_upstream(browser));
  EXPECT_TRUE(shows(page, "kc-totp-settings")) << page.body_text();
  EXPECT_TRUE(user_named("zoe"));
  EXPECT_FALSE(is_signed_in(browser));
}

// A flow that lets nobody by: no account is made, and nothing is linked.
TEST_F(PostLoginFlow, refuses_whom_the_flow_denies) {
  ask_after("up", R"({"authenticator": "deny-access-authenticator", "requirement": "REQUIRED"})");
  Browser browser(server_);
  const auto page = sign_in_upstream(browser);
  EXPECT_EQ(page.status, 401);
  expect_refused(page, "access_denied");
  EXPECT_FALSE(link_of("u-1"));
  EXPECT_FALSE(is_signed_in(browser));
}

TEST_F(PostLoginFlow, refuses_a_flow_in_which_nothing_is_passed) {
  link("ada", "u-1");
  ask_after("up", R"({"authenticator": "auth-otp-form", "requirement": "DISABLED"})");
  Browser browser(server_);
  EXPECT_EQ(sign_in_upstream(browser).status, 401);
  EXPECT_TRUE(server_.log.contains("nothing_passed"));
  EXPECT_FALSE(is_signed_in(browser));
}

// The account was there, its owner signs in to it by password, and the identity is linked: that is a login by the
// provider, too.
TEST_F(PostLoginFlow, asks_whoever_links_the_identity_by_signing_in) {
  claims_["email"] = "ada@demo.example";
  give_code("ada");
  server_.change_realm([](Realm& realm) {  // the client's own flow asks for no code
    realm.extra["browserFlow"] = "plain";
    realm.extra["authenticationFlows"].as_array().push_back(json::parse(
        R"({"alias": "plain", "topLevel": true, "authenticationExecutions": [
             {"authenticator": "auth-cookie", "requirement": "ALTERNATIVE", "priority": 10},
             {"authenticator": "identity-provider-redirector", "requirement": "ALTERNATIVE", "priority": 20},
             {"authenticator": "auth-username-password-form", "requirement": "ALTERNATIVE", "priority": 30}]})"));
  });
  Browser browser(server_), plain(server_);
  EXPECT_NE(sign_in(plain), "") << "who comes by password alone is asked for no more";
  const auto confirm = sign_in_upstream(browser);
  ASSERT_TRUE(shows(confirm, "Account already exists"));
  const std::string html(confirm.body_text());
  const auto at = html.find("name=\"upstream\" value=\"") + 23;
  const auto form = browser.submit(confirm, {{"upstream", html.substr(at, html.find('"', at) - at)}});
  const auto page = next_page(browser, browser.submit(form, {{"username", "ada"}, {"password", "correct-horse"}}));
  ASSERT_TRUE(shows(page, kCodeForm)) << page.body_text();
  EXPECT_FALSE(link_of("u-1"));
  EXPECT_FALSE(is_signed_in(browser));
  expect_signed_in(browser.submit(page, {{"otp", code()}}), "ada");
  EXPECT_EQ(link_of("u-1")->user.str(), "user-ada");
}

// Another provider's word inside of the flow passes its own step alone, and does not take the place of the first.
TEST_F(PostLoginFlow, refuses_another_provider_instead_of_the_rest) {
  link("ada", "u-1");
  give_code("ada");
  link("ada", "u-1", "other");
  server_.change_realm([](Realm& realm) {
    realm.extra["authenticatorConfig"].as_array().push_back(
        json::object{{"alias", "to-other"}, {"config", {{"provider", "other"}}}});
  });
  ask_after("up", R"({"authenticator": "source", "requirement": "REQUIRED", "authenticatorConfig": "to-other"},)" +
                      std::string(kOtp));
  use({provider("up", {}, {{"postBrokerLoginFlowAlias", "after up"}}), provider("other")});
  Browser browser(server_);
  const auto back = sign_in_upstream(browser);
  ASSERT_EQ(back.status, 302) << back.body_text();
  const auto way = location(browser.get(location(back)));
  ASSERT_NE(way.find("/broker/other/login?"), std::string::npos) << way;
  const auto away = browser.get(way);
  nonce_ = location_parameter(away, "nonce");
  state_ = location_parameter(away, "state");
  const auto page = next_page(
      browser, browser.get(callback({{"code", "up-code"}}, "https://id.example/realms/demo/broker/other/endpoint")));
  ASSERT_TRUE(shows(page, kCodeForm)) << page.body_text();
  EXPECT_FALSE(is_signed_in(browser));
  expect_signed_in(browser.submit(page, {{"otp", code()}}), "ada");
}

// The way to the provider is a step of that flow: having gone it answers nothing the second time.
TEST_F(PostLoginFlow, refuses_to_take_the_way_there_for_an_answer_to_the_same_flow) {
  link("ada", "u-1");
  use({provider("up", {}, {{"postBrokerLoginFlowAlias", "browser"}})});
  Browser browser(server_);
  const auto page = next_page(browser, sign_in_upstream(browser));
  EXPECT_FALSE(is_signed_in(browser));
  expect_signed_in(browser.submit(page, {{"username", "ada"}, {"password", "correct-horse"}}), "ada");
}

TEST_F(PostLoginFlow, refuses_one_session_more_than_it_allows) {
  link("ada", "u-1");
  server_.change_realm([](Realm& realm) {
    realm.extra["authenticatorConfig"].as_array().push_back(
        json::parse(R"({"alias": "limits", "config": {"userRealmLimit": "1", "userClientLimit": "0"}})"));
  });
  ask_after("up", R"({"authenticator": "user-session-limits", "requirement": "REQUIRED",
                      "authenticatorConfig": "limits"})");
  Browser first(server_), second(server_);
  expect_signed_in(sign_in_upstream(first), "ada");
  EXPECT_EQ(sign_in_upstream(second).status, 403);
  EXPECT_FALSE(is_signed_in(second));
}

// A condition in it is judged by the person's roles, as in any flow.
TEST_F(PostLoginFlow, asks_only_whom_its_condition_names) {
  link("ada", "u-1");
  give_code("ada");
  server_.change_realm([](Realm& realm) {
    auto& flows = realm.extra["authenticationFlows"].as_array();
    flows.push_back(json::parse(
        R"({"alias": "of admins", "topLevel": false, "authenticationExecutions": [
             {"authenticator": "conditional-user-role", "requirement": "REQUIRED", "priority": 10,
              "authenticatorConfig": "admins"},
             {"authenticator": "auth-otp-form", "requirement": "REQUIRED", "priority": 20}]})"));
    realm.extra["authenticatorConfig"].as_array().push_back(
        json::parse(R"({"alias": "admins", "config": {"condUserRole": "guarded"}})"));
  });
  ask_after("up", R"({"authenticator": "allow-access-authenticator", "requirement": "REQUIRED"},
                     {"flowAlias": "of admins", "requirement": "CONDITIONAL"})");
  Browser plain(server_), guarded(server_);
  expect_signed_in(sign_in_upstream(plain), "ada");
  Role role;
  role.id = RoleId("role-guarded");
  role.realm = RealmId("realm-demo");
  role.name = "guarded";
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
    if (auto done = server_.repositories.roles.insert(tx, role); !done) return done;
    return server_.repositories.users.add_role(tx, UserId("user-ada"), role.id);
  }));
  EXPECT_TRUE(server_.settings().check_versions());
  const auto page = next_page(guarded, sign_in_upstream(guarded));
  ASSERT_TRUE(shows(page, kCodeForm)) << page.body_text();
  expect_signed_in(guarded.submit(page, {{"otp", code()}}), "ada");
}

}  // namespace
}  // namespace cardea::protocol
