#include "login/reset_flow.h"

#include <gmock/gmock.h>

#include "base/json.h"

namespace cardea::login {
namespace {

using testing::ElementsAre;
using Actions = std::optional<std::vector<std::string>>;

/// `executions` of the flow "mine", which the realm is bound to; empty: the realm says nothing of flows.
RealmEntry realm_with(std::string_view executions, std::string_view more_flows = "") {
  RealmEntry entry;
  entry.realm.reset_password_allowed = true;
  if (!executions.empty()) {
    entry.realm.extra["resetCredentialsFlow"] = "mine";
    entry.realm.extra["authenticationFlows"] =
        json::parse(R"([{"alias":"mine","topLevel":true,"authenticationExecutions":[)" + std::string(executions) +
                    "]}" + std::string(more_flows) + "]");
  }
  std::vector<FlowProblem> problems;
  entry.flows = FlowSet::read(entry.realm, problems);
  return entry;
}

std::string step(std::string_view authenticator, int priority, std::string_view requirement = "REQUIRED") {
  return R"({"authenticator":")" + std::string(authenticator) + R"(","requirement":")" + std::string(requirement) +
         R"(","priority":)" + std::to_string(priority) + "}";
}

const std::string kName = step("reset-credentials-choose-user", 10);
const std::string kMail = step("reset-credential-email", 20);
const std::string kPassword = step("reset-password", 30);

User ada() {
  User user;
  user.id = UserId("ada");
  user.attributes["team"] = {"red"};
  return user;
}

Actions actions(const RealmEntry& realm, std::set<std::string, std::less<>> credentials = {"password"},
                const EffectiveRoles* roles = nullptr) {
  return actions_of_reset(realm, ada(), std::move(credentials), roles);
}

TEST(ResetFlow, refuses_flows_that_would_give_an_account_away_for_a_name) {
  EXPECT_FALSE(can_reset(realm_with(kName + "," + kPassword)));
  EXPECT_FALSE(can_reset(realm_with(kName + "," + step("reset-credential-email", 20, "DISABLED") + "," + kPassword)));
  EXPECT_FALSE(can_reset(realm_with(kName + "," + step("reset-credential-email", 20, "ALTERNATIVE") + "," + kPassword)))
      << "beside required ones an alternative does not count";
  EXPECT_FALSE(can_reset(realm_with(kName + "," + step("reset-password", 15) + "," + kMail)))
      << "nothing is laid on anybody before the mail was read";
  EXPECT_FALSE(can_reset(realm_with(kMail + "," + kPassword))) << "whose mail";
}

TEST(ResetFlow, refuses_flows_it_cannot_run) {
  EXPECT_FALSE(can_reset(realm_with(kName + "," + kMail + "," + step("auth-otp-form", 40))));
  EXPECT_FALSE(can_reset(realm_with(kName + "," + kMail + "," + step("my-own-authenticator", 40))));
  EXPECT_FALSE(can_reset(realm_with(kName + "," + kMail + R"(,{"flowAlias":"gone","requirement":"REQUIRED"})")));
  EXPECT_TRUE(can_reset(realm_with(kName + "," + kMail + "," + step("my-own-authenticator", 40, "DISABLED"))));
  auto unbound = realm_with(kName + "," + kMail);
  unbound.realm.extra["resetCredentialsFlow"] = "another";
  std::vector<FlowProblem> problems;
  unbound.flows = FlowSet::read(unbound.realm, problems);
  EXPECT_FALSE(can_reset(unbound));
  auto closed = realm_with("");
  closed.realm.reset_password_allowed = false;
  EXPECT_FALSE(can_reset(closed));
}

TEST(ResetFlow, refuses_people_whom_the_flow_denies) {
  const auto deny = R"(,{"flowAlias":"red team","requirement":"CONDITIONAL","priority":25})";
  const auto red = R"(,{"alias":"red team","topLevel":false,"authenticationExecutions":[
      {"authenticator":"conditional-user-attribute","requirement":"REQUIRED","authenticatorConfig":"red","priority":1},
      {"authenticator":"deny-access-authenticator","requirement":"REQUIRED","priority":2}]})";
  auto realm = realm_with(kName + "," + kMail + deny + "," + kPassword, red);
  realm.realm.extra["authenticatorConfig"] =
      json::parse(R"([{"alias":"red","config":{"attribute_name":"team","attribute_expected_value":"red"}}])");
  std::vector<FlowProblem> problems;
  realm.flows = FlowSet::read(realm.realm, problems);
  ASSERT_TRUE(can_reset(realm));
  EXPECT_EQ(actions(realm), std::nullopt);
}

TEST(ResetFlow, refuses_people_with_the_role_that_the_flow_denies_and_nobody_else) {
  const auto deny = R"(,{"flowAlias":"officers","requirement":"CONDITIONAL","priority":25})";
  const auto officers = R"(,{"alias":"officers","topLevel":false,"authenticationExecutions":[
      {"authenticator":"conditional-user-role","requirement":"REQUIRED","authenticatorConfig":"officer","priority":1},
      {"authenticator":"deny-access-authenticator","requirement":"REQUIRED","priority":2}]})";
  auto realm = realm_with(kName + "," + kMail + deny + "," + kPassword, officers);
  realm.realm.extra["authenticatorConfig"] =
      json::parse(R"([{"alias":"officer","config":{"condUserRole":"app.officer"}}])");
  std::vector<FlowProblem> problems;
  realm.flows = FlowSet::read(realm.realm, problems);
  EffectiveRoles with, without;
  with.items.push_back({.id = "1", .client_id = "app", .name = "officer"});
  without.items.push_back({.id = "2", .client_id = "", .name = "officer"});
  EXPECT_EQ(actions(realm, {"password"}, &with), std::nullopt);
  EXPECT_EQ(actions(realm, {"password"}, nullptr), std::nullopt) << "who is not known is not let pass";
  ASSERT_TRUE(actions(realm, {"password"}, &without));
  EXPECT_THAT(*actions(realm, {"password"}, &without), ElementsAre("UPDATE_PASSWORD"));
}

TEST(ResetFlow, lays_on_people_what_the_flow_requires) {
  EXPECT_THAT(*actions(realm_with(kName + "," + kMail + "," + kPassword)), ElementsAre("UPDATE_PASSWORD"));
  EXPECT_THAT(*actions(realm_with(kName + "," + kMail + "," + kPassword + "," + step("reset-otp", 40))),
              ElementsAre("UPDATE_PASSWORD", "CONFIGURE_TOTP"));
  EXPECT_THAT(*actions(realm_with(kName + "," + kMail + "," + step("reset-password", 30, "DISABLED") + "," +
                                  step("reset-otp", 40))),
              ElementsAre("CONFIGURE_TOTP"));
  EXPECT_EQ(actions(realm_with(kName + "," + kMail)), std::nullopt) << "there is nothing to do";
}

TEST(ResetFlow, the_usual_flow_resets_the_second_factor_of_those_who_have_one) {
  const auto usual = realm_with("");
  ASSERT_TRUE(can_reset(usual));
  EXPECT_THAT(*actions(usual), ElementsAre("UPDATE_PASSWORD"));
  EXPECT_THAT(*actions(usual, {"password", "otp"}), ElementsAre("UPDATE_PASSWORD", "CONFIGURE_TOTP"));
}

}  // namespace
}  // namespace cardea::login
