#include "gate/signin/sign_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gate/front/front_fixture.h"

namespace cardea::gate {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(GateSignIn, refuses_another_state_an_old_one_and_one_that_was_used) {
  leave("/flows/a");
  EXPECT_EQ(come_back("code=c1&state=" + state + "x").status, 400);
  EXPECT_EQ(come_back("code=c1&state=" + state).status, 302);
  EXPECT_EQ(come_back("code=c1&state=" + state).status, 400);
  EXPECT_TRUE(world.log.contains("replayed_callback"));
  cookies.clear();
  leave("/flows/a");
  world.clock.advance(std::chrono::seconds(301));
  EXPECT_EQ(come_back("code=c1&state=" + state).status, 400);
}

TEST_F(GateSignIn, refuses_another_nonce_audience_party_or_issuer) {
  const std::pair<const char*, json::value> wrong[] = {{"nonce", "another"},
                                                       {"aud", "another"},
                                                       {"azp", "another"},
                                                       {"iss", "https://evil.example"},
                                                       {"aud", json::array{"flows", "other"}}};
  for (const auto& [claim, value] : wrong) {
    extra_claims = {{claim, value}};
    cookies.clear();
    EXPECT_EQ(sign_in("/flows/a").status, 400) << claim;
    EXPECT_FALSE(is_signed_in()) << claim;
  }
  extra_claims.clear();
  cookies.clear();
  leave("/flows/a");
  EXPECT_EQ(come_back("code=c1&iss=https%3A%2F%2Fevil.example&state=" + state).status, 400);
}

TEST_F(GateSignIn, keeps_a_small_cookie_and_returns_to_the_page) {
  const auto response = sign_in("/flows/a?b=c");
  ASSERT_EQ(response.status, 302);
  EXPECT_EQ(*response.find_header("Location"), "http://app.example/flows/a?b=c");
  EXPECT_TRUE(is_signed_in());
  for (const auto& header : response.headers) {
    if (header.name != "Set-Cookie") continue;
    EXPECT_LT(header.value.size(), 400U);
    EXPECT_THAT(header.value, HasSubstr("HttpOnly"));
    EXPECT_THAT(header.value, HasSubstr("SameSite=Lax"));
    EXPECT_THAT(header.value, Not(HasSubstr("eyJ")));
  }
}

TEST_F(GateSignIn, a_denied_person_is_told_which_groups_would_help) {
  extra_claims = {{"groups", json::array{"strangers"}}};
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  const auto page = open_page("/flows/a", cookies);
  EXPECT_EQ(page.status, 403);
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("groups: admins (admin)"));
}

TEST_F(GateSignIn, who_lacks_a_permission_is_told_the_groups_that_have_it_and_no_others) {
  extra_claims = {{"groups", json::array{"strangers"}}};
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  const auto page = std::string(open_page("/flows/a", cookies).body_text());
  EXPECT_THAT(page, HasSubstr("groups: admins (admin)"));
  EXPECT_THAT(page, HasSubstr("groups: readers (reader)"));
  extra_claims.clear();
  cookies.clear();
  auto original = *read_original(GateWorld::question("POST", "/flows/a"));
  const auto help = what_would_help(world.gate.state()->settings.applications.front(), original);
  EXPECT_EQ(help, std::vector<std::string>{"groups: admins (admin)"});
}

TEST_F(GateSignIn, refreshes_behind_the_persons_back_and_ends_when_the_provider_says_so) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  world.clock.advance(std::chrono::seconds(400));
  EXPECT_TRUE(is_signed_in());
  EXPECT_THAT(world.fetcher.calls.back().body, HasSubstr("refresh_token=r1"));
  refresh_answer_error = "invalid_grant";
  world.clock.advance(std::chrono::seconds(400));
  EXPECT_FALSE(is_signed_in());
}

TEST_F(GateSignIn, a_provider_that_is_away_ends_no_session) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  world.fetcher.serve("https://id.example/token",
                      [](const auto&) -> web::Fetched { return refuse(web::FetchError::kTimeout); });
  world.clock.advance(std::chrono::seconds(400));
  EXPECT_TRUE(is_signed_in());
}

/// Tokens that nobody can check would be lost, and the refresh token with them: it is not sent.
TEST_F(GateSignIn, a_key_set_that_cannot_be_read_ends_no_session) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  const web::OutboundUrl keys = *web::ConfiguredUrl::parse("https://id.example/keys");
  world.memory.keys.forget(std::to_string(keys.index()) + " https://id.example/keys");  // as memory knows it
  world.fetcher.serve("https://id.example/keys",
                      [](const auto&) -> web::Fetched { return refuse(web::FetchError::kTimeout); });
  bool is_sent = false;
  at_refresh = [&] { is_sent = true; };
  world.clock.advance(std::chrono::seconds(400));
  EXPECT_TRUE(is_signed_in());
  EXPECT_FALSE(is_sent);
  serve_keys(world.fetcher, "https://id.example/keys", private_key, "id");
  world.clock.advance(Sessions::kRefreshPatience);
  EXPECT_TRUE(is_signed_in());
  EXPECT_TRUE(is_sent);
}

TEST_F(GateSignIn, a_refresh_refused_for_any_reason_of_the_person_ends_the_session) {
  for (const auto* error : {"invalid_grant", "invalid_request", "access_denied", "unauthorized_client", "disabled"}) {
    refresh_answer_error.clear();
    cookies.clear();
    ASSERT_EQ(sign_in("/flows/a").status, 302);
    refresh_answer_error = error;
    world.clock.advance(std::chrono::seconds(700));
    EXPECT_FALSE(is_signed_in()) << error;
  }
}

TEST_F(GateSignIn, a_provider_in_trouble_keeps_sessions_for_an_hour_and_no_longer) {
  const std::pair<int, const char*> troubles[] = {{500, "server_error"}, {429, "slow_down"}, {401, "invalid_client"}};
  for (const auto& [status, error] : troubles) {
    refresh_answer_error.clear();
    cookies.clear();
    ASSERT_EQ(sign_in("/flows/a").status, 302);
    refresh_answer_error = error;
    refresh_answer_status = status;
    for (int i = 0; i < 3; ++i) {
      world.clock.advance(std::chrono::seconds(1200));
      EXPECT_TRUE(is_signed_in()) << error;
    }
    world.clock.advance(std::chrono::seconds(400));
    EXPECT_FALSE(is_signed_in()) << error;
  }
}

TEST_F(GateSignIn, stops_after_three_rounds_that_did_not_hold) {
  for (int i = 0; i < 3; ++i) {
    const auto before = cookies;
    auto start = open_page("/flows/a", before);
    ASSERT_EQ(start.status, 302);
    state = *web::Form::parse(*parse_uri(*start.find_header("Location"))->query)->value("state");
    nonce = *web::Form::parse(*parse_uri(*start.find_header("Location"))->query)->value("nonce");
    cookies.clear();
    take_cookies(start);
    cookies += before.empty() ? "" : "; " + before;
    const auto back = come_back("code=c1&state=" + state);
    ASSERT_EQ(back.status, 302);
    cookies.clear();  // the browser keeps the count and loses the session
    for (const auto& header : back.headers)
      if (header.name == "Set-Cookie" && header.value.find("-rounds=") != std::string::npos)
        cookies = header.value.substr(0, header.value.find(';'));
  }
  const auto page = open_page("/flows/a", cookies);
  EXPECT_EQ(page.status, 400);
  EXPECT_TRUE(world.log.contains("loop"));
}

/// Another site sent the browser: nothing ends, and a page asks.
TEST_F(GateSignIn, refuses_to_log_out_whom_another_site_sent) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  const std::vector<std::vector<web::Header>> strangers = {
      {},
      {{"Sec-Fetch-Site", "cross-site"}},
      {{"Sec-Fetch-Site", "same-site"}},
      {{"Referer", "http://evil.example/"}},
      {{"Referer", "http://app.example.evil.example/"}},
      {{"Sec-Fetch-Site", "cross-site"}, {"Referer", "http://app.example/"}}};
  for (const auto& headers : strangers) {
    const auto page = log_out(web::Method::kGet, headers);
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(std::string(page.body_text()), HasSubstr("<form method=\"post\" action=\"/logout\">"));
    EXPECT_EQ(page.find_header("Set-Cookie"), nullptr);
  }
  for (const std::vector<web::Header>& headers :
       {std::vector<web::Header>{{"Sec-Fetch-Site", "cross-site"}}, {{"Origin", "http://evil.example"}}})
    EXPECT_EQ(log_out(web::Method::kPost, headers).status, 200);
  EXPECT_TRUE(is_signed_in());
  // Without the cookie, as a POST of another site comes, nothing is taken from the browser either.
  auto bare = GateWorld::question("POST", "/logout", "/logout");
  bare.method = web::Method::kPost;
  EXPECT_EQ(world.run(bare).find_header("Set-Cookie"), nullptr);
  for (const std::vector<web::Header>& headers : {std::vector<web::Header>{{"Sec-Fetch-Site", "same-origin"}},
                                                  {{"Origin", "null"}},
                                                  {{"Referer", "http://app.example/x"}}}) {
    cookies.clear();
    ASSERT_EQ(sign_in("/flows/a").status, 302);
    EXPECT_EQ(log_out(headers[0].name == "Referer" ? web::Method::kGet : web::Method::kPost, headers).status, 302);
    EXPECT_FALSE(is_signed_in());
  }
}

TEST_F(GateSignIn, refuses_an_address_that_begins_or_fails_too_often) {
  for (int i = 0; i < SignIn::kStartsMax; ++i) EXPECT_EQ(open_page("/flows/a").status, 302);
  const auto page = open_page("/flows/a");
  EXPECT_EQ(page.status, 429);
  EXPECT_EQ(*page.find_header("Retry-After"), "60");
  world.clock.advance(SignIn::kAddressWindow);
  audience = "another";
  for (int i = 0; i < SignIn::kFailedCallbacksMax; ++i) {
    cookies.clear();
    EXPECT_EQ(sign_in("/flows/a").status, 400);
  }
  const auto calls = world.fetcher.calls.size();
  audience = "flows";
  cookies.clear();
  EXPECT_EQ(sign_in("/flows/a").status, 429);
  EXPECT_EQ(world.fetcher.calls.size(), calls) << "the provider hears nothing of it";
  world.clock.advance(SignIn::kAddressWindow);
  for (int i = 0; i < 2 * SignIn::kFailedCallbacksMax; ++i) {
    cookies.clear();
    EXPECT_EQ(sign_in("/flows/a").status, 302) << "those that work do not count";
  }
}

TEST_F(GateSignIn, a_session_ends_when_the_settings_name_another_provider) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  auto settings = std::string(kSettings);
  const std::string issuer = R"("sign-in": {"issuer": "https://id.example/realms/r")";
  settings.replace(settings.find(issuer), issuer.size(), R"("sign-in": {"issuer": "https://other.example")");
  world.gate.replace(read_gate(parse_json(settings)->get_object(), no_files()));
  EXPECT_FALSE(is_signed_in());
  world.gate.replace(read_gate(parse_json(kSettings)->get_object(), no_files()));
  EXPECT_FALSE(is_signed_in()) << "it ended, and does not come back";
}

TEST_F(GateSignIn, a_long_page_is_not_carried_in_the_cookie) {
  const auto response = sign_in("/flows/a?b=" + std::string(kTargetBytesMax, 'c'));
  EXPECT_EQ(*response.find_header("Location"), "http://app.example/");
}

TEST_F(GateSignIn, logout_ends_the_session_here_and_at_the_provider) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  const auto response = log_out(web::Method::kGet, {{"Sec-Fetch-Site", "same-origin"}});
  EXPECT_EQ(response.status, 302);
  EXPECT_THAT(*response.find_header("Location"), HasSubstr("https://id.example/logout?id_token_hint=eyJ"));
  EXPECT_THAT(*response.find_header("Location"),
              HasSubstr("post_logout_redirect_uri=http%3A%2F%2Fapp.example%2Flogout"));
  EXPECT_FALSE(is_signed_in());
  auto again = GateWorld::question("GET", "/logout", "/logout");
  EXPECT_EQ(world.run(again).status, 200) << "the page to land on";
}

class GateBackchannel : public GateSignIn {
 protected:
  json::object order{{"iss", kIssuer},
                     {"aud", "flows"},
                     {"sid", "s1"},
                     {"jti", "j1"},
                     {"events", {{"http://schemas.openid.net/event/backchannel-logout", json::object()}}}};
  int send(const jose::SigningKey& by) {
    order["iat"] = epoch_seconds(world.clock.now());
    auto request = GateWorld::question("POST", "/", "/gate/backchannel-logout");
    request.method = web::Method::kPost;
    request.correlation_id = "c0rr";
    request.body = "logout_token=" + token_of(by, order);
    return world.run(request).status;
  }
};

TEST_F(GateBackchannel, refuses_forged_foreign_and_repeated_logout_tokens) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  EXPECT_EQ(send(named_key("made-up", jose::Algorithm::kRS256)), 400);
  order["nonce"] = "n";
  EXPECT_EQ(send(key), 400) << "an ID token";
  order.erase("nonce");
  order["aud"] = "another";
  EXPECT_EQ(send(key), 400);
  order["aud"] = "flows";
  order["events"] = json::object();
  EXPECT_EQ(send(key), 400);
  EXPECT_TRUE(is_signed_in());
  EXPECT_EQ(world.log.count("bad_logout_token"), 4U);
  EXPECT_EQ(world.log.count("c0rr"), 4U) << "each with its correlation id";
}

TEST_F(GateBackchannel, ends_the_session_it_names_once) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  EXPECT_EQ(send(key), 200);
  EXPECT_FALSE(is_signed_in());
  EXPECT_EQ(send(key), 400) << "used before";
  EXPECT_TRUE(world.log.contains("replayed_logout_token"));
  EXPECT_EQ(world.log.count("c0rr"), 2U);
}

TEST_F(GateBackchannel, front_channel_logout_needs_the_session_id) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  for (const auto* query : {"", "sid=other", "sid=s1&iss=https%3A%2F%2Fevil.example"}) {
    auto request = GateWorld::question("GET", "/", "/gate/frontchannel-logout");
    request.query = query;
    request.headers.push_back({"Cookie", cookies});
    EXPECT_EQ(world.run(request).find_header("Set-Cookie"), nullptr) << "the cookie of another session stays";
    EXPECT_TRUE(is_signed_in()) << query;
  }
  auto request = GateWorld::question("GET", "/", "/gate/frontchannel-logout");
  request.query = "sid=s1";
  request.headers.push_back({"Cookie", cookies});
  const auto response = world.run(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.find_header("Set-Cookie"), nullptr);
  EXPECT_FALSE(is_signed_in());
}

}  // namespace
}  // namespace cardea::gate
