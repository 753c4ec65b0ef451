// The step `source` in the middle of a flow (guides.md G2-36): to one provider and back into the same login.
#include "tests/broker/broker_world.h"
#include "tests/support/stepped_flow.h"

namespace cardea::protocol {
namespace {

class SourceStep : public Broker {
 protected:
  SourceStep() {
    use({provider("up"), provider("other")});
    server_.change_realm([](Realm& realm) {
      const auto step = [](std::string_view authenticator, int priority) {
        return json::object{{"authenticator", authenticator},
                            {"requirement", "REQUIRED"},
                            {"priority", priority},
                            {"authenticatorFlow", false},
                            {"userSetupAllowed", false}};
      };
      auto source = step("source", 20);
      source["authenticatorConfig"] = "to-up";
      realm.extra["authenticationFlows"].as_array().push_back(
          json::object{{"alias", "two"},
                       {"providerId", "basic-flow"},
                       {"topLevel", true},
                       {"builtIn", false},
                       {"authenticationExecutions", json::array{step("auth-username-password-form", 10), source}}});
      realm.extra["authenticatorConfig"].as_array().push_back(
          json::object{{"id", "to-up"}, {"alias", "to-up"}, {"config", {{"provider", "up"}}}});
      realm.extra["browserFlow"] = "two";
    });
  }
  /// The password is right; answers with where the person is sent.
  std::string after_password(Browser& browser) {
    const auto form = browser.get(authorize_url());
    const auto passed = browser.submit(form, {{"username", "ada"}, {"password", "correct-horse"}});
    EXPECT_EQ(passed.status, 302) << passed.body_text();
    return location(browser.get(location(passed)));
  }
  void go(Browser& browser, const std::string& url) {
    const auto away = browser.get(url);
    EXPECT_EQ(away.status, 302) << away.body_text();
    nonce_ = location_parameter(away, "nonce");
    state_ = location_parameter(away, "state");
  }
};

TEST_F(SourceStep, G2_36_sends_the_person_to_the_provider_in_the_middle_and_goes_on) {
  link("ada", "u-1");
  Browser browser(server_);
  const auto url = after_password(browser);
  EXPECT_NE(url.find("/broker/up/login?"), std::string::npos) << url;
  go(browser, url);
  expect_signed_in(come_back(browser), "ada");
}

TEST_F(SourceStep, G2_36_refuses_another_browser_another_provider_and_another_person) {
  link("ada", "u-1");
  Browser browser(server_), other(server_);
  const auto url = after_password(browser);
  EXPECT_EQ(other.get(url).status, 400);
  auto elsewhere = url;
  elsewhere.replace(elsewhere.find("/broker/up/"), 11, "/broker/other/");
  EXPECT_NE(browser.get(elsewhere).status, 302);
  EXPECT_TRUE(server_.log.contains("no_way_by_this_provider"));
  Browser second(server_);
  go(second, after_password(second));
  EXPECT_EQ(other.get(callback({{"code", "up-code"}})).status, 400);
  claims_["sub"] = "u-2";  // somebody else's account there
  EXPECT_NE(come_back(second).status, 302);
  EXPECT_TRUE(server_.log.contains("other_user"));
  EXPECT_FALSE(user_named("zoe"));
}

// Whoever proved the account a step before is its owner.
TEST_F(SourceStep, links_the_identity_to_the_account_that_was_proven_before) {
  Browser browser(server_);
  go(browser, after_password(browser));
  expect_signed_in(come_back(browser), "ada");
  EXPECT_EQ(link_of("u-1")->user.str(), "user-ada");
  EXPECT_FALSE(user_named("zoe"));
}

// Whoever stole the password would bring an identity of their own instead of the one-time code they lack.
TEST_F(SourceStep, refuses_to_link_beside_another_factor_of_the_person) {
  server_.change_realm([](Realm& realm) {
    realm.extra["authenticationFlows"] = json::parse(R"([
      {"alias": "two", "topLevel": true, "authenticationExecutions": [
        {"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 10},
        {"flowAlias": "second", "requirement": "REQUIRED", "priority": 20}]},
      {"alias": "second", "topLevel": false, "authenticationExecutions": [
        {"flowAlias": "there", "requirement": "ALTERNATIVE", "priority": 10},
        {"authenticator": "auth-otp-form", "requirement": "ALTERNATIVE", "priority": 20}]},
      {"alias": "there", "topLevel": false, "authenticationExecutions": [
        {"authenticator": "source", "requirement": "REQUIRED", "priority": 10, "authenticatorConfig": "to-up"}]}])");
  });
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) {
    return server_.repositories.credentials.insert(tx, otp_credential(UserId("user-ada"), "12345678901234567890"));
  }));
  Browser browser(server_), later(server_);
  const auto to_provider = [this](Browser& each) {
    const auto form = each.get(authorize_url());
    const auto passed = each.submit(form, {{"username", "ada"}, {"password", "correct-horse"}});
    const auto page = each.get(location(passed));
    EXPECT_NE(page.body_text().find("kc-otp-login-form"), std::string_view::npos) << page.body_text();
    auto url = location(passed);
    url.replace(url.find("/login-actions/authenticate"), 27, "/broker/up/login");
    go(each, url);
  };
  to_provider(browser);
  EXPECT_EQ(come_back(browser).status, 200);
  EXPECT_TRUE(server_.log.contains("other_user"));
  EXPECT_FALSE(link_of("u-1"));
  link("ada", "u-1");
  to_provider(later);
  expect_signed_in(come_back(later), "ada");
}

// Each of two that stand side by side can be taken, by itself or beside a form.
TEST_F(SourceStep, G2_36_lets_the_person_choose_between_two_providers) {
  link("ada", "u-1", "other");
  link("ada", "u-1");
  for (const bool has_form : {false, true}) {
    server_.change_realm([&](Realm& realm) {
      realm.extra["authenticationFlows"] = json::parse(R"([
        {"alias": "two", "topLevel": true, "authenticationExecutions": [
          {"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 10},
          {"flowAlias": "second", "requirement": "REQUIRED", "priority": 20}]},
        {"alias": "second", "topLevel": false, "authenticationExecutions": [
          {"authenticator": "source", "requirement": "ALTERNATIVE", "priority": 10, "authenticatorConfig": "to-up"},
          {"authenticator": "source", "requirement": "ALTERNATIVE", "priority": 20, "authenticatorConfig": "to-other"},
          {"authenticator": "auth-otp-form", "requirement": "ALTERNATIVE", "priority": 30}]}])");
      if (!has_form) {
        auto& second = realm.extra["authenticationFlows"].at(1).as_object();
        second["authenticationExecutions"].as_array().pop_back();
      }
      realm.extra["authenticatorConfig"] = json::parse(R"([{"alias": "to-up", "config": {"provider": "up"}},
                                                           {"alias": "to-other", "config": {"provider": "other"}}])");
    });
    if (has_form) {
      ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) {
        return server_.repositories.credentials.insert(tx, otp_credential(UserId("user-ada"), "12345678901234567890"));
      }));
    }
    for (const std::string alias : {"up", "other"}) {
      Browser browser(server_);
      const auto form = browser.get(authorize_url());
      const auto passed = browser.submit(form, {{"username", "ada"}, {"password", "correct-horse"}});
      const auto page = browser.get(location(passed));
      ASSERT_EQ(page.status, 200) << location(page);
      EXPECT_EQ(page.body_text().find("kc-otp-login-form") != std::string_view::npos, has_form);
      // The way to one of them proves nothing about the other.
      auto crossed = button(page, alias);
      const std::string path = "/broker/" + alias + "/";
      crossed.replace(crossed.find(path), path.size(), alias == "up" ? "/broker/other/" : "/broker/up/");
      EXPECT_NE(browser.get(crossed).status, 302);
      go(browser, button(page, alias));
      expect_signed_in(
          browser.get(callback({{"code", "up-code"}}, "https://id.example/realms/demo/broker/" + alias + "/endpoint")),
          "ada");
    }
  }
}

// Half a proof leaves no way in behind: what comes after the step is proven first.
TEST_F(SourceStep, refuses_to_link_before_the_last_step) {
  server_.change_realm([](Realm& realm) {
    realm.extra["authenticationFlows"] = json::parse(R"([
      {"alias": "two", "topLevel": true, "authenticationExecutions": [
        {"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 10},
        {"authenticator": "source", "requirement": "REQUIRED", "priority": 20, "authenticatorConfig": "to-up"},
        {"authenticator": "auth-otp-form", "requirement": "REQUIRED", "priority": 30}]}])");
  });
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) {
    return server_.repositories.credentials.insert(tx, otp_credential(UserId("user-ada"), "12345678901234567890"));
  }));
  Browser browser(server_), later(server_);
  go(browser, after_password(browser));
  EXPECT_EQ(come_back(browser).status, 200);
  EXPECT_TRUE(server_.log.contains("link_before_the_end"));
  EXPECT_FALSE(link_of("u-1"));
  link("ada", "u-1");
  go(later, after_password(later));
  EXPECT_EQ(come_back(later).status, 302);  // to the one-time code
}

/// A second level that only the provider gives.
class SourceStepUp : public SourceStep {
 protected:
  SourceStepUp() {
    server_.change_realm([](Realm& realm) {
      use_stepped_flow(realm, {{"authenticator", "auth-username-password-form"}},
                       {{"authenticator", "source"}, {"authenticatorConfig", "to-up"}});
      realm.extra["authenticatorConfig"].as_array().push_back(
          json::object{{"alias", "to-up"}, {"config", {{"provider", "up"}}}});
    });
    server_.add_client("levels", [](Client& client) {
      ProtocolMapper mapper;
      mapper.id = mapper.name = mapper.provider = "oidc-acr-mapper";
      mapper.config = {{"id.token.claim", "true"}};
      client.mappers.push_back(std::move(mapper));
    });
  }
  static Pairs at(const Pairs& more = {}) {
    Pairs out = {{"client_id", "levels"}, {"redirect_uri", "https://levels.example/cb"}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  json::object id_token(const web::Response& answer) {
    EXPECT_EQ(answer.status, 302) << answer.body_text();
    const auto tokens = redeem(server_, location_parameter(answer, "code"), at());
    sid_ = string_or(tokens, "session_state", "");
    return payload_of(string_or(tokens, "id_token", ""));
  }
  /// A silver session that is asked for gold; answers with where the person is sent.
  std::string ask_for_gold(Browser& browser) {
    const auto form = browser.get(authorize_url(at()));
    const auto silver = id_token(browser.submit(form, {{"username", "ada"}, {"password", "correct-horse"}}));
    EXPECT_EQ(string_or(silver, "acr", ""), "silver");
    return location(browser.get(authorize_url(at({{"acr_values", "gold"}}))));
  }
  std::string sid_;
};

TEST_F(SourceStepUp, G2_36_steps_the_session_up_at_the_provider) {
  link("ada", "u-1");
  Browser browser(server_);
  const auto url = ask_for_gold(browser);
  const auto before = sid_;
  EXPECT_NE(url.find("/broker/up/login?"), std::string::npos) << url;
  go(browser, url);
  const auto gold = id_token(come_back(browser));  // the same flow goes on
  EXPECT_EQ(string_or(gold, "acr", ""), "gold");
  EXPECT_EQ(string_or(gold, "sub", ""), "user-ada");
  EXPECT_EQ(sid_, before);
}

TEST_F(SourceStepUp, G2_36_refuses_to_step_up_in_another_browser_or_as_somebody_else) {
  link("ada", "u-1");
  Browser browser(server_), other(server_), second(server_);
  const auto url = ask_for_gold(browser);
  EXPECT_EQ(other.get(url).status, 400);
  go(browser, url);
  EXPECT_EQ(other.get(callback({{"code", "up-code"}})).status, 400);
  claims_["sub"] = "u-2";
  go(second, ask_for_gold(second));
  EXPECT_EQ(come_back(second).status, 200);
  EXPECT_TRUE(server_.log.contains("other_user"));
  EXPECT_FALSE(link_of("u-2"));
  EXPECT_FALSE(user_named("zoe"));
}

// A session that somebody left open is no proof of who makes the link.
TEST_F(SourceStepUp, refuses_to_link_while_a_session_is_stepped_up) {
  Browser browser(server_);
  go(browser, ask_for_gold(browser));
  EXPECT_EQ(come_back(browser).status, 200);
  EXPECT_TRUE(server_.log.contains("other_user"));
  EXPECT_FALSE(link_of("u-1"));
}

// A provider that is down is no wrong answer of the person.
TEST_F(SourceStep, refuses_to_count_the_providers_failures_as_the_persons) {
  server_.change_realm([](Realm& realm) {
    realm.extra["bruteForceProtected"] = true;
    realm.extra["failureFactor"] = 1;
  });
  link("ada", "u-1");
  Browser browser(server_);
  auto url = after_password(browser);
  for (int i = 0; i < 3; ++i) {
    go(browser, url);
    EXPECT_EQ(come_back(browser, {{"error", "server_error"}}).status, 200);
  }
  go(browser, url);
  expect_signed_in(come_back(browser), "ada");
}

}  // namespace
}  // namespace cardea::protocol
