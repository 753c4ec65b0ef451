// What a provider says of how somebody signed in there, as levels and methods of ours (guides.md G2-35): what must not
// count first.
#include "tests/broker/broker_world.h"
#include "tests/support/stepped_flow.h"

namespace cardea::protocol {
namespace {

class UpstreamLevels : public Broker {
 protected:
  UpstreamLevels() {
    use_provider({});
    server_.change_realm([](Realm& realm) {
      use_stepped_flow(realm, {{"flowAlias", "ways"}}, {{"authenticator", "auth-otp-form"}});
      realm.extra["authenticationFlows"].as_array().push_back(json::parse(R"(
        {"alias": "ways", "topLevel": false, "authenticationExecutions": [
          {"authenticator": "identity-provider-redirector", "requirement": "ALTERNATIVE", "priority": 10},
          {"authenticator": "auth-username-password-form", "requirement": "ALTERNATIVE", "priority": 20}]})"));
    });
    server_.add_client("levels", [](Client& client) {
      for (const auto* kind : {"oidc-acr-mapper", "oidc-amr-mapper"}) {
        ProtocolMapper mapper;
        mapper.id = mapper.name = mapper.provider = kind;
        mapper.config = {{"id.token.claim", "true"}};
        client.mappers.push_back(std::move(mapper));
      }
    });
    link("ada", "u-1");
    claims_["amr"] = json::array{"pwd", "mfa"};
    claims_["auth_time"] = epoch_seconds(server_.clock.now()) - 10;
  }
  void use_provider(const json::object& more) {
    json::object config{{"levelsOfAmr", R"({"mfa":2})"},
                        {"levelsOfAcr", R"({"gold":2})"},
                        {"methodsOfAmr", R"({"mfa":"mfa","pwd":"pwd"})"}};
    for (const auto& [name, value] : more) config[name] = value;
    use({provider("up", config)});
  }
  static Pairs at(const Pairs& more = {}) {
    Pairs out = {{"client_id", "levels"}, {"redirect_uri", "https://levels.example/cb"}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  /// Through the provider, asked for `acr_values`; answers with what comes of it.
  web::Response sign_in_for(Browser& browser, const std::string& acr_values) {
    const auto away = browser.get(button(browser.get(authorize_url(at({{"acr_values", acr_values}})))));
    EXPECT_EQ(away.status, 302) << away.body_text();
    nonce_ = location_parameter(away, "nonce");
    state_ = location_parameter(away, "state");
    asked_ = location_parameter(away, "acr_values");
    return come_back(browser);
  }
  json::object id_token(const web::Response& answer) {
    EXPECT_EQ(answer.status, 302) << answer.body_text();
    const auto tokens = redeem(server_, location_parameter(answer, "code"), at());
    return payload_of(string_or(tokens, "id_token", ""));
  }
  /// The second level is asked for here.
  void expect_asked_for_more(const std::string& why) {
    Browser browser(server_);
    const auto answer = sign_in_for(browser, "gold");
    EXPECT_EQ(location_parameter(answer, "code"), "") << why;
    EXPECT_NE(location(answer).find("/login-actions/"), std::string::npos) << why << ' ' << location(answer);
  }
  std::string asked_;
};

TEST_F(UpstreamLevels, refuses_what_the_provider_does_not_say_or_the_record_does_not_list) {
  claims_["amr"] = json::array{"pwd"};
  expect_asked_for_more("no second factor there");
  claims_["amr"] = json::array{"otp"};
  expect_asked_for_more("not listed");
  claims_.erase("amr");
  expect_asked_for_more("nothing said");
  claims_["amr"] = json::array{"mfa"};
  use_provider({{"levelsOfAmr", ""}});
  expect_asked_for_more("no table");
  use_provider({{"levelsOfAmr", R"({"mfa":1})"}});
  expect_asked_for_more("only the first level");
}

TEST_F(UpstreamLevels, refuses_a_second_factor_of_an_unknown_or_an_old_time) {
  claims_.erase("auth_time");
  expect_asked_for_more("no auth_time");
  EXPECT_TRUE(server_.log.contains("upstream_level_without_auth_time"));
  claims_["auth_time"] = epoch_seconds(server_.clock.now()) - 60;
  expect_asked_for_more("older than the level lasts");
}

// What is signed counts, not what userinfo adds to it.
TEST_F(UpstreamLevels, refuses_methods_from_userinfo) {
  claims_.erase("amr");
  use_provider({{"userInfoUrl", "https://up.example/userinfo"}});
  server_.fetcher.serve_json("https://up.example/userinfo", R"({"sub":"u-1","amr":["mfa"],"acr":"gold"})");
  expect_asked_for_more("userinfo");
}

TEST_F(UpstreamLevels, G2_35_the_second_factor_there_is_a_level_and_a_method_here) {
  Browser browser(server_), by_acr(server_), plain(server_);
  auto gold = id_token(sign_in_for(browser, "gold"));
  EXPECT_EQ(asked_, "gold");  // passed through
  EXPECT_EQ(string_or(gold, "acr", ""), "gold");
  EXPECT_EQ(json::serialize(gold.at("amr")), R"(["pwd","mfa"])");
  // The session keeps it as long as the level lasts, from the sign-in there on.
  server_.clock.advance(seconds{49});
  gold = id_token(browser.get(authorize_url(at({{"acr_values", "gold"}}))));
  EXPECT_EQ(string_or(gold, "acr", ""), "gold");
  server_.clock.advance(seconds{1});
  EXPECT_EQ(location_parameter(browser.get(authorize_url(at({{"acr_values", "gold"}, {"prompt", "none"}}))), "error"),
            "login_required");
  claims_["auth_time"] = epoch_seconds(server_.clock.now());
  claims_.erase("amr");
  claims_["acr"] = "gold";
  EXPECT_EQ(string_or(id_token(sign_in_for(by_acr, "gold")), "acr", ""), "gold");
  claims_.erase("acr");
  EXPECT_EQ(string_or(id_token(sign_in_for(plain, "silver")), "acr", ""), "silver");
}

}  // namespace
}  // namespace cardea::protocol
