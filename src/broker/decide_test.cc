#include "broker/decide.h"

#include <gtest/gtest.h>

namespace cardea::broker {
namespace {

struct Scene {
  IdentityProvider provider;
  UpstreamIdentity identity;
  FirstLoginRules rules{.may_create = true, .may_link = true};
  User ada;
  User bob;
  bool is_linked = false, knows_name = false, knows_email = false;

  Scene() {
    provider.alias = "up";
    ada.id = UserId("ada");
    bob.id = UserId("bob");
    identity.id = "u-1";
    identity.username = "ada";
    identity.email = "bob@demo.example";
  }
  Scene& mode(const std::string& name) {
    provider.config["userMatchingMode"] = name;
    return *this;
  }
  [[nodiscard]] MatchDecision decide() const {
    return match({.provider = provider,
                  .identity = identity,
                  .rules = rules,
                  .linked = is_linked ? &ada : nullptr,
                  .by_username = knows_name ? &ada : nullptr,
                  .by_email = knows_email ? &bob : nullptr});
  }
  [[nodiscard]] bool denies(DenyLogin reason) const {
    const auto decision = decide();
    const auto* denied = std::get_if<DenyLogin>(&decision);
    return denied != nullptr && *denied == reason;
  }
  [[nodiscard]] std::string confirms() const {
    const auto decision = decide();
    const auto* confirm = std::get_if<ConfirmLink>(&decision);
    return confirm == nullptr ? std::string() : confirm->user.str();
  }
  [[nodiscard]] std::string links() const {
    const auto decision = decide();
    const auto* link = std::get_if<LinkAndSignIn>(&decision);
    return link == nullptr ? std::string() : link->user.str();
  }
};

constexpr const char* kEveryMode[] = {"",           "confirm",       "identifier",   "email_link",
                                      "email_deny", "username_link", "username_deny"};

// Attack class 8: one choke point, and it comes before the link is looked at.
TEST(Match, refuses_link_only_providers_even_for_linked_accounts) {
  Scene scene;
  scene.provider.link_only = true;
  scene.is_linked = true;
  for (const auto* mode : kEveryMode) EXPECT_TRUE(scene.mode(mode).denies(DenyLogin::kLinkOnly)) << mode;
}

TEST(Match, refuses_unknown_modes) {
  Scene scene;
  scene.is_linked = true;
  EXPECT_TRUE(scene.mode("email").denies(DenyLogin::kBadMode));
}

// Attack class 7: without proof no mode links by itself.
TEST(Match, never_links_by_name_or_unproven_address) {
  for (const auto* mode : kEveryMode) {
    for (const bool verified : {false, true}) {
      Scene scene;
      scene.knows_name = true;
      scene.knows_email = true;
      scene.bob.email_verified = true;  // so that what the provider proves is all that is missing
      scene.identity.email_verified = verified;
      EXPECT_EQ(scene.mode(mode).links(), "") << mode;
    }
  }
}

// Whoever registered with somebody's address first must not get into the account together with them.
TEST(Match, refuses_to_link_by_itself_to_an_account_whose_address_is_not_proven) {
  Scene scene;
  scene.knows_email = true;
  scene.identity.email_is_proof = true;
  scene.bob.email_verified = false;
  EXPECT_EQ(scene.mode("email_link").links(), "");
  EXPECT_EQ(scene.mode("email_link").confirms(), "bob");
}

TEST(Match, links_by_a_proven_address_in_mode_email_link_alone) {
  for (const auto* mode : kEveryMode) {
    Scene scene;
    scene.knows_email = true;
    scene.identity.email_is_proof = true;
    scene.bob.email_verified = true;
    EXPECT_EQ(scene.mode(mode).links(), std::string_view(mode) == "email_link" ? "bob" : "") << mode;
  }
}

TEST(Match, asks_the_owner_of_an_account_that_exists) {
  Scene scene;
  scene.knows_name = true;
  for (const auto* mode : {"", "confirm", "identifier", "email_link", "username_link", "email_deny"}) {
    EXPECT_EQ(scene.mode(mode).confirms(), "ada") << mode;
  }
  scene.knows_email = true;
  EXPECT_EQ(scene.mode("").confirms(), "bob");
  scene.rules.may_link = false;
  EXPECT_TRUE(scene.denies(DenyLogin::kKnownAlready));
}

TEST(Match, follows_the_table_of_modes) {
  Scene scene;
  scene.is_linked = true;
  for (const auto* mode : kEveryMode) EXPECT_TRUE(std::holds_alternative<SignIn>(scene.mode(mode).decide())) << mode;
  scene.is_linked = false;
  for (const auto* mode : kEveryMode) {
    EXPECT_TRUE(std::holds_alternative<CreateAccount>(scene.mode(mode).decide())) << mode;
  }
  scene.knows_email = true;
  EXPECT_TRUE(scene.mode("email_deny").denies(DenyLogin::kKnownAlready));
  scene.knows_email = false;
  scene.knows_name = true;
  EXPECT_TRUE(scene.mode("username_deny").denies(DenyLogin::kKnownAlready));
  scene.knows_name = false;
  scene.identity.email.clear();
  EXPECT_TRUE(scene.mode("email_link").denies(DenyLogin::kNoEmail));
  EXPECT_TRUE(scene.mode("email_deny").denies(DenyLogin::kNoEmail));
  scene.identity.username.clear();
  EXPECT_TRUE(scene.mode("username_link").denies(DenyLogin::kNoUsername));
  EXPECT_TRUE(scene.mode("username_deny").denies(DenyLogin::kNoUsername));
  scene.rules.may_create = false;
  EXPECT_TRUE(scene.mode("").denies(DenyLogin::kNotOpen));
}

// ---- flows that are not run

TEST(FirstLogin, refuses_providers_with_a_flow_after_the_login) {
  IdentityProvider provider;
  EXPECT_FALSE(cannot_run(provider));
  provider.config = {{"doNotStoreUsers", "true"}};
  EXPECT_EQ(cannot_run(provider), "do_not_store_users_cannot_run");
  provider.config = {{"useJwksUrl", "false"}, {"publicKeySignatureVerifier", "MIIB"}};
  provider.kind = "google";
  EXPECT_EQ(cannot_run(provider), "pasted_key_cannot_run");
  provider.kind = "oidc";
  EXPECT_FALSE(cannot_run(provider));
  provider.config = {{"disableNonce", "true"}, {"pkceEnabled", "false"}};
  EXPECT_EQ(cannot_run(provider), "neither_nonce_nor_pkce_cannot_run");
  provider.config = {{"useJwksUrl", "false"}, {"publicKeySignatureVerifier", " "}, {"doNotStoreUsers", "false"}};
  EXPECT_FALSE(cannot_run(provider));
}

std::optional<FirstLoginRules> rules_of(const json::array& flows) {
  Realm realm;
  realm.extra["authenticationFlows"] = flows;
  realm.extra["firstBrokerLoginFlow"] = "first";
  std::vector<FlowProblem> problems;
  const auto set = FlowSet::read(realm, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_NE(set.find("first"), nullptr);
  return first_login_rules(set, realm, {});
}

json::object step(std::string_view authenticator, std::string_view requirement = "REQUIRED") {
  return {{"authenticator", authenticator}, {"requirement", requirement}, {"priority", 10}};
}

json::object sub_flow(std::string_view alias, std::string_view requirement) {
  return {{"flowAlias", alias}, {"authenticatorFlow", true}, {"requirement", requirement}, {"priority", 20}};
}

json::object flow(std::string_view alias, const json::array& executions) {
  return {{"alias", alias},
          {"providerId", "basic-flow"},
          {"topLevel", alias == "first"},
          {"authenticationExecutions", executions}};
}

TEST(FirstLogin, refuses_steps_that_stand_before_a_new_account_and_are_not_run) {
  const auto create = step("idp-create-user-if-unique");
  EXPECT_TRUE(rules_of({flow("first", {create})})->may_create);
  for (const auto* name : {"auth-otp-form", "webauthn-authenticator", "deny-access-authenticator", "idp-of-others"}) {
    EXPECT_FALSE(rules_of({flow("first", {create, step(name)})})) << name;
    EXPECT_TRUE(rules_of({flow("first", {create, step(name, "DISABLED")})})) << name;
  }
  EXPECT_FALSE(rules_of({flow("first", {sub_flow("deny", "CONDITIONAL"), create}),
                         flow("deny", {step("conditional-user-role"), step("deny-access-authenticator")})}));
  EXPECT_FALSE(rules_of(
      {flow("first", {sub_flow("some", "CONDITIONAL")}), flow("some", {step("conditional-user-attribute"), create})}));
}

TEST(FirstLogin, takes_a_second_factor_in_the_branch_that_signs_in_to_the_account) {
  const auto of = [](std::string_view name) {
    return rules_of({flow("first", {step("idp-create-user-if-unique", "ALTERNATIVE"), sub_flow("old", "ALTERNATIVE")}),
                     flow("old", {step("idp-username-password-form"), sub_flow("second", "CONDITIONAL")}),
                     flow("second", {step("conditional-user-configured"), step(name)})});
  };
  EXPECT_TRUE(of("auth-otp-form")->may_link);
  EXPECT_FALSE(of("deny-access-authenticator"));
}

TEST(FirstLogin, refuses_conditions_for_organizations_that_it_does_not_ask) {
  EXPECT_FALSE(rules_of({flow("first", {step("idp-create-user-if-unique"), sub_flow("org", "CONDITIONAL")}),
                         flow("org", {step("conditional-user-attribute"), step("idp-add-organization-member")})}));
}

// What Keycloak gives each realm.
TEST(FirstLogin, takes_conditions_for_organizations) {
  EXPECT_TRUE(rules_of({flow("first", {step("idp-create-user-if-unique"), sub_flow("org", "CONDITIONAL")}),
                        flow("org", {step("conditional-user-configured"), step("idp-add-organization-member")})})
                  ->may_join);
  EXPECT_FALSE(rules_of({flow("first", {step("idp-create-user-if-unique")})})->may_join);
}

}  // namespace
}  // namespace cardea::broker
