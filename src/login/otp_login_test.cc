// The built-in browser flow with a one-time code as second factor, and custom flows.
#include <gmock/gmock.h>

#include "base/limits.h"
#include "core/otp_credential.h"
#include "login/login_fixture.h"
#include "tests/support/stepped_flow.h"

namespace cardea::login {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::string_view kSecret = "12345678901234567890";

class OtpLoginTest : public LoginTest {
 protected:
  void SetUp() override {
    ada_ = add_user("ada", kPassword);
    add_device("otp-1");
  }
  void add_device(const std::string& id) {
    auto credential = otp_credential(ada_.id, kSecret);
    credential.id = CredentialId(id);
    credential.label = id;
    credential.created_at = clock_.now();
    write([&](Tx& tx) { return repositories_.credentials.insert(tx, credential); });
  }
  [[nodiscard]] std::string code(int steps_ahead = 0) const {
    const auto step = static_cast<std::uint64_t>(epoch_seconds(clock_.now()) / 30 + steps_ahead);
    return crypto::otp_code(crypto::HashAlgorithm::kSha1, kSecret, step, 6);
  }
  /// Up to the page that asks for the code.
  web::Response to_otp_page(Browser& browser) {
    const auto answer = submit(browser, start(browser), "ada", kPassword);
    EXPECT_EQ(answer.status, 302);
    return get(browser, location(answer));
  }
  web::Response submit_code(Browser& browser, const web::Response& page, std::string_view otp) {
    return post(browser, form_action(page), "otp=" + std::string(otp));
  }
  /// Replaces the browser flow by these executions.
  void use_flow(std::string_view executions) {
    realm_.extra["browserFlow"] = "mine";
    realm_.extra["authenticationFlows"] = json::parse(
        R"([{"alias": "mine", "topLevel": true, "authenticationExecutions": [)" + std::string(executions) + "]}]");
    save_realm();
  }

  User ada_;
  Browser browser_;
};

TEST_F(OtpLoginTest, refuses_without_a_right_code) {
  auto page = to_otp_page(browser_);
  for (const auto* bad : {"", "000000", "12345", "abcdef"}) {
    page = submit_code(browser_, page, bad);
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(text(page), HasSubstr("Invalid authenticator code."));
    EXPECT_THAT(text(page), HasSubstr("id=\"kc-otp-login-form\""));
  }
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(OtpLoginTest, refuses_after_too_many_wrong_codes) {
  auto page = to_otp_page(browser_);
  for (int i = 1; i < kStepFailuresMax; ++i) page = submit_code(browser_, page, "000000");
  EXPECT_THAT(location(submit_code(browser_, page, "000000")), HasSubstr("authentication_expired"));
  EXPECT_THAT(location(submit_code(browser_, page, code())), HasSubstr("authentication_expired"));
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(OtpLoginTest, refuses_guesses_side_by_side) {
  const auto page = to_otp_page(browser_);
  const auto cookies = browser_.cookies;
  submit_code(browser_, page, "000000");
  browser_.cookies = cookies;
  EXPECT_THAT(location(submit_code(browser_, page, code())), HasSubstr("authentication_expired"));
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(OtpLoginTest, refuses_a_code_that_was_used) {
  submit_code(browser_, to_otp_page(browser_), code());
  ASSERT_THAT(completed_, SizeIs(1));
  Browser other;
  const auto page = submit_code(other, to_otp_page(other), code());
  EXPECT_THAT(text(page), HasSubstr("Invalid authenticator code."));
  EXPECT_THAT(completed_, SizeIs(1));
  submit_code(other, page, code(1));
  EXPECT_THAT(completed_, SizeIs(2));
}

TEST_F(OtpLoginTest, refuses_the_second_step_of_another_browser) {
  const auto page = to_otp_page(browser_);
  Browser other;
  start(other);
  EXPECT_THAT(location(submit_code(other, page, code())), HasSubstr("authentication_expired"));
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(OtpLoginTest, refuses_to_skip_the_code_by_answering_another_step) {
  const auto page = to_otp_page(browser_);
  for (const auto* body : {"tryAnotherWay=on", "authenticationExecution=x", "authenticationExecution=",
                           "username=ada&password=correct+horse+battery+staple", "", "cancel=on"}) {
    post(browser_, form_action(page), body);
  }
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(OtpLoginTest, refuses_the_password_step_twice) {
  const auto first = start(browser_);
  const auto answer = submit(browser_, first, "ada", kPassword);
  EXPECT_THAT(location(submit(browser_, first, "ada", kPassword)), HasSubstr("authentication_expired"));
  EXPECT_THAT(text(get(browser_, location(answer))), HasSubstr("kc-otp-login-form"));
}

TEST_F(OtpLoginTest, refuses_a_user_disabled_between_the_steps) {
  use_flow(R"({"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 1},
              {"authenticator": "deny-access-authenticator", "requirement": "REQUIRED", "priority": 2})");
  const auto answer = submit(browser_, start(browser_), "ada", kPassword);
  EXPECT_EQ(answer.status, 401);
  EXPECT_THAT(text(answer), HasSubstr("Access denied"));
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(OtpLoginTest, a_code_may_be_typed_as_applications_show_it) {
  const auto page = to_otp_page(browser_);
  submit_code(browser_, page, code().insert(3, "+"));
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(OtpLoginTest, a_denial_says_what_the_administrator_wrote_and_nothing_of_it_is_markup) {
  realm_.extra["authenticatorConfig"] = json::parse(
      R"([{"alias": "why", "config": {"denyErrorMessage": "Ask <b>the front desk</b>"}},
          {"alias": "key", "config": {"denyErrorMessage": "accountDisabledMessage"}}])");
  for (const auto& [config, told] : {std::pair{"why", "Ask &lt;b&gt;the front desk&lt;/b&gt;"},
                                     std::pair{"key", "Account is disabled, contact your administrator."}}) {
    use_flow(R"({"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 1},
                {"authenticator": "deny-access-authenticator", "requirement": "REQUIRED", "priority": 2,
                 "authenticatorConfig": ")" +
             std::string(config) + "\"}");
    Browser browser;
    const auto answer = submit(browser, start(browser), "ada", kPassword);
    EXPECT_EQ(answer.status, 401);
    EXPECT_THAT(text(answer), HasSubstr(told));
  }
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(OtpLoginTest, the_scope_that_a_client_asks_for_decides_what_is_asked) {
  realm_.extra["authenticatorConfig"] = json::parse(R"([{"alias": "by scope", "config": {"client_scope": "vault"}}])");
  realm_.extra["browserFlow"] = "mine";
  realm_.extra["authenticationFlows"] = json::parse(R"([
      {"alias": "mine", "topLevel": true, "authenticationExecutions": [
        {"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 1},
        {"flowAlias": "second", "requirement": "CONDITIONAL", "priority": 2}]},
      {"alias": "second", "topLevel": false, "authenticationExecutions": [
        {"authenticator": "conditional-client-scope", "requirement": "REQUIRED", "priority": 1,
         "authenticatorConfig": "by scope"},
        {"authenticator": "auth-otp-form", "requirement": "REQUIRED", "priority": 2}]}])");
  save_realm();
  ClientScope vault;
  vault.id = ScopeId("scope-vault");
  vault.name = "vault";
  write([&](Tx& tx) { return repositories_.scopes.insert(tx, realm_.id, vault); });
  Client client;
  client.id = ClientId("client-2");
  client.client_id = "own";
  client.optional_scopes = {vault.id};
  write([&](Tx& tx) { return repositories_.clients.insert(tx, realm_.id, client); });
  auto request = authorization();
  request.client = client.id;
  request.client_id = "own";
  request.scope = "openid vault";
  const auto asked = submit(browser_, start(browser_, request), "ada", kPassword);
  EXPECT_THAT(text(get(browser_, location(asked))), HasSubstr("kc-otp-login-form"));
  EXPECT_THAT(completed_, IsEmpty());
  request.scope = "openid";
  Browser other;
  submit(other, start(other, request), "ada", kPassword);
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(OtpLoginTest, refuses_a_realm_whose_flow_cannot_run) {
  use_flow(R"({"flowAlias": "gone", "requirement": "REQUIRED"})");
  EXPECT_EQ(start(browser_).status, 401);
}

TEST_F(OtpLoginTest, refuses_to_end_before_a_required_credential_is_set_up) {
  add_user("bob", kPassword);
  use_flow(R"({"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 1},
              {"authenticator": "webauthn-authenticator", "requirement": "REQUIRED", "priority": 2})");
  const auto answer = submit(browser_, start(browser_), "bob", kPassword);
  EXPECT_THAT(text(get(browser_, location(answer))), HasSubstr("<form id=\"register\""));
  EXPECT_THAT(completed_, IsEmpty());
}

TEST_F(OtpLoginTest, a_right_code_completes) {
  const auto page = to_otp_page(browser_);
  EXPECT_THAT(text(page), Not(HasSubstr("selectedCredentialId")));
  const auto answer = submit_code(browser_, page, code());
  EXPECT_EQ(location(answer), std::string(kRedirectUri) + "?code=1");
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].proven.user, ada_.id);
}

TEST_F(OtpLoginTest, several_devices_are_offered) {
  add_device("otp-2");
  const auto page = to_otp_page(browser_);
  EXPECT_THAT(text(page), HasSubstr("value=\"otp-2\""));
  post(browser_, form_action(page), "selectedCredentialId=otp-2&otp=" + code());
  EXPECT_THAT(completed_, SizeIs(1));
}

TEST_F(OtpLoginTest, name_and_password_on_pages_of_their_own) {
  use_flow(R"({"authenticator": "auth-username-form", "requirement": "REQUIRED", "priority": 1},
              {"authenticator": "auth-password-form", "requirement": "REQUIRED", "priority": 2})");
  const auto first = start(browser_);
  EXPECT_THAT(text(first), Not(HasSubstr("id=\"password\"")));
  const auto unknown = post(browser_, form_action(first), "username=nobody");
  EXPECT_THAT(text(unknown), HasSubstr("id=\"password\""));
  EXPECT_THAT(text(post(browser_, form_action(unknown), "password=x")), HasSubstr("Invalid username or password."));
  const auto page = post(browser_, form_action(first), "username=ada");
  EXPECT_THAT(text(post(browser_, form_action(page), "username=ada&password=x")),
              HasSubstr("Invalid username or password."));
  submit(browser_, page, "somebody-else", kPassword);
  ASSERT_THAT(completed_, SizeIs(1));
  EXPECT_EQ(completed_[0].proven.user, ada_.id);
}

TEST_F(OtpLoginTest, a_client_has_its_own_flow) {
  realm_.extra["authenticationFlows"].get_array().push_back(json::parse(
      R"({"alias": "short", "topLevel": true, "authenticationExecutions":
          [{"authenticator": "auth-username-password-form", "requirement": "REQUIRED"}]})"));
  save_realm();
  Client client;
  client.id = ClientId("client-2");
  client.client_id = "own";
  client.extra["authenticationFlowBindingOverrides"] = json::object{{"browser", "short"}};
  write([&](Tx& tx) { return repositories_.clients.insert(tx, realm_.id, client); });
  auto request = authorization();
  request.client = client.id;
  request.client_id = "own";
  submit(browser_, start(browser_, request), "ada", kPassword);
  EXPECT_THAT(completed_, SizeIs(1));
}

}  // namespace
}  // namespace cardea::login
