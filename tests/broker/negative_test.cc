// The negative cases that all guides share (guides.md section 6; tests/negatives.txt), in front of an upstream
// provider.
#include <map>

#include "tests/broker/broker_world.h"
#include "upstream/memory.h"

namespace cardea::protocol {
namespace {

class NegativeBroker : public Broker {
 protected:
  /// A provider that holds a code to the challenge it was asked with (RFC 7636 section 4.6).
  std::map<std::string, std::string> challenges;  // by code
  void serve_pkce() {
    server_.fetcher.serve("https://up.example/token", [this](const web::FetchRequest& request) -> web::Fetched {
      token_form_ = *web::Form::parse(request.body);
      const auto verifier = token_form_.value_or("code_verifier", "");
      const auto challenge = challenges.find(std::string(token_form_.value_or("code", "")));
      if (challenge == challenges.end() || verifier.empty() || crypto::sha256_base64url(verifier) != challenge->second)
        return web::FetchResponse{
            .status = 400, .headers = {}, .body = R"({"error":"invalid_grant","error_description":"PKCE"})"};
      const json::object answer{{"access_token", "up-access"}, {"token_type", "Bearer"}, {"id_token", id_token()}};
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
    });
  }
  void take_away(std::string_view url) {
    server_.fetcher.serve(std::string(url),
                          [](const web::FetchRequest&) -> web::Fetched { return refuse(web::FetchError::kTimeout); });
  }
  /// What the application's request comes to while somebody is signed in: a code at once.
  static bool is_signed_in(Browser& browser) {
    return !location_parameter(browser.get(authorize_url()), "code").empty();
  }
};

TEST_F(NegativeBroker, N2_22_refuses_a_code_that_another_login_began) {
  serve_pkce();
  Browser attacker(server_), victim(server_);
  leave(attacker);
  challenges["stolen"] = challenge_;
  const auto first = challenge_;
  leave(victim);
  EXPECT_NE(challenge_, first) << "each login has a verifier of its own";
  expect_refused(come_back(victim, {{"code", "stolen"}}), "invalid_grant");
  EXPECT_FALSE(is_signed_in(victim));
  leave(victim);
  challenges["own"] = challenge_;
  expect_signed_in(come_back(victim, {{"code", "own"}}), "zoe");
}

TEST_F(NegativeBroker, N2_26_who_is_in_stays_in_and_who_comes_is_told_while_the_provider_is_away) {
  use({provider("up", {{"jwksUrl", ""}, {"tokenUrl", ""}, {"authorizationUrl", ""}})});
  const json::object document{{"issuer", kUpstream},
                              {"authorization_endpoint", "https://up.example/auth"},
                              {"token_endpoint", "https://up.example/token"},
                              {"jwks_uri", "https://up.example/keys"},
                              {"id_token_signing_alg_values_supported", json::array{"ES256"}}};
  const auto discovery = std::string(kUpstream) + "/.well-known/openid-configuration";
  server_.fetcher.serve_json(discovery, json::serialize(document));
  Browser inside(server_), outside(server_);
  expect_signed_in(sign_in_upstream(inside), "zoe");
  for (const auto& url : {discovery, std::string("https://up.example/token"), std::string("https://up.example/keys")})
    take_away(url);
  EXPECT_TRUE(is_signed_in(inside));
  // What was read an hour ago serves on: the person gets as far as the provider's own page.
  server_.clock.advance(upstream::kFresh + seconds{1});
  leave(outside);
  const auto half_way = come_back(outside);
  EXPECT_NE(half_way.status, 302);
  EXPECT_FALSE(is_signed_in(outside));
  // After a day it does not: the login page says so, and other ways in are still on it.
  server_.clock.advance(upstream::kStaleMax);
  Browser late(server_);
  const auto told = late.get(button(late.get(authorize_url())));
  EXPECT_NE(told.status, 302);
  EXPECT_NE(told.body_text().find("cannot be reached"), std::string_view::npos) << told.body_text();
  EXPECT_NE(told.body_text().find("name=\"password\""), std::string_view::npos);
  EXPECT_EQ(late.submit(told, {{"username", "ada"}, {"password", "correct-horse"}}).status, 302);
}

TEST_F(NegativeBroker, N2_28_what_a_provider_says_at_length_is_kept_here_and_not_in_the_browser) {
  json::array groups;
  for (int i = 0; i < 400; ++i) groups.emplace_back("3a7c1e90-0000-4000-8000-" + std::to_string(100'000'000'000 + i));
  claims_["groups"] = std::move(groups);
  claims_["department"] = std::string(3000, 'd');
  Browser browser(server_);
  leave(browser);
  const auto response = come_back(browser);
  std::size_t head = 0;
  for (const auto& header : response.headers) head += header.name.size() + header.value.size() + 4;
  EXPECT_LT(head, 8'192U);
  expect_signed_in(response, "zoe");
  std::size_t all = 0;
  for (const auto& [name, value] : browser.cookies()) {
    EXPECT_LE(name.size() + value.size(), 4'096U) << name;
    all += name.size() + value.size() + 3;
  }
  EXPECT_LT(all, 8'192U);
  EXPECT_TRUE(is_signed_in(browser));
}

TEST_F(NegativeBroker, N2_29_three_rounds_in_a_minute_end_on_a_page) {
  Browser browser(server_);
  const auto begin = [&] { return browser.get(authorize_url({{"kc_idp_hint", "up"}, {"prompt", "login"}})); };
  for (int i = 0; i < 3; ++i) {
    const auto away = begin();
    ASSERT_EQ(away.status, 302) << i;
    EXPECT_NE(location(away).find("/broker/up/login?"), std::string::npos);
  }
  const auto page = begin();
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body_text().find("several times in a row"), std::string_view::npos);
  EXPECT_TRUE(server_.log.contains("login_loop"));
  EXPECT_EQ(browser.get(button(page)).status, 302) << "the person goes on by hand";
  Browser other(server_);
  EXPECT_EQ(other.get(authorize_url({{"kc_idp_hint", "up"}})).status, 302) << "it is this browser's alone";
  server_.clock.advance(seconds{61});
  EXPECT_EQ(begin().status, 302);
}

}  // namespace
}  // namespace cardea::protocol
