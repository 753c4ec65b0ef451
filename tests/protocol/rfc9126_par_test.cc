// Pushed authorization requests (RFC 9126; keycloak.md section 1.13; standards.md section 12).
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "crypto/hash.h"
#include "tests/protocol/harness.h"
#include "web/form.h"

namespace cardea::protocol {
namespace {

class Par : public testing::TestWithParam<Engine> {
 protected:
  Pairs request(const Pairs& changes = {}) const {
    Pairs all = {{"client_id", "web"},
                 {"client_secret", "web-secret"},
                 {"redirect_uri", "https://app.example/cb"},
                 {"response_type", "code"},
                 {"scope", "openid"},
                 {"state", "st"}};
    for (const auto& [name, value] : changes) {
      std::erase_if(all, [&wanted = name](const auto& pair) { return pair.first == wanted; });
      if (!value.empty()) all.emplace_back(name, value);
    }
    return all;
  }
  web::Response push(const Pairs& changes = {}) { return server_.post("/ext/par/request", request(changes)); }
  std::string handle(const Pairs& changes = {}) {
    const auto response = push(changes);
    EXPECT_EQ(response.status, 201) << response.body_text();
    return string_or(body_of(response), "request_uri", "");
  }
  static std::string url(const std::string& request_uri, const std::string& client = "web",
                         const std::string& more = "") {
    std::string query;
    web::append_form(query, "client_id", client);
    web::append_form(query, "request_uri", request_uri);
    return std::string(kP) + "/auth?" + query + more;
  }
  void expect_refused(const web::Response& response, std::string_view error, std::string_view description,
                      int status = 400) {
    EXPECT_EQ(response.status, status);
    const auto body = body_of(response);
    EXPECT_EQ(string_or(body, "error", ""), error);
    if (!description.empty()) EXPECT_EQ(string_or(body, "error_description", ""), description);
  }
  web::Response sign_in_at(Browser& browser, const std::string& at) {
    return browser.submit(browser.get(at), {{"username", "ada"}, {"password", "correct-horse"}});
  }

  Server server_{GetParam()};
};

TEST_P(Par, refuses_clients_that_do_not_prove_themselves) {  // PA-1
  expect_refused(push({{"client_secret", "wrong"}}), "unauthorized_client", "", 401);
  expect_refused(push({{"client_secret", ""}}), "unauthorized_client", "", 401);
  expect_refused(push({{"client_id", "nobody"}}), "invalid_client", "", 401);
}

TEST_P(Par, refuses_a_handle_inside_a_pushed_request) {  // PA-4
  expect_refused(push({{"request_uri", "urn:x"}}), "invalid_request",
                 "It is not allowed to include request_uri to PAR.");
}

TEST_P(Par, refuses_what_the_authorization_endpoint_would_refuse) {  // PA-5
  expect_refused(push({{"redirect_uri", "https://evil.example/"}}), "invalid_request",
                 "Invalid parameter: redirect_uri");
  expect_refused(push({{"response_type", "foo"}}), "invalid_request", "Unsupported response type");
  expect_refused(push({{"response_type", ""}}), "invalid_request", "Missing parameter: response_type");
  expect_refused(push({{"scope", "openid nope"}}), "invalid_request", "Invalid scopes: openid nope");
  expect_refused(push({{"response_mode", "foo"}}), "invalid_request", "Invalid parameter: response_mode");
  auto twice = request();
  twice.emplace_back("state", "again");
  expect_refused(server_.post("/ext/par/request", twice), "invalid_request", "duplicated parameter");
}

TEST_P(Par, answers_with_a_handle_that_nobody_can_guess) {  // PA-2, PA-3
  const auto response = push();
  EXPECT_EQ(response.status, 201);
  const auto body = body_of(response);
  const auto uri = string_or(body, "request_uri", "");
  EXPECT_TRUE(uri.starts_with("urn:ietf:params:oauth:request_uri:"));
  EXPECT_GE(uri.size(), 34U + 43U) << "256 random bits";
  EXPECT_EQ(int_or(body, "expires_in", 0), 60);
  ASSERT_NE(response.find_header("Cache-Control"), nullptr);
  EXPECT_NE(response.find_header("Cache-Control")->find("no-store"), std::string::npos);
}

TEST_P(Par, refuses_handles_that_are_unknown_expired_or_another_clients) {  // PA-8, attack class 14
  const auto uri = handle();
  Browser browser(server_);
  EXPECT_EQ(browser.get(url("urn:ietf:params:oauth:request_uri:nope")).status, 400);
  EXPECT_EQ(browser.get(url(uri, "app")).status, 400);
  EXPECT_EQ(browser.get(url("https://evil.example/request")).status, 400) << "nothing is fetched";
  server_.clock.advance(seconds(60));
  EXPECT_EQ(browser.get(url(uri)).status, 400);
}

TEST_P(Par, a_login_that_began_in_time_may_take_longer_than_the_handle_lives) {
  const auto uri = handle();
  Browser browser(server_);
  const auto page = browser.get(url(uri));
  server_.clock.advance(seconds(300));
  const auto answer = browser.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  EXPECT_NE(location_parameter(answer, "code"), "") << location(answer);
}

TEST_P(Par, only_what_was_pushed_counts) {  // PA-9
  const auto uri = handle();
  Browser browser(server_);
  const auto answer = sign_in_at(
      browser, url(uri, "web", "&redirect_uri=https%3A%2F%2Fevil.example%2F&state=other&response_mode=fragment"));
  EXPECT_EQ(answer.status, 302);
  EXPECT_TRUE(location(answer).starts_with("https://app.example/cb?")) << location(answer);
  EXPECT_EQ(location_parameter(answer, "state"), "st");
}

TEST_P(Par, a_page_may_be_loaded_again_but_a_handle_gives_one_answer) {  // PA-7
  const auto uri = handle();
  Browser browser(server_);
  EXPECT_EQ(browser.get(url(uri)).status, 200);
  const auto first = sign_in_at(browser, url(uri));
  EXPECT_FALSE(location_parameter(first, "code").empty());
  EXPECT_EQ(browser.get(url(uri)).status, 400) << "used, so single sign-on gets nothing either";
  Browser other(server_);
  EXPECT_EQ(other.get(url(uri)).status, 400);
}

TEST_P(Par, of_parallel_answers_to_one_handle_one_carries_a_code) {
  const auto uri = handle();
  std::vector<std::string> codes(4);
  std::vector<std::pair<Browser, web::Response>> pages;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    Browser browser(server_);
    auto page = browser.get(url(uri));
    pages.emplace_back(std::move(browser), std::move(page));
  }
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const auto answer = pages[i].first.submit(pages[i].second, {{"username", "ada"}, {"password", "correct-horse"}});
    codes[i] = location_parameter(answer, "code");
    if (codes[i].empty()) EXPECT_EQ(location_parameter(answer, "error"), "invalid_request");
  }
  EXPECT_EQ(std::ranges::count_if(codes, [](const auto& code) { return !code.empty(); }), 1);
}

TEST_P(Par, a_client_that_must_push_is_refused_without) {  // PA-10
  server_.add_client("pushed", [](Client& client) {
    client.redirect_uris = {"https://app.example/cb"};
    client.attributes["require.pushed.authorization.requests"] = "true";
  });
  const auto direct = Browser(server_).get(authorize_url({{"client_id", "pushed"}}));
  EXPECT_EQ(location_parameter(direct, "error"), "invalid_request");
  EXPECT_EQ(location_parameter(direct, "error_description"), "Pushed Authorization Request is only allowed.");
  const auto uri = handle({{"client_id", "pushed"}, {"client_secret", ""}});
  Browser browser(server_);
  EXPECT_FALSE(location_parameter(sign_in_at(browser, url(uri, "pushed")), "code").empty());
}

TEST_P(Par, the_lifespan_is_the_realms_within_bounds) {  // PA-12
  for (const auto& [text, life] :
       std::vector<std::pair<std::string, int>>{{"90", 90}, {"0", 5}, {"100000", 599}, {"x", 60}}) {
    server_.change_realm([&wanted = text](Realm& realm) { realm.attributes["parRequestUriLifespan"] = wanted; });
    EXPECT_EQ(int_or(body_of(push()), "expires_in", 0), life) << text;
  }
}

TEST_P(Par, a_code_from_a_pushed_request_is_redeemed_like_any_other) {
  Browser browser(server_);
  const auto challenge = crypto::sha256_base64url(kVerifier);
  const auto uri = handle({{"code_challenge", challenge}, {"code_challenge_method", "S256"}, {"nonce", "n-1"}});
  const auto code = location_parameter(sign_in_at(browser, url(uri)), "code");
  const auto tokens = redeem(server_, code, {{"client_id", "web"}, {"client_secret", "web-secret"}});
  EXPECT_EQ(string_or(payload_of(string_or(tokens, "id_token", "")), "nonce", ""), "n-1");
}

INSTANTIATE_ON_EVERY_ENGINE(Par);

}  // namespace
}  // namespace cardea::protocol
