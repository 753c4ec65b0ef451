// The authenticator user-session-limits (keycloak.md section 3.7): how many sessions a person may have, in the realm
// and at a client, by the flow that the client uses.
#include <gmock/gmock.h>

#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;

class SessionLimits : public testing::TestWithParam<Engine> {
 protected:
  void limit(const json::object& config) {
    server_.change_realm([&](Realm& realm) {
      realm.extra["authenticatorConfig"] = json::array{json::object{{"alias", "limits"}, {"config", config}}};
      realm.extra["authenticationFlows"] = json::parse(R"([
        {"alias": "browser", "topLevel": true, "providerId": "basic-flow", "authenticationExecutions": [
          {"authenticator": "auth-cookie", "requirement": "ALTERNATIVE", "priority": 10},
          {"authenticator": "auth-username-password-form", "requirement": "ALTERNATIVE", "priority": 20}]},
        {"alias": "limited", "id": "flow-limited", "topLevel": true, "providerId": "basic-flow",
         "authenticationExecutions": [
          {"authenticator": "auth-cookie", "requirement": "ALTERNATIVE", "priority": 10},
          {"flowAlias": "limited forms", "requirement": "ALTERNATIVE", "priority": 20}]},
        {"alias": "limited forms", "topLevel": false, "authenticationExecutions": [
          {"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 10},
          {"authenticator": "user-session-limits", "requirement": "REQUIRED", "priority": 20,
           "authenticatorConfig": "limits"}]},
        {"alias": "limited grant", "id": "flow-grant", "topLevel": true, "authenticationExecutions": [
          {"authenticator": "direct-grant-validate-username", "requirement": "REQUIRED", "priority": 10},
          {"authenticator": "direct-grant-validate-password", "requirement": "REQUIRED", "priority": 20},
          {"authenticator": "user-session-limits", "requirement": "REQUIRED", "priority": 30,
           "authenticatorConfig": "limits"}]}])");
    });
    server_.add_client("limited", [](Client& client) {
      client.direct_access_grants_enabled = true;
      client.extra["authenticationFlowBindingOverrides"] =
          json::object{{"browser", "flow-limited"}, {"direct_grant", "flow-grant"}};
    });
  }
  web::Response sign_in_at(const std::string& client, Browser& browser) {
    const auto url = "https://" + client + ".example/cb";
    const auto page = browser.get(authorize_url({{"client_id", client}, {"redirect_uri", url}}));
    if (page.status != 200) return page;
    return browser.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  }
  bool is_signed_in(Browser& browser) {
    return location_parameter(browser.get(authorize_url({{"prompt", "none"}})), "error").empty();
  }

  Server server_{GetParam()};
  Browser first_{server_}, second_{server_}, third_{server_};
};
INSTANTIATE_ON_EVERY_ENGINE(SessionLimits);

TEST_P(SessionLimits, refuses_one_session_too_many_in_the_realm) {
  limit({{"userRealmLimit", "2"}, {"userClientLimit", "0"}, {"errorMessage", "Enough is enough"}});
  (void)sign_in(first_);
  EXPECT_NE(location_parameter(sign_in_at("limited", second_), "code"), "");
  const auto refused = sign_in_at("limited", third_);
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(std::string(refused.body_text()), HasSubstr("Enough is enough"));
  EXPECT_FALSE(third_.cookie("KEYCLOAK_IDENTITY"));
  EXPECT_TRUE(is_signed_in(first_));
  EXPECT_TRUE(is_signed_in(second_));
  EXPECT_NE(sign_in(third_), "") << "a client whose flow has no limit";
}

TEST_P(SessionLimits, refuses_one_session_too_many_at_the_client_alone) {
  limit({{"userRealmLimit", "0"}, {"userClientLimit", "1"}});
  (void)sign_in(first_);
  const auto in = sign_in_at("limited", second_);
  (void)redeem(server_, location_parameter(in, "code"),
               {{"client_id", "limited"}, {"redirect_uri", "https://limited.example/cb"}});
  EXPECT_EQ(sign_in_at("limited", third_).status, 403);
}

TEST_P(SessionLimits, refuses_the_password_grant_too) {
  limit({{"userRealmLimit", "1"}, {"userClientLimit", "0"}});
  (void)sign_in(first_);
  const auto answer = server_.post(
      "/token",
      {{"grant_type", "password"}, {"client_id", "limited"}, {"username", "ada"}, {"password", "correct-horse"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(string_or(body_of(answer), "error", ""), "invalid_grant");
}

TEST_P(SessionLimits, ends_the_oldest_where_the_flow_says_so) {
  limit({{"userRealmLimit", "2"}, {"userClientLimit", "0"}, {"behavior", "Terminate oldest session"}});
  (void)sign_in(first_);
  server_.clock.advance(seconds{5});
  (void)sign_in(second_);
  server_.clock.advance(seconds{5});
  EXPECT_NE(location_parameter(sign_in_at("limited", third_), "code"), "");
  EXPECT_FALSE(is_signed_in(first_));
  EXPECT_TRUE(is_signed_in(second_));
}

TEST_P(SessionLimits, counts_no_session_that_is_over_and_none_that_is_renewed) {
  limit({{"userRealmLimit", "1"}, {"userClientLimit", "0"}});
  (void)sign_in(first_);
  server_.clock.advance(std::chrono::hours(11));
  EXPECT_NE(location_parameter(sign_in_at("limited", second_), "code"), "");
  const auto url =
      authorize_url({{"client_id", "limited"}, {"redirect_uri", "https://limited.example/cb"}, {"prompt", "login"}});
  const auto again = second_.submit(second_.get(url), {{"username", "ada"}, {"password", "correct-horse"}});
  EXPECT_NE(location_parameter(again, "code"), "");
}

}  // namespace
}  // namespace cardea::protocol
