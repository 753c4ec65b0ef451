#include <gmock/gmock.h>

#include "core/verify_credential.h"
#include "login/login_fixture.h"
#include "web/form.h"

namespace cardea::login {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::string_view kNewPassword = "another good password";

class RequiredActionTest : public LoginTest {
 protected:
  void SetUp() override { user_ = add_user("ada", kPassword, {"UPDATE_PASSWORD"}, true, "ada@example.com"); }

  /// Signs in as ada; the URL of the action's page.
  std::string sign_in(Browser& browser) { return location(submit(browser, start(browser), "ada", kPassword)); }
  web::Response change(Browser& browser, const web::Response& page, std::string_view password,
                       std::string_view confirmation, std::string_view more = {}) {
    std::string body;
    web::append_form(body, "password-new", password);
    web::append_form(body, "password-confirm", confirmation);
    return post(browser, form_action(page), body.append(more));
  }
  PasswordVerdict verdict(std::string_view password) {
    auto attempt = read_from(
        store_, [&](Rows& rows) { return load_login_attempt(rows, repositories_, realm_, "ada", clock_.now()); });
    return verify_password(*attempt, password);
  }
  void expect_unchanged() {
    EXPECT_THAT(completed_, IsEmpty());
    EXPECT_EQ(verdict(kPassword), PasswordVerdict::kAccepted);
    EXPECT_THAT(find_user(user_.id)->required_actions, ElementsAre("UPDATE_PASSWORD"));
  }
  static std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from << " in " << text;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
  }

  User user_;
  Browser browser_;
};

TEST_F(RequiredActionTest, refuses_to_complete_before_the_action_is_done) {
  const auto url = sign_in(browser_);
  EXPECT_THAT(url, StartsWith("https://id.example.com/realms/demo/login-actions/required-action?session_code="));
  EXPECT_EQ(query_value(url, "execution"), "UPDATE_PASSWORD");
  EXPECT_EQ(query_value(url, "client_id"), "app");
  EXPECT_EQ(get(browser_, url).status, 200);
  expect_unchanged();
}

TEST_F(RequiredActionTest, refuses_empty_and_odd_posts) {
  const auto page = get(browser_, sign_in(browser_));
  for (const auto* body : {"", "password-new=", "password-confirm=x", "accept=on", "password-new=a&password-confirm=b",
                           "password=correct+horse+battery+staple", "cancel-aia=true"}) {
    const auto response = post(browser_, form_action(page), body);
    EXPECT_EQ(response.status, 200) << body;
    EXPECT_THAT(text(response), HasSubstr("id=\"input-error\"")) << body;
  }
  EXPECT_EQ(post(browser_, form_action(page), "password-new=a&password-new=a&password-confirm=a").status, 400);
  expect_unchanged();
}

TEST_F(RequiredActionTest, refuses_to_skip_to_another_action) {
  const auto url = sign_in(browser_);
  for (const auto* other : {"VERIFY_EMAIL", "username-password-form", "update_password", ""}) {
    const auto odd = replaced(url, "UPDATE_PASSWORD", other);
    EXPECT_THAT(location(get(browser_, odd)), HasSubstr("authentication_expired")) << other;
    EXPECT_THAT(location(post(browser_, odd, "password-new=a&password-confirm=a")),
                HasSubstr("authentication_expired"));
  }
  expect_unchanged();
}

TEST_F(RequiredActionTest, refuses_another_browser_and_the_cookie_from_before_the_proof) {
  const auto page = start(browser_);
  auto stale = browser_;  // whoever planted or saw the first cookie holds this one
  const auto url = location(submit(browser_, page, "ada", kPassword));
  EXPECT_THAT(location(get(stale, url)), HasSubstr("authentication_expired"));
  const auto form = get(browser_, url);
  EXPECT_THAT(location(change(stale, form, kNewPassword, kNewPassword)), HasSubstr("authentication_expired"));
  Browser none;
  EXPECT_THAT(text(get(none, url)), HasSubstr("Restart login cookie not found."));
  expect_unchanged();
}

TEST_F(RequiredActionTest, refuses_a_handle_that_is_not_ours_and_a_sealed_login_in_its_place) {
  const auto url = sign_in(browser_);
  const auto handle = query_value(url, "session_code");
  const auto login_code = query_value(form_action(start(browser_)), "session_code");
  for (const auto& code : {std::string(43, 'A'), std::string(), handle.substr(1), login_code}) {
    EXPECT_THAT(location(get(browser_, replaced(url, handle, code))), HasSubstr("authentication_expired")) << code;
  }
  const auto login_url = replaced(replaced(url, "required-action", "authenticate"), "UPDATE_PASSWORD", "x");
  EXPECT_THAT(location(post(browser_, login_url, "username=ada&password=x")), HasSubstr("authentication_expired"));
  expect_unchanged();
}

TEST_F(RequiredActionTest, refuses_after_its_time) {
  const auto url = sign_in(browser_);
  const auto page = get(browser_, url);
  clock_.advance(realm_.lifespans.access_code_user_action);
  EXPECT_THAT(location(change(browser_, page, kNewPassword, kNewPassword)), HasSubstr("authentication_expired"));
  expect_unchanged();
}

TEST_F(RequiredActionTest, refuses_cross_site_posts) {
  const auto page = get(browser_, sign_in(browser_));
  browser_.headers = {{"Sec-Fetch-Site", "cross-site"}};
  EXPECT_EQ(change(browser_, page, kNewPassword, kNewPassword).status, 403);
  expect_unchanged();
}

TEST_F(RequiredActionTest, refuses_passwords_that_differ_or_break_the_policy) {
  realm_.password_policy = "length(12) and digits(1) and notEmail";
  save_realm();
  const auto page = get(browser_, sign_in(browser_));
  EXPECT_THAT(text(page), HasSubstr("Rules: at least 12 characters, 1 digit"));
  EXPECT_THAT(text(change(browser_, page, kNewPassword, "other")), HasSubstr("Passwords don&apos;t match."));
  const auto weak = text(change(browser_, page, "short", "short"));
  EXPECT_THAT(weak, AllOf(HasSubstr("Invalid password: minimum length 12."),
                          HasSubstr("Invalid password: must contain at least 1 numerical digits.")));
  EXPECT_THAT(weak, Not(HasSubstr("value=\"short\"")));
  const std::string overlong(2000, 'a');
  EXPECT_THAT(text(change(browser_, page, overlong, overlong)), HasSubstr("Invalid password: maximum length 1024."));
  expect_unchanged();
}

TEST_F(RequiredActionTest, refuses_the_second_of_two_posts) {
  const auto page = get(browser_, sign_in(browser_));
  const auto holder = browser_;
  EXPECT_EQ(change(browser_, page, kNewPassword, kNewPassword).status, 302);
  auto again = holder;
  EXPECT_THAT(location(change(again, page, "a third password", "a third password")),
              HasSubstr("authentication_expired"));
  EXPECT_EQ(verdict(kNewPassword), PasswordVerdict::kAccepted);
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(RequiredActionTest, refuses_the_loser_of_a_race) {
  const auto page = get(browser_, sign_in(browser_));
  auto request = make_request(browser_, web::Method::kPost, form_action(page));
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  request.body = "password-new=first+password&password-confirm=first+password";
  auto first = router_.handle(request);
  auto second = router_.handle(request);
  for (auto* outcome : {&first, &second}) {  // both have read the row before either takes it
    while (!outcome->is_response() && outcome->then().lane != web::Lane::kStore) *outcome = outcome->then().step();
    ASSERT_FALSE(outcome->is_response());
  }
  EXPECT_EQ(web::run(std::move(first)).status, 302);
  EXPECT_THAT(location(web::run(std::move(second))), HasSubstr("authentication_expired"));
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(RequiredActionTest, refuses_a_user_disabled_meanwhile) {
  add_user("eve", kPassword, {"UPDATE_PASSWORD"}, false);
  settings_.check_versions();
  auto realm = settings_.load_realm("demo");
  const auto url_request = make_request(browser_, web::Method::kGet, "https://id.example.com/realms/demo/x");
  auto response = web::run(login_.require_actions(url_request, *realm, authorization(),
                                                  {.user = UserId("user-eve"), .auth_time = 1}, {"UPDATE_PASSWORD"}));
  auto request = url_request;
  const auto url = location(run_in(browser_, request, std::move(response)));
  EXPECT_THAT(text(get(browser_, url)), HasSubstr("Account is disabled, contact your administrator."));
}

TEST_F(RequiredActionTest, refuses_actions_it_has_no_page_for_and_names_them) {
  add_user("bob", kPassword, {"UPDATE_PASSWORD", "own-action<b>"});
  const auto response = submit(browser_, start(browser_), "bob", kPassword);
  EXPECT_EQ(response.status, 403);
  EXPECT_THAT(text(response), AllOf(HasSubstr("own-action&lt;b&gt;"), Not(HasSubstr("Update Password"))));
  EXPECT_THAT(completed_, IsEmpty());
  EXPECT_TRUE(log_.contains("action_not_supported"));
}

TEST_F(RequiredActionTest, refuses_to_leave_an_action_that_is_required) {
  auto request = authorization();
  request.kc_action = "UPDATE_PASSWORD";
  const auto page = get(browser_, location(submit(browser_, start(browser_, request), "ada", kPassword)));
  EXPECT_THAT(text(page), Not(HasSubstr("cancel-aia")));
  EXPECT_THAT(text(post(browser_, form_action(page), "cancel-aia=true")), HasSubstr("id=\"input-error\""));
  expect_unchanged();
}

TEST_F(RequiredActionTest, lets_a_person_leave_what_only_the_client_asked_for) {
  add_user("bob", kPassword);
  auto request = authorization();
  request.kc_action = "UPDATE_PASSWORD";
  const auto page = get(browser_, location(submit(browser_, start(browser_, request), "bob", kPassword)));
  EXPECT_THAT(text(page), HasSubstr("name=\"cancel-aia\""));
  post(browser_, form_action(page), "cancel-aia=true");
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].request.kc_action_status, "cancelled");
  const auto again = get(browser_, location(submit(browser_, start(browser_, request), "bob", kPassword)));
  change(browser_, again, kNewPassword, kNewPassword);
  ASSERT_THAT(completed_, SizeIs(2));
  EXPECT_EQ(completed_[1].request.kc_action_status, "success");
}

TEST_F(RequiredActionTest, tells_the_client_that_its_action_cannot_run) {
  add_user("bob", kPassword);
  realm_.extra["requiredActions"] = json::array{json::object{{"alias", "UPDATE_PASSWORD"}, {"enabled", false}}};
  save_realm();
  for (const auto* asked : {"UPDATE_PASSWORD", "own-action", "own-action:x"}) {
    auto request = authorization();
    request.kc_action = asked;
    completed_.clear();
    submit(browser_, start(browser_, request), "bob", kPassword);
    ASSERT_THAT(completed_, SizeIs(1)) << asked;
    EXPECT_EQ(completed_[0].request.kc_action_status, "error") << asked;
  }
}

TEST_F(RequiredActionTest, never_signs_in_who_came_by_a_mailed_link) {
  settings_.check_versions();
  auto realm = settings_.load_realm("demo");
  auto request = make_request(browser_, web::Method::kGet, "https://id.example.com/realms/demo/x");
  const auto run = [&](std::string redirect_uri) {
    write([&](Tx& tx) { return repositories_.users.set_required_actions(tx, user_.id, {"UPDATE_PASSWORD"}); });
    const auto url = location(run_in(browser_, request,
                                     login_.run_mailed_actions(request, *realm,
                                                               {.user = user_.id,
                                                                .client = ClientId("client-app"),
                                                                .client_id = "app",
                                                                .redirect_uri = std::move(redirect_uri),
                                                                .actions = {"UPDATE_PASSWORD"}})));
    EXPECT_EQ(query_value(url, "client_data"), "");
    return change(browser_, get(browser_, url), kNewPassword, kNewPassword);
  };
  const auto plain = run("");
  EXPECT_EQ(plain.status, 200);
  EXPECT_THAT(text(plain), AllOf(HasSubstr("Your account has been updated."), Not(HasSubstr("Back to Application"))));
  EXPECT_THAT(text(run("https://app.example.com/back")), HasSubstr("href=\"https://app.example.com/back\""));
  EXPECT_THAT(completed_, IsEmpty());
  EXPECT_EQ(verdict(kNewPassword), PasswordVerdict::kAccepted);
  EXPECT_THAT(find_user(user_.id)->required_actions, IsEmpty());
}

TEST_F(RequiredActionTest, answers_503_and_keeps_the_row_when_the_store_fails) {
  const auto page = get(browser_, sign_in(browser_));
  store_.fail_writes(0, StoreError::kBusy);
  const auto failed = change(browser_, page, kNewPassword, kNewPassword);
  EXPECT_EQ(failed.status, 503);
  EXPECT_NE(failed.find_header("Retry-After"), nullptr);
  store_.heal();
  expect_unchanged();
  EXPECT_EQ(change(browser_, page, kNewPassword, kNewPassword).status, 302);
}

TEST_F(RequiredActionTest, changes_the_password_and_completes) {
  const auto page = get(browser_, sign_in(browser_));
  for (const auto* part :
       {"id=\"kc-passwd-update-form\"", "id=\"password-new\" name=\"password-new\"",
        "id=\"password-confirm\" name=\"password-confirm\"", "id=\"logout-sessions\" name=\"logout-sessions\"",
        "value=\"ada\" autocomplete=\"username\""}) {
    EXPECT_THAT(text(page), HasSubstr(part));
  }
  clock_.advance(seconds(5));
  const auto cookies = browser_.cookies;
  const auto response = change(browser_, page, kNewPassword, kNewPassword);
  EXPECT_EQ(location(response), "https://app.example.com/cb?code=1");
  EXPECT_NE(browser_.cookies, cookies);
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].proven.user, user_.id);
  EXPECT_EQ(completed_[0].proven.auth_time, FakeClock::kStartMs / 1000);  // when the password was proven
  EXPECT_EQ(completed_[0].request.state, "s-1");
  EXPECT_EQ(verdict(kNewPassword), PasswordVerdict::kAccepted);
  EXPECT_EQ(verdict(kPassword), PasswordVerdict::kRefused);
  EXPECT_THAT(find_user(user_.id)->required_actions, IsEmpty());
}

TEST_F(RequiredActionTest, signs_out_from_other_devices_only_when_asked) {
  const auto add_session = [&](std::string id) {
    UserSession session;
    session.id = SessionId(id);
    session.realm = realm_.id;
    session.user = user_.id;
    write([&](Tx& tx) { return repositories_.sessions.insert(tx, session, clock_.now() + seconds(600)); });
  };
  const auto exists = [&](std::string id) {
    return read_from(store_, [&](Rows& rows) { return repositories_.sessions.find(rows, realm_.id, SessionId(id)); })
        ->has_value();
  };
  add_session("s1");
  change(browser_, get(browser_, sign_in(browser_)), kNewPassword, kNewPassword);
  EXPECT_TRUE(exists("s1"));
  write([&](Tx& tx) { return repositories_.users.set_required_actions(tx, user_.id, {"UPDATE_PASSWORD"}); });
  const auto url = location(submit(browser_, start(browser_), "ada", kNewPassword));
  change(browser_, get(browser_, url), kPassword, kPassword, "&logout-sessions=on");
  EXPECT_FALSE(exists("s1"));
}

TEST_F(RequiredActionTest, survives_a_transaction_that_runs_twice) {
  store_.run_writes_twice(true);
  EXPECT_EQ(change(browser_, get(browser_, sign_in(browser_)), kNewPassword, kNewPassword).status, 302);
  EXPECT_EQ(verdict(kNewPassword), PasswordVerdict::kAccepted);
}

TEST_F(RequiredActionTest, runs_actions_of_a_person_who_is_signed_in_already) {
  settings_.check_versions();
  auto realm = settings_.load_realm("demo");
  auto request = make_request(browser_, web::Method::kGet, "https://id.example.com/realms/demo/x");
  const Authentication proven{.user = user_.id, .auth_time = 7, .acr = "0"};
  const auto url = location(
      run_in(browser_, request, login_.require_actions(request, *realm, authorization(), proven, {"UPDATE_PASSWORD"})));
  EXPECT_EQ(change(browser_, get(browser_, url), kNewPassword, kNewPassword).status, 302);
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].proven.auth_time, 7);
  EXPECT_EQ(completed_[0].proven.acr, "0");
}

TEST_F(RequiredActionTest, asks_for_a_new_password_where_the_old_one_is_too_old) {
  add_user("bob", kPassword);
  realm_.password_policy = "forceExpiredPasswordChange(1)";
  save_realm();
  clock_.advance(std::chrono::hours(25));
  EXPECT_EQ(query_value(location(submit(browser_, start(browser_), "bob", kPassword)), "execution"), "UPDATE_PASSWORD");
}

}  // namespace
}  // namespace cardea::login
