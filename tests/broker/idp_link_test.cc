// People who link their account themselves (kc_action=idp_link:ALIAS), and take the link apart in the account API. What
// another browser, another person or nobody at all began ends in no link (attack classes 7, 8 and 10).
#include "tests/broker/broker_world.h"

namespace cardea::protocol {
namespace {

class IdpLink : public Broker {
 protected:
  explicit IdpLink(Engine engine = Engine::kMemory) : Broker(engine) {
    server_.change_realm([](Realm& realm) {
      realm.extra["requiredActions"] =
          json::parse(R"([{"alias":"idp_link","name":"Link","providerId":"idp_link","enabled":true,"priority":120}])");
    });
    server_.add_client("account", [](Client& client) { client.standard_flow_enabled = false; });
    for (const std::string name : {"manage-account-links", "view-profile"}) {
      Role role;
      role.id = RoleId("role-" + name);
      role.realm = RealmId("realm-demo");
      role.client = ClientId("client-account");
      role.name = name;
      EXPECT_TRUE(
          server_.repositories.store.write([&](Tx& tx) { return server_.repositories.roles.insert(tx, role); }));
    }
    give_roles("user-ada");
  }
  void give_roles(const std::string& user) {
    for (const std::string name : {"manage-account-links", "view-profile"}) {
      EXPECT_TRUE(server_.repositories.store.write(
          [&](Tx& tx) { return server_.repositories.users.add_role(tx, UserId(user), RoleId("role-" + name)); }));
    }
    EXPECT_TRUE(server_.settings().check_versions());
  }
  /// Ada signs in because an application wants a link; answers with the action's page.
  web::Response ask(Browser& browser, const std::string& action = "idp_link:up", const std::string& user = "ada") {
    const auto form = browser.get(authorize_url({{"kc_action", action}}));
    const auto passed = browser.submit(form, {{"username", user}, {"password", "correct-horse"}});
    return browser.get(location(passed));
  }
  static std::string way_out(const web::Response& page) {
    std::string html(page.body_text());
    const auto at = html.find("id=\"kc-continue\"");
    EXPECT_NE(at, std::string::npos) << html;
    if (at == std::string::npos) return "/";
    const auto begin = html.find("href=\"", at) + 6;
    auto url = html.substr(begin, html.find('"', begin) - begin);
    for (auto amp = url.find("&amp;"); amp != std::string::npos; amp = url.find("&amp;", amp)) url.replace(amp, 5, "&");
    return url;
  }
  void go(Browser& browser, const std::string& url) {
    const auto away = browser.get(url);
    EXPECT_EQ(away.status, 302) << away.body_text();
    nonce_ = location_parameter(away, "nonce");
    state_ = location_parameter(away, "state");
  }
  web::Response account(web::Method method, const std::string& path, const std::string& token) {
    web::Request request;
    request.method = method;
    request.scheme = "https";
    request.host = "id.example";
    request.path = "/realms/demo/account" + path.substr(0, path.find('?'));
    if (path.contains('?')) request.query = path.substr(path.find('?') + 1);
    request.headers = {{"Accept", "application/json"}, {"Authorization", "Bearer " + token}};
    return server_.handle(std::move(request));
  }
  /// No page, but the client's answer: there is nothing that the person could do.
  static void expect_told_at_once(const web::Response& answer) {
    EXPECT_EQ(location_parameter(answer, "kc_action"), "idp_link") << answer.body_text();
    EXPECT_EQ(location_parameter(answer, "kc_action_status"), "error");
    EXPECT_FALSE(location_parameter(answer, "code").empty());
  }
  void expect_not_linked(std::string_view reason) {
    EXPECT_FALSE(link_of("u-1"));
    EXPECT_TRUE(server_.log.contains(reason)) << reason;
    EXPECT_FALSE(user_named("zoe"));
  }
};

TEST_F(IdpLink, refuses_providers_that_are_not_there_and_people_without_the_role) {
  use({provider("up"), provider("off", {}, {{"enabled", false}})});
  for (const auto* action : {"idp_link:none", "idp_link:off", "idp_link"}) {
    Browser browser(server_);
    expect_told_at_once(ask(browser, action));
  }
  Browser browser(server_);
  const auto url = way_out(ask(browser));
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) {
    return server_.repositories.users.remove_role(tx, UserId("user-ada"), RoleId("role-manage-account-links"));
  }));
  ASSERT_TRUE(server_.settings().check_versions());
  // Nor by the address of a page that was shown before.
  expect_told_at_once(browser.get(url));
  Browser other(server_);
  expect_told_at_once(ask(other));
  expect_not_linked("no_role");
}

TEST_F(IdpLink, refuses_another_browser_and_another_provider) {
  use({provider("up"), provider("other")});
  Browser browser(server_), other(server_);
  const auto url = way_out(ask(browser));
  EXPECT_EQ(other.get(url).status, 400);
  auto elsewhere = url;
  elsewhere.replace(elsewhere.find("/broker/up/"), 11, "/broker/other/");
  EXPECT_NE(browser.get(elsewhere).status, 302);
  EXPECT_TRUE(server_.log.contains("no_way_by_this_provider"));
  go(browser, url);
  EXPECT_EQ(other.get(callback({{"code", "up-code"}})).status, 400);
  EXPECT_FALSE(link_of("u-1"));
}

// Attack class 8: who is lured to a link of somebody else's login has no row and no cookie for it.
TEST_F(IdpLink, refuses_to_link_in_a_browser_that_did_not_ask) {
  Browser attacker(server_), victim(server_);
  const auto url = way_out(ask(attacker));
  EXPECT_FALSE(sign_in(victim, "ada").empty());
  const auto refused = location(victim.get(url));  // back to the application at most
  EXPECT_FALSE(refused.contains("up.example")) << refused;
  EXPECT_FALSE(refused.contains("code=")) << refused;
  go(attacker, url);
  EXPECT_EQ(victim.get(callback({{"code", "up-code"}})).status, 400);
  EXPECT_FALSE(link_of("u-1"));
}

// The provider may know the browser as somebody else: who links chooses the account there.
TEST_F(IdpLink, asks_the_provider_which_account_it_shall_be) {
  Browser browser(server_);
  EXPECT_EQ(location_parameter(browser.get(way_out(ask(browser))), "prompt"), "select_account");
}

TEST_F(IdpLink, refuses_what_is_linked_to_somebody_else_or_before) {
  link("bob", "u-1");
  Browser browser(server_);
  go(browser, way_out(ask(browser)));
  const auto answer = come_back(browser);
  EXPECT_NE(answer.body_text().find("linked to somebody else"), std::string_view::npos) << answer.body_text();
  EXPECT_TRUE(server_.log.contains("linked_to_other_user"));
  EXPECT_EQ(link_of("u-1")->user.str(), "user-bob");
  link("ada", "u-9");
  Browser again(server_);
  expect_told_at_once(ask(again));
  EXPECT_TRUE(server_.log.contains("already_linked"));
}

TEST_F(IdpLink, refuses_a_second_use_of_the_callback_and_an_account_that_was_switched_off) {
  Browser browser(server_);
  go(browser, way_out(ask(browser)));
  const auto back = callback({{"code", "up-code"}});
  auto user = *user_named("ada");
  user.enabled = false;
  const auto store_user = [&] {
    ASSERT_TRUE(server_.repositories.store.write(
        [&](Tx& tx) { return server_.repositories.users.set_enabled(tx, user.id, user.enabled); }));
  };
  store_user();
  EXPECT_NE(browser.get(back).status, 302);
  EXPECT_FALSE(link_of("u-1"));
  user.enabled = true;
  store_user();
  EXPECT_NE(browser.get(back).status, 302);
  EXPECT_FALSE(link_of("u-1"));
}

TEST_F(IdpLink, tells_what_the_provider_said_and_lets_the_person_leave) {
  Browser browser(server_);
  go(browser, way_out(ask(browser)));
  const auto page = come_back(browser, {{"error", "access_denied"}});
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body_text().find("Access denied"), std::string_view::npos) << page.body_text();
  const auto left = browser.submit(page, {{"cancel-aia", "true"}});
  EXPECT_EQ(location_parameter(left, "kc_action_status"), "cancelled") << left.body_text();
  EXPECT_FALSE(link_of("u-1"));
}

// Nobody signs in by it, and it is linked all the same.
TEST_F(IdpLink, links_the_account_to_a_provider_that_is_for_links_alone) {
  use({provider("up", {}, {{"linkOnly", true}})});
  Browser browser(server_);
  go(browser, way_out(ask(browser)));
  const auto done = come_back(browser);
  EXPECT_EQ(location_parameter(done, "kc_action"), "idp_link");
  EXPECT_EQ(location_parameter(done, "kc_action_status"), "success") << done.body_text();
  const auto tokens = redeem(server_, location_parameter(done, "code"));
  EXPECT_EQ(string_or(payload_of(string_or(tokens, "access_token", "")), "sub", ""), "user-ada");
  const auto linked = link_of("u-1");
  ASSERT_TRUE(linked);
  EXPECT_EQ(linked->user.str(), "user-ada");
  EXPECT_EQ(linked->issuer, kUpstream);
  EXPECT_FALSE(user_named("zoe"));
}

TEST_F(IdpLink, the_account_shows_links_and_takes_them_apart) {
  use({provider("up", {{"guiOrder", "2"}}), provider("first", {{"guiOrder", "1"}}),
       provider("never", {{"showInAccountConsole", "NEVER"}}),
       provider("later", {{"showInAccountConsole", "WHEN_LINKED"}})});
  link("ada", "u-1");
  Browser browser(server_);
  const auto token = string_or(redeem(server_, sign_in(browser, "ada")), "access_token", "");
  const auto aliases = [&](const std::string& query) {
    const auto answer = account(web::Method::kGet, "/linked-accounts" + query, token);
    EXPECT_EQ(answer.status, 200) << answer.body_text();
    std::string out;
    const auto list = parse_json(answer.body_text());
    for (const auto& row : list->as_array()) {
      EXPECT_EQ(row.at("providerName"), row.at("providerAlias"));
      out += string_or(row.as_object(), "providerAlias", "") + (row.at("connected").as_bool() ? "+ " : "- ");
    }
    return out;
  };
  EXPECT_EQ(aliases(""), "first- up+ ");
  EXPECT_EQ(aliases("?linked=true"), "up+ ");
  EXPECT_EQ(aliases("?linked=false"), "first- ");
  EXPECT_EQ(aliases("?search=FIR"), "first- ");
  EXPECT_EQ(aliases("?first=1&max=5"), "up+ ");
  EXPECT_EQ(aliases("?max=1"), "first- ");
  const auto remove = [&](const std::string& alias) {
    return account(web::Method::kDelete, "/linked-accounts/" + alias, token);
  };
  EXPECT_EQ(remove("none").body_text(), R"({"errorMessage":"identityProviderNotFoundMessage"})");
  EXPECT_EQ(remove("first").body_text(), R"({"errorMessage":"federatedIdentityLinkNotActiveMessage"})");
  EXPECT_EQ(remove("up").status, 204);
  EXPECT_FALSE(link_of("u-1"));
}

TEST_F(IdpLink, ends_the_sessions_of_a_provider_whose_link_goes) {
  link("ada", "u-1");
  Browser by_provider(server_), by_password(server_);
  ASSERT_FALSE(location_parameter(sign_in_upstream(by_provider), "code").empty());
  const auto token = string_or(redeem(server_, sign_in(by_password, "ada")), "access_token", "");
  ASSERT_FALSE(location_parameter(by_provider.get(authorize_url()), "code").empty());
  EXPECT_EQ(account(web::Method::kDelete, "/linked-accounts/up", token).status, 204);
  EXPECT_TRUE(location_parameter(by_provider.get(authorize_url()), "code").empty());
  EXPECT_FALSE(location_parameter(by_password.get(authorize_url()), "code").empty());
}

TEST_F(IdpLink, refuses_to_take_the_last_way_to_sign_in) {
  // None of the others lets anybody in: for links alone, off, of a kind that there is not, without what it takes.
  use({provider("up"), provider("linked", {}, {{"linkOnly", true}}), provider("off", {}, {{"enabled", false}}),
       provider("saml", {}, {{"providerId", "saml"}}), provider("nobody", {{"clientId", ""}})});
  link("ada", "u-1");
  Browser browser(server_);
  const auto token = string_or(redeem(server_, sign_in(browser, "ada")), "access_token", "");
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
    for (const auto* alias : {"linked", "off", "saml", "nobody"}) {
      FederatedIdentity more;
      more.realm = RealmId("realm-demo");
      more.user = UserId("user-ada");
      more.provider = alias;
      more.upstream_id = "l-1";
      if (auto done = server_.repositories.federated_identities.insert(tx, more); !done) return done;
    }
    const auto all = server_.repositories.credentials.list_all(tx, UserId("user-ada"));
    if (!all) return refuse(all.error());
    for (const auto& each : *all) {
      if (auto done = server_.repositories.credentials.remove(tx, UserId("user-ada"), each.id); !done)
        return refuse(done.error());
    }
    return {};
  }));
  const auto refused = account(web::Method::kDelete, "/linked-accounts/up", token);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body_text(), R"({"errorMessage":"federatedIdentityRemovingLastProviderMessage"})");
  EXPECT_TRUE(link_of("u-1"));
}

}  // namespace
}  // namespace cardea::protocol
