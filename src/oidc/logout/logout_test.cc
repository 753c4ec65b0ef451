// P/logout through the router (RP-Initiated Logout 1.0; keycloak.md section 1.14; LO-1 to LO-10).
#include <gtest/gtest.h>

#include "base/uri.h"
#include "oidc/cors.h"
#include "tests/support/oidc_world.h"

namespace cardea::oidc {
namespace {

using Form = std::vector<std::pair<std::string, std::string>>;

const std::string kLogout = OidcWorld::at("/logout");
const std::string kConfirm = OidcWorld::at("/logout/logout-confirm");
const std::string kTarget = "https://app.example/bye";

bool clears_cookies(const web::Response& response) {
  int cleared = 0;
  for (const auto& header : response.headers) {
    const bool is_cookie = header.name == "Set-Cookie" && header.value.starts_with("KEYCLOAK_") &&
                           header.value.find("Max-Age=0") != std::string::npos;
    cleared += is_cookie ? 1 : 0;
  }
  return cleared == 2;
}

bool shows(const web::Response& response, std::string_view text) {
  return response.body_text().find(text) != std::string_view::npos;
}

struct LogoutTest : ::testing::Test {
  OidcWorld world;
  LogoutTest() { world.add_client("app"); }

  web::Response get(const Form& parameters, const std::string& cookies = "") {
    std::string query;
    for (const auto& [name, value] : parameters) web::append_form(query, name, value);
    return world.get(kLogout + "?" + query, cookie_header(cookies));
  }
  web::Response post(const std::string& path, const Form& form, const std::string& cookies = "") {
    return world.post(path, form, cookie_header(cookies));
  }
  static std::vector<web::Header> cookie_header(const std::string& cookies) {
    return cookies.empty() ? std::vector<web::Header>{} : std::vector<web::Header>{{"Cookie", cookies}};
  }
};

TEST_F(LogoutTest, refuses_hints_with_a_bad_signature_or_of_another_kind) {
  const auto signed_in = world.sign_in("app");
  auto changed = signed_in.tokens.id_token;
  changed[changed.size() - 5] = changed[changed.size() - 5] == 'A' ? 'B' : 'A';
  for (const auto& hint : {std::string("x"), changed, signed_in.tokens.access_token, signed_in.tokens.refresh_token,
                           std::string("eyJhbGciOiJub25lIn0.e30.")}) {
    const auto response = get({{"id_token_hint", hint}, {"post_logout_redirect_uri", kTarget}}, signed_in.cookies);
    EXPECT_EQ(response.status, 400);
    EXPECT_TRUE(shows(response, "Invalid parameter: id_token_hint"));
    EXPECT_EQ(header_of(response, "Location"), "");
  }
  EXPECT_TRUE(world.is_alive(signed_in.session));
}

TEST_F(LogoutTest, refuses_repeated_parameters) {
  const auto signed_in = world.sign_in("app");
  const auto response = get({{"id_token_hint", signed_in.tokens.id_token},
                             {"post_logout_redirect_uri", kTarget},
                             {"post_logout_redirect_uri", "https://evil.example"}},
                            signed_in.cookies);
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(world.is_alive(signed_in.session));
}

TEST_F(LogoutTest, refuses_targets_that_are_not_registered) {
  const auto signed_in = world.sign_in("app");
  const auto response =
      get({{"id_token_hint", signed_in.tokens.id_token}, {"post_logout_redirect_uri", "https://evil.example/"}},
          signed_in.cookies);
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(shows(response, "Invalid redirect uri"));
  EXPECT_FALSE(shows(response, "evil.example"));  // BR-4
  EXPECT_TRUE(world.is_alive(signed_in.session));
}

// LO-10.
TEST_F(LogoutTest, refuses_to_end_a_session_by_a_link) {
  const auto signed_in = world.sign_in("app");
  const int commits = world.store().commits();
  for (const auto& parameters : {Form{}, Form{{"client_id", "app"}},
                                 Form{{"client_id", "app"}, {"post_logout_redirect_uri", kTarget}, {"state", "<x>"}}}) {
    const auto response = get(parameters, signed_in.cookies);
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(shows(response, "Do you want to log out?"));
    EXPECT_FALSE(clears_cookies(response));
    EXPECT_FALSE(shows(response, "<x>"));
  }
  EXPECT_EQ(world.store().commits(), commits);
  EXPECT_TRUE(world.is_alive(signed_in.session));
}

TEST_F(LogoutTest, refuses_confirmations_without_the_state_checker) {
  const auto signed_in = world.sign_in("app");
  const auto other = world.sign_in("app");
  for (const auto& form : {Form{{"confirmLogout", "Logout"}}, Form{{"session_code", ""}}, Form{{"session_code", "x"}},
                           Form{{"session_code", other.state_checker}}}) {
    const auto response = post(kConfirm, form, signed_in.cookies);
    EXPECT_EQ(response.status, 403);
    EXPECT_TRUE(shows(response, "Logout failed"));
    EXPECT_FALSE(clears_cookies(response));
  }
  EXPECT_TRUE(world.is_alive(signed_in.session));
}

TEST_F(LogoutTest, refuses_confirmed_targets_that_are_not_registered) {
  const auto signed_in = world.sign_in("app");
  const auto response = post(kConfirm,
                             {{"session_code", signed_in.state_checker},
                              {"client_id", "app"},
                              {"post_logout_redirect_uri", "https://evil.example/"}},
                             signed_in.cookies);
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(world.is_alive(signed_in.session));
}

TEST_F(LogoutTest, refuses_confirmation_by_get) {
  const auto signed_in = world.sign_in("app");
  const auto response =
      world.get(kConfirm + "?session_code=" + signed_in.state_checker, {{"Cookie", signed_in.cookies}});
  EXPECT_TRUE(shows(response, "Do you want to log out?"));
  EXPECT_TRUE(world.is_alive(signed_in.session));
}

TEST_F(LogoutTest, treats_a_changed_cookie_as_nobody_and_removes_it) {
  const auto signed_in = world.sign_in("app");
  auto cookies = signed_in.cookies;
  cookies[cookies.find(';') - 5] ^= 1;
  const auto response = get({}, cookies);
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(clears_cookies(response));
  EXPECT_TRUE(world.is_alive(signed_in.session));
}

TEST_F(LogoutTest, asks_and_then_ends_the_session) {
  const auto signed_in = world.sign_in("app");
  const auto page =
      get({{"client_id", "app"}, {"post_logout_redirect_uri", kTarget}, {"state", "a b&c"}}, signed_in.cookies);
  EXPECT_TRUE(shows(page, signed_in.state_checker));
  EXPECT_TRUE(shows(page, "action=\"https://id.example" + kConfirm + "\""));
  const auto done = post(kConfirm,
                         {{"session_code", signed_in.state_checker},
                          {"client_id", "app"},
                          {"post_logout_redirect_uri", kTarget},
                          {"state", "a b&c"},
                          {"confirmLogout", "Logout"}},
                         signed_in.cookies);
  EXPECT_EQ(done.status, 302);
  EXPECT_EQ(header_of(done, "Location"), "https://app.example/bye?state=a%20b%26c");
  EXPECT_TRUE(clears_cookies(done));
  EXPECT_FALSE(world.is_alive(signed_in.session));
}

TEST_F(LogoutTest, shows_that_it_is_done_when_there_is_no_target) {
  const auto signed_in = world.sign_in("app");
  const auto done = post(kConfirm, {{"session_code", signed_in.state_checker}}, signed_in.cookies);
  EXPECT_EQ(done.status, 200);
  EXPECT_TRUE(shows(done, "You are logged out"));
  EXPECT_TRUE(clears_cookies(done));
  EXPECT_FALSE(world.is_alive(signed_in.session));
}

TEST_F(LogoutTest, ends_the_session_of_a_valid_hint) {
  for (const bool posted : {false, true}) {
    const auto signed_in = world.sign_in("app");
    const Form parameters = {
        {"id_token_hint", signed_in.tokens.id_token}, {"post_logout_redirect_uri", kTarget}, {"state", "s"}};
    const auto response = posted ? post(kLogout, parameters, signed_in.cookies) : get(parameters, signed_in.cookies);
    EXPECT_EQ(response.status, 302);
    EXPECT_EQ(header_of(response, "Location"), "https://app.example/bye?state=s");
    EXPECT_TRUE(clears_cookies(response));
    EXPECT_FALSE(world.is_alive(signed_in.session));
  }
}

// As in Keycloak the realm's secret signs what clients want in an HMAC algorithm, and such a hint is a hint.
TEST_F(LogoutTest, refuses_what_the_realm_signs_for_itself_and_takes_an_id_token_signed_the_same_way) {
  auto client = OidcWorld::make_client("secretive");
  client.attributes["id.token.signed.response.alg"] = "HS512";
  world.add_client(client);
  const auto signed_in = world.sign_in("secretive");
  const std::string target = "https://secretive.example/bye";
  const auto cookie = signed_in.cookies.substr(signed_in.cookies.find("KEYCLOAK_IDENTITY=") + 18);
  for (const auto& hint : {signed_in.tokens.refresh_token, cookie.substr(0, cookie.find(';'))}) {
    EXPECT_EQ(get({{"id_token_hint", hint}, {"post_logout_redirect_uri", target}}, signed_in.cookies).status, 400);
  }
  EXPECT_TRUE(world.is_alive(signed_in.session));
  const auto response =
      get({{"id_token_hint", signed_in.tokens.id_token}, {"post_logout_redirect_uri", target}}, signed_in.cookies);
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(header_of(response, "Location"), target);
  EXPECT_FALSE(world.is_alive(signed_in.session));
}

// LO-8.
TEST_F(LogoutTest, passes_state_back_only_when_sent) {
  for (const auto* state : {"", "x"}) {
    const auto signed_in = world.sign_in("app");
    const auto response =
        get({{"id_token_hint", signed_in.tokens.id_token}, {"post_logout_redirect_uri", kTarget}, {"state", state}},
            signed_in.cookies);
    EXPECT_EQ(header_of(response, "Location"), *state == '\0' ? kTarget : kTarget + "?state=x");
  }
}

// LO-4.
TEST_F(LogoutTest, accepts_an_expired_hint_and_a_hint_of_a_dead_session) {
  const auto signed_in = world.sign_in("app");
  world.clock.advance(std::chrono::hours{1});
  const Form parameters = {{"id_token_hint", signed_in.tokens.id_token}, {"post_logout_redirect_uri", kTarget}};
  EXPECT_EQ(get(parameters).status, 302);
  EXPECT_FALSE(world.is_alive(signed_in.session));
  EXPECT_EQ(get(parameters, signed_in.cookies).status, 302);
}

TEST_F(LogoutTest, treats_a_session_that_idled_away_as_nobody) {
  const auto signed_in = world.sign_in("app");
  const Form parameters = {{"client_id", "app"}, {"post_logout_redirect_uri", kTarget}};
  EXPECT_TRUE(shows(get(parameters, signed_in.cookies), "Do you want to log out?"));
  world.clock.advance(std::chrono::hours{1});
  const auto response = get(parameters, signed_in.cookies);
  EXPECT_EQ(response.status, 302);
  EXPECT_TRUE(clears_cookies(response));
}

TEST_F(LogoutTest, asks_when_the_hint_is_of_another_session) {
  const auto here = world.sign_in("app");
  const auto there = world.sign_in("app");
  const auto response =
      get({{"id_token_hint", there.tokens.id_token}, {"post_logout_redirect_uri", kTarget}}, here.cookies);
  EXPECT_TRUE(shows(response, "Do you want to log out?"));
  EXPECT_TRUE(world.is_alive(here.session));
  EXPECT_TRUE(world.is_alive(there.session));
}

TEST_F(LogoutTest, offers_the_way_back_to_the_application) {
  auto client = OidcWorld::make_client("home");
  client.root_url = "https://home.example";
  client.base_url = "/start";
  world.add_client(client);
  const auto signed_in = world.sign_in("home");
  const auto response = get({{"id_token_hint", signed_in.tokens.id_token}}, signed_in.cookies);
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(shows(response, "href=\"https://home.example/start\""));
}

TEST_F(LogoutTest, answers_503_when_the_store_fails) {
  const auto signed_in = world.sign_in("app");
  world.store().fail_writes(0, StoreError::kUnavailable);
  const auto response = get({{"id_token_hint", signed_in.tokens.id_token}}, signed_in.cookies);
  EXPECT_EQ(response.status, 503);
  EXPECT_FALSE(clears_cookies(response));
}

// The old form: a client gives the refresh token back.

TEST_F(LogoutTest, refuses_refresh_tokens_from_clients_that_do_not_prove_who_they_are) {
  const auto signed_in = world.sign_in("app");
  EXPECT_EQ(post(kLogout, {{"refresh_token", signed_in.tokens.refresh_token}}).status, 401);
  EXPECT_EQ(
      post(kLogout, {{"refresh_token", signed_in.tokens.refresh_token}, {"client_id", "app"}, {"client_secret", "x"}})
          .status,
      401);
  EXPECT_TRUE(world.is_alive(signed_in.session));
}

TEST_F(LogoutTest, refuses_refresh_tokens_that_are_none_or_of_another_client) {
  world.add_client("other");
  const auto signed_in = world.sign_in("app");
  for (const auto& token :
       {std::string("x"), std::string(), signed_in.tokens.access_token, signed_in.tokens.id_token}) {
    const auto response = post(kLogout, {{"refresh_token", token}, {"client_id", "app"}, {"client_secret", "s3cret"}});
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body_text(), R"({"error":"invalid_grant","error_description":"Invalid refresh token"})");
  }
  const auto foreign =
      post(kLogout,
           {{"refresh_token", signed_in.tokens.refresh_token}, {"client_id", "other"}, {"client_secret", "s3cret"}});
  EXPECT_EQ(
      foreign.body_text(),
      R"({"error":"invalid_grant","error_description":"Invalid refresh token. Token client and authorized client don't match"})");
  EXPECT_TRUE(world.is_alive(signed_in.session));
}

TEST_F(LogoutTest, ends_the_whole_session_by_refresh_token_as_often_as_asked) {
  world.add_client("other");
  const auto signed_in = world.sign_in("app");
  const auto second = world.sign_in("other", "ada", &signed_in.session);
  for (int i = 0; i < 2; ++i) {
    const auto response = world.post(
        kLogout, {{"refresh_token", signed_in.tokens.refresh_token}, {"client_id", "app"}, {"client_secret", "s3cret"}},
        {{"Origin", "https://app.example"}});
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.body_text(), "");
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), "https://app.example");
  }
  EXPECT_FALSE(world.is_alive(signed_in.session));
  EXPECT_EQ(world.get(OidcWorld::at("/userinfo"), {bearer(second.tokens.access_token)}).status, 401);
}

}  // namespace
}  // namespace cardea::oidc
