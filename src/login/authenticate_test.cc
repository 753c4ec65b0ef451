#include <gmock/gmock.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "core/sealed_interaction.h"
#include "login/login_fixture.h"
#include "login/login_link.h"

namespace cardea::login {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::string_view kExpiredRedirect =
    "https://app.example.com/"
    "cb?error=temporarily_unavailable&error_description=authentication_expired&mode=0&state=s-1";

class AuthenticateTest : public LoginTest {
 protected:
  void SetUp() override { add_user("ada", kPassword); }

  void expect_refused(const web::Response& response, std::string_view message) {
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(text(response), HasSubstr(message));
    EXPECT_THAT(completed_, IsEmpty());
  }
  static std::string without(std::string url, std::string_view parameter) {
    const auto at = url.find("&" + std::string(parameter) + "=");
    return at == std::string::npos ? url : url.erase(at, url.find('&', at + 1) - at);
  }
  static std::string with_code(const std::string& url, std::string_view code) {
    const auto at = url.find("session_code=") + 13;
    return std::string(url).replace(at, url.find('&', at) - at, code);
  }

  /// Posts ada's right password, as far as the step that looks at it.
  web::Outcome until_hash(web::Request& request) {
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    web::append_form(request.body, "username", "ada");
    web::append_form(request.body, "password", kPassword);
    auto outcome = router_.handle(request);
    while (!outcome.is_response() && outcome.then().lane != web::Lane::kHash) outcome = outcome.then().step();
    return outcome;
  }

  Browser browser_;
};

TEST_F(AuthenticateTest, refuses_wrong_password_unknown_user_and_empty_fields_with_one_text) {
  const auto page = start(browser_);
  std::vector<std::string> pages;
  for (const auto& [name, password] : std::vector<std::pair<std::string, std::string>>{
           {"ada", "wrong"}, {"ada", ""}, {"", std::string(kPassword)}, {"", ""}, {"bob", std::string(kPassword)}}) {
    const auto response = submit(browser_, page, name, password);
    expect_refused(response, "Invalid username or password.");
    EXPECT_EQ(response.headers.size(), page.headers.size() - 1);  // the page sets the cookie
  }
  expect_refused(post(browser_, form_action(page), ""), "Invalid username or password.");
  expect_refused(post(browser_, form_action(page), "username=ada"), "Invalid username or password.");
  expect_refused(post(browser_, form_action(page), "otp=123456&login=Sign+In&accept=on"),
                 "Invalid username or password.");
}

// Guesses that come side by side are all read before the first of them is counted.
TEST_F(AuthenticateTest, refuses_a_right_guess_that_came_beside_too_many_wrong_ones) {
  realm_.extra["bruteForceProtected"] = true;
  realm_.extra["failureFactor"] = 3;
  save_realm();
  const auto page = start(browser_);
  auto request = make_request(browser_, web::Method::kPost, form_action(page));
  auto right = until_hash(request);
  ASSERT_FALSE(right.is_response());
  for (int i = 0; i < 3; ++i) (void)submit(browser_, page, "ada", "wrong");
  expect_refused(run_in(browser_, request, std::move(right)), "Invalid username or password.");
}

TEST_F(AuthenticateTest, refuses_to_charge_an_attempt_that_nobody_looked_at) {
  const auto page = start(browser_);
  for (int i = 0; i < 100; ++i) {  // the lane for hashes is full: the step is thrown away
    auto request = make_request(browser_, web::Method::kPost, form_action(page));
    ASSERT_FALSE(until_hash(request).is_response()) << i;
  }
  EXPECT_EQ(submit(browser_, page, "ada", kPassword).status, 302);
}

TEST_F(AuthenticateTest, refuses_odd_posts) {
  const auto action = form_action(start(browser_));
  const std::string password(kPassword);
  for (const auto& body : {"username=ada&password=x&password=" + std::string("y"),
                           std::string("username=ada&username=bob&password=x"), std::string("username=%zz"),
                           std::string("username=ada%00&password=x"), std::string("username=\xff&password=x")}) {
    EXPECT_EQ(post(browser_, action, body).status, 400) << body;
  }
  browser_.headers["Content-Type"] = "application/json";
  EXPECT_EQ(post(browser_, action, R"({"username":"ada"})").status, 415);
  browser_.headers["Content-Type"] = "multipart/form-data; boundary=x";
  EXPECT_EQ(post(browser_, action, "username=ada").status, 415);
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(AuthenticateTest, refuses_overlong_name_and_password_without_hashing) {
  const auto action = form_action(start(browser_));
  for (const auto& [name, password] :
       {std::pair<std::string, std::string>{"ada", std::string(kPasswordBytesMax + 1, 'a')},
        {std::string(kUsernameBytesMax + 1, 'a'), std::string(kPassword)}}) {
    auto request = make_request(browser_, web::Method::kPost, action);
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    request.body = "username=" + name + "&password=" + password;
    auto outcome = router_.handle(request);
    ASSERT_TRUE(outcome.is_response());  // no step on the hash lane
    expect_refused(outcome.response(), "Invalid username or password.");
  }
}

TEST_F(AuthenticateTest, refuses_a_disabled_account_and_says_so_only_after_the_right_password) {
  add_user("eve", kPassword, {}, false);
  const auto page = start(browser_);
  const auto wrong = submit(browser_, page, "eve", "wrong");
  expect_refused(wrong, "Invalid username or password.");
  EXPECT_THAT(text(wrong), Not(HasSubstr("disabled")));
  expect_refused(submit(browser_, page, "eve", kPassword), "Account is disabled, contact your administrator.");
}

TEST_F(AuthenticateTest, refuses_without_cookie) {
  const auto page = start(browser_);
  browser_.cookies.clear();
  for (const auto& response : {submit(browser_, page, "ada", kPassword), get(browser_, form_action(page))}) {
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(text(response), HasSubstr("Restart login cookie not found."));
  }
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(AuthenticateTest, refuses_a_malformed_cookie_as_none) {
  const auto page = start(browser_);
  for (const auto* value : {"x", "", "..........................................."}) {
    browser_.cookies.begin()->second = value;
    EXPECT_EQ(submit(browser_, page, "ada", kPassword).status, 400) << value;
  }
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(AuthenticateTest, refuses_the_interaction_of_another_browser) {
  const auto page = start(browser_);
  Browser other;
  start(other);
  EXPECT_EQ(location(submit(other, page, "ada", kPassword)), kExpiredRedirect);
  EXPECT_EQ(location(get(other, form_action(page))), kExpiredRedirect);
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(AuthenticateTest, refuses_what_is_sent_from_a_page_that_stood_too_long_and_begins_anew) {
  constexpr std::string_view kTimedOut = "Your login attempt timed out.";
  const auto page = start(browser_);
  clock_.advance(realm_.lifespans.access_code_login - milliseconds(1));
  EXPECT_THAT(text(get(browser_, form_action(page))), Not(HasSubstr(kTimedOut)));
  clock_.advance(milliseconds(1));
  const auto cookies = browser_.cookies;
  const auto commits = store_.commits();
  const auto fresh = submit(browser_, page, "ada", kPassword);
  EXPECT_EQ(fresh.status, 200);
  EXPECT_THAT(text(fresh), HasSubstr(kTimedOut));
  EXPECT_THAT(completed_, IsEmpty()) << "the right password was not looked at";
  EXPECT_EQ(browser_.cookies, cookies);
  EXPECT_EQ(store_.commits(), commits);
  EXPECT_THAT(text(get(browser_, form_action(page))), HasSubstr(kTimedOut)) << "the old page loaded anew";
  submit(browser_, fresh, "ada", kPassword);
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].request.state, "s-1") << "the errand of the client";
  EXPECT_EQ(location(submit(browser_, page, "ada", kPassword)), kExpiredRedirect) << "who signed in has another cookie";
}

TEST_F(AuthenticateTest, refuses_to_begin_anew_for_another_browser_or_after_a_day) {
  const auto page = start(browser_);
  Browser other;
  start(other);
  clock_.advance(realm_.lifespans.access_code_login);
  EXPECT_EQ(location(submit(other, page, "ada", kPassword)), kExpiredRedirect);
  clock_.advance(std::chrono::hours(24));
  EXPECT_EQ(location(submit(browser_, page, "ada", kPassword)), kExpiredRedirect);
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(AuthenticateTest, refuses_somebody_else_where_a_login_that_must_be_confirmed_begins_anew) {
  add_user("bob", kPassword);
  const auto page = start(browser_, authorization(), "ada");
  clock_.advance(realm_.lifespans.access_code_login);
  const auto fresh = submit(browser_, page, "ada", kPassword);
  EXPECT_THAT(text(fresh), HasSubstr("readonly"));
  submit(browser_, fresh, "bob", kPassword);
  EXPECT_TRUE(completed_.empty() || completed_[0].proven.user == UserId("user-ada"));
}

// Its pushed request is gone with the page: the client must push another, and hears so at once.
TEST_F(AuthenticateTest, refuses_to_begin_a_pushed_request_anew) {
  auto request = authorization();
  request.pushed_hash = "h";
  const auto page = start(browser_, request);
  clock_.advance(realm_.lifespans.access_code_login);
  EXPECT_EQ(location(submit(browser_, page, "ada", kPassword)), kExpiredRedirect);
}

TEST_F(AuthenticateTest, refuses_to_begin_anew_for_a_client_that_may_not_any_more) {
  const auto page = start(browser_);
  clock_.advance(realm_.lifespans.access_code_login);
  client_may_not_ = "standard_flow_off";
  EXPECT_EQ(submit(browser_, page, "ada", kPassword).status, 400);
}

TEST_F(AuthenticateTest, refuses_a_tampered_seal) {
  const auto action = form_action(start(browser_));
  const auto code = query_value(action, "session_code");
  auto changed = code;
  changed[code.size() / 2] = changed[code.size() / 2] == 'A' ? 'B' : 'A';
  for (const auto& odd : {changed, std::string(), std::string("x"), code + "A", code.substr(1), std::string(43, 'A')}) {
    EXPECT_EQ(location(post(browser_, with_code(action, odd), "username=ada&password=x")), kExpiredRedirect) << odd;
    EXPECT_EQ(location(get(browser_, with_code(action, odd))), kExpiredRedirect);
  }
}

TEST_F(AuthenticateTest, refuses_to_redirect_the_expired_to_an_unregistered_place) {
  const auto action = form_action(start(browser_));
  Browser other;
  start(other);
  const auto with_data = [&](const std::string& json) {
    return without(action, "client_data") + "&client_data=" + base64url_encode(json);
  };
  const std::string urls[] = {
      with_data(R"({"ru":"https://evil.example/","rt":"code","rm":"query","st":"s"})"),
      with_data(R"({"ru":"https://app.example.com/cb?x","rt":"code"})"),
      with_data(R"({"ru":"","rt":"code"})"),
      with_data(R"({"ru":"https://app.example.com/cb","rm":"web_message"})"),
      with_data(R"([])"),
      without(action, "client_data") + "&client_data=%21%21",
      without(action, "client_data"),
      without(action, "client_id"),
      without(action, "client_id") + "&client_id=nobody",
  };
  for (const auto& url : urls) {
    const auto response = get(other, url);
    EXPECT_EQ(response.status, 400) << url;
    EXPECT_THAT(text(response), HasSubstr("Page has expired")) << url;
    EXPECT_THAT(location(response), IsEmpty());
  }
  allowed_redirect_ = "https://elsewhere.example/";
  EXPECT_EQ(get(other, action).status, 400);
}

TEST_F(AuthenticateTest, refuses_to_replay_a_completed_interaction) {
  const auto page = start(browser_);
  EXPECT_THAT(location(submit(browser_, page, "ada", kPassword)), StartsWith(std::string(kRedirectUri)));
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(location(submit(browser_, page, "ada", kPassword)), kExpiredRedirect);
  EXPECT_EQ(location(get(browser_, form_action(page))), kExpiredRedirect);
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(AuthenticateTest, refuses_the_old_cookie_after_a_login) {
  const auto other_tab = start(browser_);
  const auto before = browser_.cookies;
  const auto page = start(browser_);
  EXPECT_EQ(browser_.cookies, before);  // kept while logging in: tabs share it
  submit(browser_, page, "ada", kPassword);
  ASSERT_THAT(completed_, SizeIs(1));
  const auto after = browser_.cookies;
  EXPECT_NE(after, before);
  EXPECT_EQ(location(submit(browser_, other_tab, "ada", kPassword)), kExpiredRedirect) << "a form of the old cookie";
  const auto open = start(browser_);
  browser_.cookies = before;
  EXPECT_EQ(location(submit(browser_, open, "ada", kPassword)), kExpiredRedirect) << "a form of the new cookie";
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(AuthenticateTest, refuses_cross_site_posts) {
  const auto page = start(browser_);
  const std::pair<std::string, std::string> kForeign[] = {
      {"Sec-Fetch-Site", "cross-site"},
      {"Sec-Fetch-Site", "same-site"},
      {"Sec-Fetch-Site", "odd"},
      {"Origin", "https://evil.example"},
      {"Origin", "https://id.example.com:444"},
      {"Origin", "http://id.example.com"},
      {"Origin", "https://sub.id.example.com"},
      {"Origin", "garbage"},
      {"Origin", ""},
  };
  for (const auto& [name, value] : kForeign) {
    browser_.headers = {{name, value}};
    const auto response = submit(browser_, page, "ada", kPassword);
    EXPECT_EQ(response.status, 403) << name << ": " << value;
  }
  browser_.headers = {{"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}};
  EXPECT_EQ(submit(browser_, page, "ada", kPassword).status, 403);
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(AuthenticateTest, accepts_what_browsers_send_with_our_own_forms) {
  const std::map<std::string, std::string> kOwn[] = {
      {},
      {{"Origin", "null"}, {"Sec-Fetch-Site", "same-origin"}},  // because of Referrer-Policy: no-referrer
      {{"Origin", "null"}},
      {{"Origin", "https://id.example.com"}, {"Sec-Fetch-Site", "same-origin"}},
      {{"Origin", "https://ID.example.com:443"}},
      {{"Sec-Fetch-Site", "none"}},
  };
  for (const auto& headers : kOwn) {
    const auto page = start(browser_);
    browser_.headers = headers;
    EXPECT_EQ(submit(browser_, page, "ada", kPassword).status, 302);
    browser_.headers.clear();
  }
  EXPECT_THAT(completed_, SizeIs(std::size(kOwn)));
}

TEST_F(AuthenticateTest, refuses_another_user_where_one_is_named) {
  add_user("bob", kPassword);
  auto request = authorization();
  request.prompt_login = true;
  const auto page = start(browser_, request, "ada");
  EXPECT_THAT(text(page),
              AllOf(HasSubstr("value=\"ada\" autocomplete=\"username\" readonly"), HasSubstr("Restart login")));
  expect_refused(submit(browser_, page, "bob", kPassword), "Invalid username or password.");
  expect_refused(submit(browser_, page, "", kPassword), "Invalid username or password.");
  EXPECT_EQ(submit(browser_, page, "Ada", kPassword).status, 302);
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].proven.user, UserId("user-ada"));
}

TEST_F(AuthenticateTest, restart_shows_a_fresh_form_for_any_user_and_changes_nothing) {
  add_user("bob", kPassword);
  const auto page = start(browser_, authorization(), "ada");
  const auto cookies = browser_.cookies;
  const auto commits = store_.commits();
  const auto restart = attribute_after(text(page), "id=\"reset-login\"", "href");
  const auto fresh = get(browser_, restart);
  EXPECT_EQ(fresh.status, 200);
  EXPECT_EQ(browser_.cookies, cookies);
  EXPECT_EQ(store_.commits(), commits);
  EXPECT_THAT(text(fresh), Not(HasSubstr("readonly")));
  EXPECT_EQ(submit(browser_, fresh, "bob", kPassword).status, 302);
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].request.state, "s-1");
}

TEST_F(AuthenticateTest, refuses_to_restart_what_is_not_held) {
  const auto page = start(browser_, authorization(), "ada");
  const auto restart = attribute_after(text(page), "id=\"reset-login\"", "href");
  Browser other;
  EXPECT_EQ(get(other, restart).status, 400);
  start(other);
  EXPECT_EQ(location(get(other, restart)), kExpiredRedirect);
  EXPECT_EQ(post(browser_, restart, "").status, 405);
}

// The rule of the end holds at each step: nobody types a password for what will be refused.
TEST_F(AuthenticateTest, refuses_a_client_that_may_not_any_more_before_the_password_is_looked_at) {
  const auto page = start(browser_);
  client_may_not_ = "standard_flow_off";
  const auto response = submit(browser_, page, "ada", "wrong");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(text(response), HasSubstr("settings have changed"));
  client_may_not_.reset();
  EXPECT_THAT(location(submit(browser_, page, "ada", kPassword)), StartsWith(std::string(kRedirectUri)));
}

TEST_F(AuthenticateTest, refuses_a_client_that_changed_meanwhile) {
  const auto page = start(browser_);
  allowed_redirect_ = "https://elsewhere.example/";
  const auto response = submit(browser_, page, "ada", kPassword);
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(text(response), HasSubstr("Invalid parameter: redirect_uri"));
  auto moved = authorization();
  moved.client = ClientId("client-2");  // deleted and made anew under the same name
  allowed_redirect_ = kRedirectUri;
  EXPECT_THAT(text(start(browser_, moved)), HasSubstr("Client not found."));
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(AuthenticateTest, refuses_a_request_that_does_not_fit) {
  auto request = authorization();
  request.state = std::string(5000, 's');
  const auto response = start(browser_, request);
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(text(response), HasSubstr("The request is too long."));
}

TEST_F(AuthenticateTest, keeps_the_form_url_within_the_limit_of_requests) {
  auto request = authorization();
  for (std::size_t size = 2000; size < 3000; size += 50) {
    request.state = std::string(size, '"');
    const auto page = start(browser_, request);
    if (page.status != 200) continue;
    EXPECT_LT(form_action(page).size(), kUriBytesMax);
  }
}

TEST_F(AuthenticateTest, refuses_markup_from_every_place) {
  const std::string evil = "\"><script>alert(1)</script>";
  realm_.display_name = evil;
  save_realm();
  auto request = authorization();
  request.state = evil;
  request.nonce = evil;
  request.login_hint = evil;
  const auto page = start(browser_, request);
  EXPECT_THAT(text(page), Not(HasSubstr("<script")));
  const auto failed = submit(browser_, page, evil, "wrong");
  EXPECT_THAT(text(failed), Not(HasSubstr("<script")));
  EXPECT_THAT(*failed.find_header("Content-Security-Policy"), HasSubstr("script-src 'none'"));
  Browser other;
  EXPECT_THAT(text(get(other, form_action(page) + "&x=%3Cscript%3E")), Not(HasSubstr("<script")));
}

TEST_F(AuthenticateTest, answers_503_when_the_store_does_not_answer) {
  const auto page = start(browser_);
  complete_status_ = 503;
  const auto cookies = browser_.cookies;
  EXPECT_EQ(submit(browser_, page, "ada", kPassword).status, 503);
  EXPECT_EQ(browser_.cookies, cookies);  // the person may send the form again
  complete_status_ = 302;
  EXPECT_EQ(submit(browser_, page, "ada", kPassword).status, 302);
}

TEST_F(AuthenticateTest, never_logs_a_password_or_a_typed_name) {
  const auto page = start(browser_);
  submit(browser_, page, "my-password-typed-into-the-wrong-field", "hunter2-hunter2");
  submit(browser_, page, "ada", kPassword);
  EXPECT_FALSE(log_.contains("hunter2"));
  EXPECT_FALSE(log_.contains("wrong-field"));
  EXPECT_FALSE(log_.contains(kPassword));
  EXPECT_TRUE(log_.contains("invalid_user_credentials"));
}

TEST_F(AuthenticateTest, shows_the_page_that_scripts_know) {
  realm_.display_name = "Keycloak";
  save_realm();
  const auto commits = store_.commits();
  const auto page = start(browser_);
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(store_.commits(), commits);  // an anonymous GET writes nothing
  for (const auto* part :
       {"<title>Sign in to Keycloak</title>", "id=\"kc-form-login\" method=\"post\"",
        "id=\"username\" name=\"username\"", "id=\"password\" name=\"password\"",
        "id=\"id-hidden-input\" name=\"credentialId\"", "id=\"kc-login\"", "to continue to The App"}) {
    EXPECT_THAT(text(page), HasSubstr(part));
  }
  EXPECT_THAT(text(page), Not(HasSubstr("rememberMe")));
  const auto action = form_action(page);
  EXPECT_THAT(action, StartsWith("https://id.example.com/realms/demo/login-actions/authenticate?session_code="));
  for (const auto* name : {"session_code", "execution", "client_id", "tab_id", "client_data"}) {
    EXPECT_FALSE(query_value(action, name).empty()) << name;
  }
  EXPECT_EQ(base64url_decode(query_value(action, "client_data")),
            R"({"ru":"https://app.example.com/cb","rt":"code","rm":"query","st":"s-1"})");
  EXPECT_THAT(*page.find_header("Content-Security-Policy"), HasSubstr("form-action 'self' https:;"));
  EXPECT_EQ(*page.find_header("Cache-Control"), "no-store");
}

TEST_F(AuthenticateTest, binds_the_flow_by_cookies_of_the_right_kind) {
  const auto secure = start(browser_);
  EXPECT_THAT(*secure.find_header("Set-Cookie"),
              AllOf(StartsWith("__Host-cardea-flow-demo="), HasSubstr("Secure"), HasSubstr("HttpOnly"),
                    HasSubstr("SameSite=Lax"), HasSubstr("Path=/;")));
  Browser plain;
  plain.scheme = "http";
  EXPECT_THAT(*start(plain).find_header("Set-Cookie"),
              AllOf(StartsWith("AUTH_SESSION_ID="), HasSubstr("HttpOnly"), HasSubstr("SameSite=Lax"),
                    HasSubstr("Path=/realms/demo/"), Not(HasSubstr("Secure"))));
}

TEST_F(AuthenticateTest, signs_in) {
  const auto page = start(browser_);
  const auto response = submit(browser_, page, "  ADA ", kPassword);
  EXPECT_EQ(location(response), "https://app.example.com/cb?code=1");
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].proven.user, UserId("user-ada"));
  EXPECT_EQ(completed_[0].proven.auth_time, FakeClock::kStartMs / 1000);
  EXPECT_EQ(completed_[0].proven.acr, "1");
  EXPECT_FALSE(completed_[0].proven.remember_me);
  EXPECT_EQ(completed_[0].request.state, "s-1");
}

TEST_F(AuthenticateTest, signs_in_after_a_failed_attempt_on_the_page_it_left) {
  const auto failed = submit(browser_, start(browser_), "ada", "wrong");
  EXPECT_EQ(attribute_after(text(failed), "id=\"username\"", "value"), "ada");
  EXPECT_EQ(submit(browser_, failed, "ada", kPassword).status, 302);
}

TEST_F(AuthenticateTest, signs_in_in_several_tabs_and_restarts_those_that_came_late) {
  const auto one = start(browser_);
  const auto two = start(browser_);
  EXPECT_EQ(submit(browser_, two, "ada", "wrong").status, 200);
  EXPECT_EQ(submit(browser_, one, "ada", kPassword).status, 302);
  EXPECT_EQ(location(submit(browser_, two, "ada", kPassword)),
            kExpiredRedirect);  // whose client tries again, signed in
}

TEST_F(AuthenticateTest, remembers_only_where_the_realm_does) {
  submit(browser_, start(browser_), "ada", kPassword, "&rememberMe=on");
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_FALSE(completed_[0].proven.remember_me);
  realm_.remember_me = true;
  save_realm();
  const auto page = start(browser_);
  EXPECT_THAT(text(page), HasSubstr("id=\"rememberMe\" name=\"rememberMe\""));
  submit(browser_, page, "ada", kPassword, "&rememberMe=on");
  ASSERT_THAT(completed_, SizeIs(2));
  EXPECT_TRUE(completed_[1].proven.remember_me);
}

TEST_F(AuthenticateTest, tells_the_client_of_an_expired_login_in_its_response_mode) {
  for (const auto mode : {ResponseMode::kFragment, ResponseMode::kFormPost, ResponseMode::kQueryJwt,
                          ResponseMode::kFragmentJwt, ResponseMode::kFormPostJwt}) {
    auto request = authorization();
    request.response_mode = mode;
    request.state.reset();
    const auto page = start(browser_, request);
    Browser other;
    start(other);
    EXPECT_EQ(
        location(get(other, form_action(page))),
        "https://app.example.com/cb?error=temporarily_unavailable&error_description=authentication_expired&mode=" +
            std::to_string(static_cast<int>(mode)));
  }
}

TEST_F(AuthenticateTest, works_where_reads_block) {
  store_.set_reads_block(true);
  EXPECT_EQ(submit(browser_, start(browser_), "ada", kPassword).status, 302);
}

TEST_F(AuthenticateTest, answers_for_unknown_realms_as_every_endpoint_does) {
  EXPECT_EQ(get(browser_, "https://id.example.com/realms/nope/login-actions/authenticate?x=1").status, 404);
}

TEST_F(AuthenticateTest, refuses_queries_that_say_something_twice) {
  const auto action = form_action(start(browser_));
  EXPECT_EQ(get(browser_, action + "&session_code=x").status, 400);
  EXPECT_EQ(post(browser_, action + "&tab_id=x", "username=ada&password=x").status, 400);
}

}  // namespace
}  // namespace cardea::login
