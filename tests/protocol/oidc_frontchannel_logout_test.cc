// OpenID Connect Front-Channel Logout 1.0, and the dialects of browser logout (keycloak.md section 1.14, guides G3.3).
#include <gtest/gtest.h>

#include "base/uri.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class FrontchannelLogout : public testing::TestWithParam<Engine> {
 protected:
  void add(const std::string& name, bool on, const std::map<std::string, std::string>& attributes) {
    server_.add_client(name, [&](Client& client) {
      client.frontchannel_logout = on;
      client.attributes = attributes;
    });
  }
  json::object sign_in_at(const std::string& client) {
    const auto url = "https://" + client + ".example/cb";
    auto answer = browser_.get(authorize_url({{"client_id", client}, {"redirect_uri", url}}));
    if (answer.status == 200) {
      answer = browser_.submit(answer, {{"username", "ada"}, {"password", "correct-horse"}});
    }
    return redeem(server_, location_parameter(answer, "code"), {{"client_id", client}, {"redirect_uri", url}});
  }
  web::Response log_out(const json::object& tokens, const std::string& more = {}) {
    return browser_.get(std::string(kP) + "/logout?id_token_hint=" + string_or(tokens, "id_token", "") + more);
  }
  static std::string policy_of(const web::Response& response) {
    return *response.find_header("Content-Security-Policy");
  }
  static bool has(const web::Response& response, std::string_view text) {
    return response.body_text().find(text) != std::string_view::npos;
  }

  Server server_{GetParam()};
  Browser browser_{server_};
};

TEST_P(FrontchannelLogout, refuses_to_frame_addresses_that_run_or_are_switched_off) {
  add("script", true, {{"frontchannel.logout.url", "javascript:alert(1)"}});
  add("off", false, {{"frontchannel.logout.url", "https://off.example/bye"}});
  add("none", true, {});  // as Keycloak's console makes clients
  (void)sign_in_at("script");
  (void)sign_in_at("off");
  const auto page = log_out(sign_in_at("none"));
  EXPECT_FALSE(has(page, "<iframe"));
  EXPECT_EQ(policy_of(page).find("frame-src"), std::string::npos);
  EXPECT_TRUE(has(page, "You are logged out"));
}

TEST_P(FrontchannelLogout, frames_every_client_of_the_session_and_no_other_origin) {
  add("one", true, {{"frontchannel.logout.url", "https://one.example/bye?x=1&y=2"}});
  add("two", true,
      {{"frontchannel.logout.url", "https://two.example:8443/out"}, {"frontchannel.logout.session.required", "false"}});
  add("absent", true, {{"frontchannel.logout.url", "https://absent.example/bye"}});
  const auto tokens = sign_in_at("one");
  (void)sign_in_at("two");
  const auto page = log_out(tokens);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "src=\"https://one.example/bye?x=1&amp;y=2&amp;iss=" + percent_encode(kIssuer) +
                            "&amp;sid=" + string_or(tokens, "session_state", "") + "\""))
      << page.body_text();
  EXPECT_TRUE(has(page, "src=\"https://two.example:8443/out\""));
  EXPECT_FALSE(has(page, "absent.example"));
  EXPECT_NE(policy_of(page).find("frame-src https://one.example https://two.example:8443"), std::string::npos)
      << policy_of(page);
  EXPECT_EQ(page.find_header("Refresh"), nullptr) << "nowhere to go";
  EXPECT_FALSE(browser_.cookie("KEYCLOAK_IDENTITY"));
}

TEST_P(FrontchannelLogout, goes_on_to_the_target_without_a_script) {
  add("one", true, {{"frontchannel.logout.url", "https://one.example/bye"}});
  const auto page =
      log_out(sign_in_at("one"), "&state=s1&post_logout_redirect_uri=" + percent_encode("https://one.example/cb"));
  ASSERT_NE(page.find_header("Refresh"), nullptr);
  EXPECT_EQ(*page.find_header("Refresh"), "3; url=https://one.example/cb?state=s1");
  EXPECT_TRUE(has(page, "href=\"https://one.example/cb?state=s1\""));
}

TEST_P(FrontchannelLogout, refuses_an_old_redirect_uri_that_nobody_here_owns) {  // attack class 2
  const auto target = percent_encode("https://evil.example/");
  EXPECT_EQ(browser_.get(std::string(kP) + "/logout?redirect_uri=" + target).status, 400) << "nobody is signed in";
  (void)sign_in(browser_);
  (void)redeem(server_, location_parameter(browser_.get(authorize_url()), "code"));
  const auto page = browser_.get(std::string(kP) + "/logout?redirect_uri=" + target);
  EXPECT_EQ(page.status, 400);
  EXPECT_TRUE(has(page, "Invalid parameter: redirect_uri"));
  EXPECT_EQ(browser_.get(std::string(kP) + "/logout?client_id=app&redirect_uri=" + target).status, 400);
  EXPECT_NE(location_parameter(browser_.get(authorize_url({{"prompt", "none"}})), "error"), "login_required");
}

TEST_P(FrontchannelLogout, an_old_redirect_uri_is_asked_about_and_followed) {  // guides G3.3
  (void)redeem(server_, sign_in(browser_));
  const auto page = browser_.get(std::string(kP) + "/logout?redirect_uri=" + percent_encode("https://app.example/cb"));
  ASSERT_EQ(page.status, 200) << page.body_text();
  EXPECT_TRUE(has(page, "Do you want to log out?"));
  EXPECT_TRUE(has(page, "name=\"client_id\" value=\"app\""));
  const std::string html(page.body_text());
  const auto at = html.find("name=\"session_code\" value=\"") + 27;
  const auto done = browser_.submit(page, {{"session_code", html.substr(at, html.find('"', at) - at)},
                                           {"client_id", "app"},
                                           {"post_logout_redirect_uri", "https://app.example/cb"},
                                           {"confirmLogout", "Logout"}});
  EXPECT_EQ(done.status, 302) << done.body_text();
  EXPECT_EQ(location(done), "https://app.example/cb");
}

INSTANTIATE_ON_EVERY_ENGINE(FrontchannelLogout);

}  // namespace
}  // namespace cardea::protocol
