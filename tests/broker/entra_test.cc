// Entra ID as a source, over the whole way in and out (guides.md G2.4, G2.8): the tenant and its Graph as functions.
#include <set>

#include "tests/broker/broker_world.h"

namespace cardea::protocol {
namespace {

constexpr auto kTenant = "6f0d1d0e-1111-4222-8333-444455556666";
constexpr auto kStranger = "7a1e2e1f-1111-4222-8333-444455557777";
constexpr auto kGraph = "https://graph.microsoft.com";

class Entra : public Broker {
 protected:
  Entra() {
    set_up({});
    claims_ = {{"tid", kTenant}, {"oid", "o-1"}, {"name", "Uma Udo"}, {"preferred_username", "uma@contoso.example"}};
    const jose::PublicJwk key{jose::test_private_key(crypto::KeyType::kRsa).public_key(), "k1", "", "sig", ""};
    const auto keys = jose::jwks_json({&key, 1});
    for (const auto* tenant : {kTenant, "common"}) {
      const auto base = "https://login.microsoftonline.com/" + std::string(tenant);
      server_.fetcher.serve_json(base + "/discovery/v2.0/keys", keys);
      server_.fetcher.serve(base + "/oauth2/v2.0/token", [this](const web::FetchRequest&) -> web::Fetched {
        const json::object answer{{"access_token", "a"}, {"token_type", "Bearer"}, {"id_token", token_of_entra()}};
        return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
      });
    }
    server_.fetcher.serve(std::string(kGraph) + "/v1.0/me", [this](const web::FetchRequest&) -> web::Fetched {
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(me_)};
    });
  }
  void set_up(const json::object& config, const json::object& members = {}) {
    // Each sign-in waits for Graph; what it does beside it is in login_groups_test.cc.
    json::object settings{{"clientId", "hub"},
                          {"clientSecret", "s"},
                          {"tenantId", kTenant},
                          {"syncMode", "FORCE"},
                          {"groupsMaxAge", "0"}};
    for (const auto& [name, value] : config) settings[name] = value;
    json::object row{{"alias", "up"}, {"providerId", "entra"}, {"enabled", true}};
    for (const auto& [name, value] : members) row[name] = value;
    row["config"] = settings;
    use({row});
  }
  std::string token_of_entra() {
    auto claims = claims_;
    claims.emplace("iss", "https://login.microsoftonline.com/" + string_or(claims, "tid", "") + "/v2.0");
    claims.emplace("aud", "hub");
    claims.emplace("sub", "pairwise");
    claims.emplace("nonce", nonce_);
    claims.emplace("iat", epoch_seconds(server_.clock.now()));
    claims.emplace("exp", epoch_seconds(server_.clock.now()) + 300);
    return jose::sign_by_hand(jose::test_signing_key(jose::Algorithm::kRS256), R"({"alg":"RS256","kid":"k1"})",
                              json::serialize(claims));
  }
  void serve_graph(const std::string& path, int status, const json::value& body,
                   std::vector<web::Header> headers = {}) {
    server_.fetcher.serve(kGraph + path, [=](const web::FetchRequest&) -> web::Fetched {
      return web::FetchResponse{.status = status, .headers = headers, .body = json::serialize(body)};
    });
  }
  static json::array groups(int from, int until) {
    json::array out;
    for (int i = from; i < until; ++i) {
      out.push_back(json::object{{"id", "g-" + std::to_string(i)}, {"displayName", "Group " + std::to_string(i)}});
    }
    return out;
  }
  std::size_t groups_of(std::string_view username) { return user_named(username) ? paths_of(username).size() : 0; }
  void sign_in_as_uma() {
    Browser browser(server_);
    const auto answer = sign_in_upstream(browser);
    EXPECT_EQ(answer.status, 302) << answer.body_text();
  }

  json::object me_{{"id", "o-1"}, {"userPrincipalName", "uma@contoso.example"}, {"mail", "uma@contoso.example"}};
};

constexpr auto kDirect = "/v1.0/me/memberOf?$select=id,displayName&$top=999";

TEST_F(Entra, G2_08_brings_in_every_group_through_all_pages_and_nested_ones) {
  set_up({{"groupsMode", "direct"}});
  serve_graph(kDirect, 200, json::object{{"value", groups(0, 200)}, {"@odata.nextLink", std::string(kGraph) + "/p2"}});
  serve_graph("/p2", 200, json::object{{"value", groups(200, 350)}});
  sign_in_as_uma();
  EXPECT_EQ(groups_of("uma@contoso.example"), 350U);
  // More than fit into the token: it says so, and Graph is asked.
  set_up({{"groupsMode", "transitive"}});
  claims_["_claim_names"] = json::object{{"groups", "src1"}};
  json::array ids;
  for (int i = 0; i < 360; ++i) ids.push_back(json::value("g-" + std::to_string(i)));
  serve_graph("/v1.0/me/getMemberObjects", 200, json::object{{"value", ids}});
  serve_graph("/v1.0/directoryObjects/getByIds", 200, json::object{{"value", groups(0, 360)}});
  sign_in_as_uma();
  EXPECT_EQ(groups_of("uma@contoso.example"), 360U);
}

// Anybody at Entra may make a group and call it as one of ours: clients that know groups by their last name alone must
// not take it for that.
TEST_F(Entra, refuses_groups_that_are_called_as_ours) {
  const auto insert = [&](const std::string& name) {
    Group group;
    group.id = GroupId("group-" + name);
    group.realm = RealmId("realm-demo");
    group.name = name;
    EXPECT_TRUE(
        server_.repositories.store.write([&](Tx& tx) { return server_.repositories.groups.insert(tx, group); }));
  };
  const auto named = [](std::string_view id, std::string_view name) {
    return json::object{{"id", id}, {"displayName", name}};
  };
  insert("kestra-admins");
  set_up({{"groupsMode", "direct"}});
  serve_graph(kDirect, 200, json::object{{"value", {named("id-1", "kestra-admins"), named("id-2", "sales")}}});
  sign_in_as_uma();
  EXPECT_EQ(paths_of("uma@contoso.example"), (std::set<std::string>{"/up/kestra-admins (id-1)", "/up/sales"}));
  insert("sales");  // made here later: the one from there gives way
  sign_in_as_uma();
  EXPECT_EQ(paths_of("uma@contoso.example"), (std::set<std::string>{"/up/kestra-admins (id-1)", "/up/sales (id-2)"}));
}

TEST_F(Entra, refuses_to_make_more_groups_at_once_than_a_transaction_has_time_for) {
  set_up({{"groupsMode", "direct"}});
  serve_graph(kDirect, 200, json::object{{"value", groups(0, 510)}});
  sign_in_as_uma();
  EXPECT_EQ(groups_of("uma@contoso.example"), 500U);
  expect_logged_with_request("upstream_groups_left_out");
  sign_in_as_uma();  // the next login goes on
  EXPECT_EQ(groups_of("uma@contoso.example"), 510U);
}

TEST_F(Entra, G2_09_waits_as_long_as_graph_says_and_keeps_the_groups_meanwhile) {
  set_up({{"groupsMode", "direct"}});
  serve_graph(kDirect, 200, json::object{{"value", groups(0, 3)}});
  sign_in_as_uma();
  serve_graph(kDirect, 429, json::object(), {{"Retry-After", "3"}});
  sign_in_as_uma();
  EXPECT_EQ(groups_of("uma@contoso.example"), 3U);
  EXPECT_EQ(calls_to("memberOf"), 2U);
  serve_graph(kDirect, 200, json::object{{"value", groups(0, 5)}});
  server_.clock.advance(seconds{2});
  sign_in_as_uma();
  EXPECT_EQ(calls_to("memberOf"), 2U);  // nobody asks before that
  EXPECT_TRUE(server_.log.contains("told_to_wait"));
  EXPECT_EQ(groups_of("uma@contoso.example"), 3U);
  server_.clock.advance(seconds{1});
  sign_in_as_uma();
  EXPECT_EQ(groups_of("uma@contoso.example"), 5U);
  // Nobody keeps us waiting for a day.
  serve_graph(kDirect, 429, json::object(), {{"Retry-After", "86400"}});
  sign_in_as_uma();
  serve_graph(kDirect, 200, json::object{{"value", groups(0, 6)}});
  server_.clock.advance(seconds{600});
  sign_in_as_uma();
  EXPECT_EQ(groups_of("uma@contoso.example"), 6U);
  // A date is the other way to say how long (RFC 9110 section 10.2.3).
  const auto until = std::chrono::floor<std::chrono::days>(server_.clock.now()) + std::chrono::days{1};
  const std::chrono::year_month_day day{until};
  char date[] = "Thu, 01 Jan 1970 00:00:00 GMT";
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  kMonths.copy(date + 8, 3, (static_cast<unsigned>(day.month()) - 1) * std::size_t{3});
  std::to_string(static_cast<int>(day.year())).copy(date + 12, 4);
  const auto number = static_cast<unsigned>(day.day());
  date[5] = static_cast<char>('0' + number / 10);
  date[6] = static_cast<char>('0' + number % 10);
  server_.clock.advance(std::chrono::duration_cast<seconds>(until - server_.clock.now()) - seconds{100});
  serve_graph(kDirect, 429, json::object(), {{"Retry-After", date}});
  sign_in_as_uma();
  serve_graph(kDirect, 200, json::object{{"value", groups(0, 7)}});
  server_.clock.advance(seconds{99});
  sign_in_as_uma();
  EXPECT_EQ(groups_of("uma@contoso.example"), 6U);
  server_.clock.advance(seconds{1});
  sign_in_as_uma();
  EXPECT_EQ(groups_of("uma@contoso.example"), 7U);
}

TEST_F(Entra, G2_10_signs_in_without_the_permission_and_says_which_is_missing) {
  set_up({{"groupsMode", "direct"}});
  serve_graph(kDirect, 200, json::object{{"value", groups(0, 3)}});
  sign_in_as_uma();
  serve_graph(kDirect, 403, json::object{{"error", json::object{{"code", "Authorization_RequestDenied"}}}});
  sign_in_as_uma();
  EXPECT_EQ(groups_of("uma@contoso.example"), 3U);
  EXPECT_TRUE(server_.log.contains("GroupMember.Read.All"));
}

// Table G2.4, row by row: what finds an account, what asks its owner, what denies.
TEST_F(Entra, G2_14_links_as_the_mode_says) {
  auto ada = *user_named("ada");
  ada.email = "ada@contoso.example";
  ada.email_verified = true;
  ASSERT_TRUE(
      server_.repositories.store.write([&](Tx& tx) { return server_.repositories.users.update(tx, ada, false); }));
  const auto arrive = [&](std::string_view mode, std::string_view name, std::string_view mail) {
    set_up({{"userMatchingMode", mode}, {"emailDomains", "contoso.example"}}, {{"trustEmail", true}});
    me_["userPrincipalName"] = name;
    me_["mail"] = mail;
    Browser browser(server_);
    return std::string(sign_in_upstream(browser).body_text());
  };
  const auto asks = [](const std::string& page) { return page.contains("Account already exists"); };
  const auto denies = [](const std::string& page) { return page.contains("There is an account like this already"); };
  EXPECT_TRUE(asks(arrive("identifier", "ada", "x@contoso.example")));
  EXPECT_TRUE(asks(arrive("identifier", "uma", "ada@contoso.example")));
  EXPECT_TRUE(denies(arrive("email_deny", "uma", "ada@contoso.example")));
  EXPECT_TRUE(denies(arrive("username_deny", "ada", "x@contoso.example")));
  EXPECT_TRUE(asks(arrive("username_link", "ada", "x@contoso.example")));   // a name is nobody's proof
  EXPECT_TRUE(asks(arrive("email_link", "uma", "ada@contoso.example")));    // Entra does not vouch for it
  EXPECT_TRUE(arrive("email_link", "uma", "").contains("sent no e-mail"));  // the property is empty
  EXPECT_TRUE(arrive("email_deny", "uma", "").contains("sent no e-mail"));
  EXPECT_FALSE(link_of(std::string(kTenant) + "/o-1"));
  claims_["verified_primary_email"] = json::array{"ada@contoso.example"};
  EXPECT_EQ(arrive("email_link", "uma", "ada@contoso.example"), "");
  EXPECT_EQ(link_of(std::string(kTenant) + "/o-1")->user.str(), "user-ada");
}

TEST_F(Entra, G2_15_refuses_the_address_of_an_administrator_from_a_foreign_tenant) {
  auto ada = *user_named("ada");
  ada.email_verified = true;
  ASSERT_TRUE(
      server_.repositories.store.write([&](Tx& tx) { return server_.repositories.users.update(tx, ada, false); }));
  set_up({{"tenantId", "common"},
          {"allowedTenants", std::string(kTenant) + " " + kStranger},
          {"userMatchingMode", "email_link"},
          {"emailDomains", "demo.example"}},
         {{"trustEmail", true}});
  claims_["tid"] = kStranger;
  me_["mail"] = "ada@demo.example";
  Browser browser(server_);
  EXPECT_NE(sign_in_upstream(browser).body_text().find("Account already exists"), std::string_view::npos);
  EXPECT_FALSE(link_of(std::string(kStranger) + "/o-1"));
}

TEST_F(Entra, G2_32_asks_the_graph_of_the_cloud) {
  set_up({{"cloud", "usgov"}, {"groupsMode", "direct"}});
  const auto base = "https://login.microsoftonline.us/" + std::string(kTenant);
  Browser browser(server_);
  const auto away = leave(browser);
  EXPECT_TRUE(location(away).starts_with(base + "/oauth2/v2.0/authorize")) << location(away);
  EXPECT_NE(location_parameter(away, "scope").find("https://graph.microsoft.us/User.Read"), std::string::npos);
  EXPECT_EQ(location_parameter(away, "scope").find("graph.microsoft.com"), std::string::npos);
}

}  // namespace
}  // namespace cardea::protocol
