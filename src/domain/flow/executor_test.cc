#include "domain/flow/executor.h"

#include <gmock/gmock.h>

#include "domain/flow/automatic_steps.h"

namespace cardea {
namespace {

constexpr FormFacts kForms[] = {
    {.authenticator = "password", .proof = Proof::kPassword, .passkey_passes = true},
    {.authenticator = "username", .proof = Proof::kUsername, .passkey_passes = true},
    {.authenticator = "password-only", .proof = Proof::kPassword, .needs_user = true, .passkey_passes = true},
    {.authenticator = "passkey", .proof = Proof::kPasskey, .credential = "webauthn-passwordless"},
    {.authenticator = "webauthn",
     .proof = Proof::kWebauthn,
     .needs_user = true,
     .credential = "webauthn",
     .setup_action = "webauthn-register"},
    {.authenticator = "otp",
     .proof = Proof::kOtp,
     .needs_user = true,
     .credential = "otp",
     .setup_action = "CONFIGURE_TOTP"},
    {.authenticator = "recovery",
     .proof = Proof::kRecoveryCode,
     .needs_user = true,
     .credential = "recovery-authn-codes"},
    {.authenticator = "there", .proof = Proof::kUpstream},
};
const FormFacts* find_form(std::string_view name) {
  for (const auto& form : kForms) {
    if (form.authenticator == name) return &form;
  }
  return nullptr;
}

constexpr auto kR = Requirement::kRequired;
constexpr auto kA = Requirement::kAlternative;
constexpr auto kC = Requirement::kConditional;
constexpr auto kD = Requirement::kDisabled;

/// The id of a step is its authenticator, so tests read well.
Execution step(std::string name, Requirement requirement, std::map<std::string, std::string> config = {}) {
  return {.id = name, .requirement = requirement, .priority = 0, .what = FlowStep{name, std::move(config)}};
}
Flow flow(std::vector<Execution> executions) {
  return {.id = {}, .alias = "f", .provider = {}, .executions = std::move(executions)};
}
Execution sub(Requirement requirement, std::vector<Execution> executions) {
  return {.id = "sub", .requirement = requirement, .priority = 0, .what = flow(std::move(executions))};
}
Execution configured() { return step("conditional-user-configured", kR); }

const UserId kAda{"ada"};

struct Person {
  std::vector<std::pair<std::string, Proof>> passed;
  std::set<std::string, std::less<>> credentials;
  std::set<std::string, std::less<>> roles = {};
  bool has_session = false;
  bool may_set_up = true;
  std::map<std::string, std::string> attributes = {};
  bool passkeys = false;
  FlowLevels levels = {};
  std::optional<std::set<std::string, std::less<>>> scopes = {};
};

std::function<bool(std::string_view)> by_scopes(const Person& person) {
  if (!person.scopes) return {};
  return [&person](std::string_view scope) { return person.scopes->contains(scope); };
}

/// "ask a b", "denied reason" with what people are told, "complete", "complete after ACTION".
std::string outcome(const Flow& flow, const Person& person) {
  FlowProgress progress;
  if (!person.passed.empty()) progress.user = kAda;
  for (const auto& [execution, proof] : person.passed) progress.results.push_back({execution, proof, kAda});
  const auto has_attribute = [&](const AttributeCondition& condition) -> std::optional<bool> {
    if (condition.is_pattern || condition.includes_groups) return std::nullopt;
    const auto found = person.attributes.find(std::string(condition.name));
    return found != person.attributes.end() && found->second == condition.value;
  };
  const FlowSubject subject{person.credentials, [&](std::string_view role) { return person.roles.contains(role); },
                            has_attribute};
  const FlowInput input{.progress = progress,
                        .subject = subject,
                        .find_form = find_form,
                        .session_user = person.has_session ? &kAda : nullptr,
                        .may_set_up = [&](std::string_view) { return person.may_set_up; },
                        .passkeys = person.passkeys,
                        .levels = person.levels,
                        .asks_for_scope = by_scopes(person)};
  const auto decision = run_flow(flow, input);
  if (const auto* denied = std::get_if<Denied>(&decision)) {
    const auto& told = denied->message;
    return "denied " + std::string(describe(denied->reason)) + (told.empty() ? "" : ": " + told);
  }
  std::string out;
  if (const auto* ask = std::get_if<Ask>(&decision)) {
    out = "ask";
    for (const auto* choice : ask->choices) out += " " + choice->id;
    return out;
  }
  out = "complete";
  for (const auto level : std::get<Complete>(decision).levels) out += " level " + std::to_string(level);
  for (const auto& action : std::get<Complete>(decision).setup_actions) out += " after " + action;
  return out;
}

const std::pair<std::string, Proof> kPassword{"password", Proof::kPassword};
const std::pair<std::string, Proof> kUsername{"username", Proof::kUsername};
const std::pair<std::string, Proof> kOtp{"otp", Proof::kOtp};

struct Row {
  std::string name;
  Flow flow;
  Person person;
  std::string expected;
};

void check(const std::vector<Row>& rows) {
  for (const auto& row : rows) EXPECT_EQ(outcome(row.flow, row.person), row.expected) << row.name;
}

TEST(ExecutorTest, denies_what_has_nothing_to_pass) {
  check({
      {"an empty flow", flow({}), {}, "denied nothing_passed"},
      {"all disabled", flow({step("password", kD), sub(kD, {step("password", kR)})}), {}, "denied nothing_passed"},
      {"all disabled, password known", flow({step("password", kD)}), {{kPassword}, {}}, "denied nothing_passed"},
      {"an empty sub-flow", flow({sub(kR, {})}), {{kPassword}, {}}, "denied nothing_passed"},
      {"only a condition", flow({configured()}), {{kPassword}, {}}, "denied nothing_passed"},
      {"a condition without sub-flow", flow({step("password", kC)}), {{kPassword}, {}}, "denied unknown_step"},
      {"only conditional sub-flows that are off",
       flow({sub(kC, {configured(), step("otp", kR)})}),
       {{kPassword}, {}},
       "denied nothing_passed"},
      {"an unknown required step",
       flow({step("password", kR), step("magic", kR)}),
       {{kPassword}, {}},
       "denied unknown_step"},
      {"an unknown condition",
       flow({step("password", kR), sub(kC, {step("conditional-moon", kR), step("otp", kR)})}),
       {{kPassword}, {}},
       "denied unknown_step"},
      {"an unknown condition among known ones",
       flow({step("password", kR), sub(kC, {configured(), step("conditional-moon", kA), step("otp", kR)})}),
       {{kPassword}, {"otp"}},
       "denied unknown_step"},
      {"denied access",
       flow({step("password", kR), step("deny-access-authenticator", kR)}),
       {{kPassword}, {}},
       "denied access_denied"},
      {"nobody is asked first",
       flow({step("deny-access-authenticator", kR), step("password", kR)}),
       {},
       "denied access_denied"},
      {"allowed, but nobody was proven", flow({step("allow-access-authenticator", kR)}), {}, "denied nothing_passed"},
      {"a name is no proof", flow({step("username", kR)}), {{kUsername}, {}}, "denied nothing_passed"},
      {"a name and allow is no proof",
       flow({step("username", kR), step("allow-access-authenticator", kR)}),
       {{kUsername}, {}},
       "denied nothing_passed"},
      {"a step that needs a user", flow({step("otp", kR)}), {}, "denied no_user"},
      {"no credential and no way to make one",
       flow({step("password", kR), step("recovery", kR)}),
       {{kPassword}, {}},
       "denied credential_not_configured"},
      {"no credential and the action is off",
       flow({step("password", kR), step("otp", kR)}),
       {{kPassword}, {}, {}, false, false},
       "denied credential_not_configured"},
  });
}

TEST(ExecutorTest, a_required_step_is_never_skipped) {
  check({
      {"beside an alternative that passed",
       flow({step("password", kA), step("otp", kR)}),
       {{kPassword}, {"otp"}},
       "ask otp"},
      {"beside an alternative that passes by itself",
       flow({step("allow-access-authenticator", kA), step("password", kR)}),
       {},
       "ask password"},
      {"beside a session", flow({step("auth-cookie", kA), step("password", kR)}), {{}, {}, {}, true}, "ask password"},
      {"after a condition that is off",
       flow({step("password", kR), sub(kC, {configured(), step("recovery", kR)}), step("otp", kR)}),
       {{kPassword}, {"otp"}},
       "ask otp"},
      {"the second in a sub-flow",
       flow({sub(kA, {step("password", kR), step("otp", kR)})}),
       {{kPassword}, {"otp"}},
       "ask otp"},
      {"what stands behind a question is no way around it",
       flow({sub(kA, {step("password", kR), step("otp", kR)}), step("allow-access-authenticator", kA)}),
       {{kPassword}, {"otp"}},
       "ask otp"},
      {"a disabled sub-flow never runs",
       flow({sub(kD, {step("password", kR)}), step("username", kR)}),
       {{kPassword}, {}},
       "ask username"},
      {"conditional: everything matches",
       flow({step("password", kR), sub(kC, {configured(), step("otp", kR)})}),
       {{kPassword}, {"otp"}},
       "ask otp"},
      {"until something is proven every name is asked the same",
       flow({step("username", kR), sub(kC, {configured(), step("otp", kR)}), step("password-only", kR)}),
       {{kUsername}, {}},
       "ask otp"},
  });
}

TEST(ExecutorTest, results_count_only_for_their_step_and_subject) {
  check({
      {"another kind of proof",
       flow({step("password", kR), step("otp", kR)}),
       {{kPassword, {"otp", Proof::kPassword}}, {"otp"}},
       "denied foreign_result"},
      {"of another step",
       flow({step("password", kR), step("otp", kR)}),
       {{kPassword, {"other", Proof::kOtp}}, {"otp"}},
       "ask otp"},
  });
  FlowProgress progress{.user = kAda, .results = {{"password", Proof::kPassword, UserId("bob")}}};
  const FlowSubject subject;
  const auto decision =
      run_flow(flow({step("password", kR)}), {.progress = progress, .subject = subject, .find_form = find_form});
  EXPECT_TRUE(std::holds_alternative<Denied>(decision));
}

Flow browser() {
  return flow(
      {step("auth-cookie", kA), step("auth-spnego", kD), step("identity-provider-redirector", kA),
       sub(kA, {sub(kC, {configured(), step("organization", kA)})}),
       sub(kA, {step("password", kR),
                sub(kC, {configured(), step("conditional-credential", kR, {{"credentials", "webauthn-passwordless"}}),
                         step("otp", kA), step("webauthn-authenticator", kD), step("recovery", kA)})})});
}

TEST(ExecutorTest, the_built_in_browser_flow) {
  check({
      {"nobody", browser(), {}, "ask password"},
      {"a session", browser(), {{}, {}, {}, true}, "complete"},
      {"a password and nothing else", browser(), {{kPassword}, {}}, "complete"},
      {"a password and a second factor", browser(), {{kPassword}, {"otp"}}, "ask otp"},
      {"two second factors", browser(), {{kPassword}, {"otp", "recovery-authn-codes"}}, "ask otp recovery"},
      {"the other one alone", browser(), {{kPassword}, {"recovery-authn-codes"}}, "ask recovery"},
      {"both factors", browser(), {{kPassword, kOtp}, {"otp"}}, "complete"},
  });
}

TEST(ExecutorTest, alternatives) {
  check({
      {"one is enough", flow({step("recovery", kA), step("password", kA)}), {{kPassword}, {}}, "complete"},
      {"what was begun comes first",
       flow({step("password", kA), sub(kA, {step("username", kR), step("password-only", kR)})}),
       {{kUsername}, {}},
       "ask password-only password"},
      {"an unknown one is passed over", flow({step("magic", kA), step("password", kA)}), {}, "ask password"},
      {"all unknown", flow({step("magic", kA)}), {{kPassword}, {}}, "denied unknown_step"},
  });
}

TEST(ExecutorTest, a_required_credential_that_is_missing_is_set_up) {
  check({
      {"otp", flow({step("password", kR), step("otp", kR)}), {{kPassword}, {}}, "complete after CONFIGURE_TOTP"},
      {"not in an alternative",
       flow({step("password", kR), sub(kR, {step("otp", kA)})}),
       {{kPassword}, {}},
       "denied credential_not_configured"},
      {"not before something is proven", flow({step("username", kR), step("otp", kR)}), {{kUsername}, {}}, "ask otp"},
  });
}

TEST(ExecutorTest, conditions) {
  const auto by_role = [](std::map<std::string, std::string> config) {
    return flow(
        {step("password", kR), sub(kC, {step("conditional-user-role", kR, std::move(config)), step("otp", kR)})});
  };
  const auto by_credential = [](std::map<std::string, std::string> config) {
    return flow(
        {step("password", kR), sub(kC, {step("conditional-credential", kR, std::move(config)), step("otp", kR)})});
  };
  check({
      {"no role named", by_role({}), {{kPassword}, {"otp"}}, "denied unknown_step"},
      {"has the role", by_role({{"condUserRole", "admin"}}), {{kPassword}, {"otp"}, {"admin"}}, "ask otp"},
      {"has it not", by_role({{"condUserRole", "admin"}}), {{kPassword}, {"otp"}, {"app.user"}}, "complete"},
      {"negated", by_role({{"condUserRole", "admin"}, {"negate", "true"}}), {{kPassword}, {"otp"}}, "ask otp"},
      {"denied by role",
       flow({step("password", kR), sub(kC, {step("conditional-user-role", kR, {{"condUserRole", "app.user"}}),
                                            step("deny-access-authenticator", kR)})}),
       {{kPassword}, {}, {"app.user"}},
       "denied access_denied"},
      {"credential used",
       by_credential({{"credentials", "otp##password"}, {"included", "true"}}),
       {{kPassword}, {"otp"}},
       "ask otp"},
      {"credential used, not wanted", by_credential({{"credentials", "password"}}), {{kPassword}, {"otp"}}, "complete"},
      {"credential not used", by_credential({{"credentials", "otp"}}), {{kPassword}, {"otp"}}, "ask otp"},
      {"no condition: never",
       flow({step("password", kR), sub(kC, {step("otp", kR)})}),
       {{kPassword}, {"otp"}},
       "complete"},
      {"one of two does not hold",
       flow({step("password", kR),
             sub(kC, {configured(), step("conditional-user-role", kR, {{"condUserRole", "admin"}}), step("otp", kR)})}),
       {{kPassword}, {"otp"}},
       "complete"},
      {"a disabled condition is not there",
       flow({step("password", kR), sub(kC, {configured(), step("conditional-moon", kD), step("otp", kR)})}),
       {{kPassword}, {"otp"}},
       "ask otp"},
  });
}

TEST(ExecutorTest, passkeys_pass_for_a_password_only_where_the_realm_says_so) {
  const auto passkey_at = [](std::string step) { return std::pair(std::move(step), Proof::kPasskey); };
  const auto two = flow({step("username", kR), step("password-only", kR)});
  const auto guarded = flow({step("password", kR), sub(kC, {configured(), step("otp", kR)})});
  const auto included =
      flow({step("password", kR),
            sub(kC, {configured(), step("conditional-credential", kR, {{"credentials", "webauthn-passwordless"}}),
                     step("otp", kR)})});
  check({
      {"off", flow({step("password", kR)}), {{passkey_at("password")}, {}}, "denied foreign_result"},
      {"off, elsewhere",
       flow({step("passkey", kR), step("password", kR)}),
       {{passkey_at("passkey")}, {}},
       "ask password"},
      {"on",
       flow({step("password", kR)}),
       {.passed = {passkey_at("password")}, .credentials = {}, .passkeys = true},
       "complete"},
      {"for name and password",
       two,
       {.passed = {passkey_at("username")}, .credentials = {}, .passkeys = true},
       "complete"},
      {"an otp is no passkey",
       flow({step("password", kR)}),
       {.passed = {{"password", Proof::kOtp}}, .credentials = {}, .passkeys = true},
       "denied foreign_result"},
      {"a security key is no passkey",
       flow({step("password", kR)}),
       {.passed = {{"password", Proof::kWebauthn}}, .credentials = {}, .passkeys = true},
       "denied foreign_result"},
      {"no second factor by it",
       flow({step("password", kR), step("webauthn", kR)}),
       {.passed = {passkey_at("password")}, .credentials = {"webauthn"}, .passkeys = true},
       "ask webauthn"},
      {"a second factor is still asked for",
       guarded,
       {.passed = {passkey_at("password")}, .credentials = {"otp"}, .passkeys = true},
       "ask otp"},
      {"unless the flow leaves it out",
       included,
       {.passed = {passkey_at("password")}, .credentials = {"otp"}, .passkeys = true},
       "complete"},
      {"and with a password it is asked for",
       included,
       {.passed = {kPassword}, .credentials = {"otp"}, .passkeys = true},
       "ask otp"},
  });
}

TEST(ExecutorTest, attributes) {
  const auto by = [](std::map<std::string, std::string> config) {
    return flow(
        {step("password", kR), sub(kC, {step("conditional-user-attribute", kR, std::move(config)), step("otp", kR)})});
  };
  const std::map<std::string, std::string> strong = {{"attribute_name", "level"}, {"attribute_expected_value", "high"}};
  auto negated = strong, pattern = strong;
  negated["not"] = "true";
  pattern["regex"] = "true";
  check({
      {"no name", by({}), {{kPassword}, {"otp"}}, "denied unknown_step"},
      {"cannot be judged", by(pattern), {{kPassword}, {"otp"}}, "denied unknown_step"},
      {"has it",
       by(strong),
       {.passed = {kPassword}, .credentials = {"otp"}, .attributes = {{"level", "high"}}},
       "ask otp"},
      {"another value",
       by(strong),
       {.passed = {kPassword}, .credentials = {"otp"}, .attributes = {{"level", "low"}}},
       "complete"},
      {"negated", by(negated), {{kPassword}, {"otp"}}, "ask otp"},
  });
}

TEST(ExecutorTest, scopes) {
  const auto by_scope = [](std::map<std::string, std::string> config) {
    return flow(
        {step("password", kR), sub(kC, {step("conditional-client-scope", kR, std::move(config)), step("otp", kR)})});
  };
  const auto asking = [](std::set<std::string, std::less<>> scopes) {
    return Person{.passed = {kPassword}, .credentials = {"otp"}, .scopes = std::move(scopes)};
  };
  check({
      {"no scope named", by_scope({}), asking({"phone"}), "denied unknown_step"},
      {"not known what is asked for",
       by_scope({{"client_scope", "phone"}}),
       {{kPassword}, {"otp"}},
       "denied unknown_step"},
      {"asked for", by_scope({{"client_scope", "phone"}}), asking({"openid", "phone"}), "ask otp"},
      {"not asked for", by_scope({{"client_scope", "phone"}}), asking({"openid"}), "complete"},
      {"negated", by_scope({{"client_scope", "phone"}, {"negate", "true"}}), asking({"openid"}), "ask otp"},
  });
}

TEST(ExecutorTest, says_what_the_administrator_has_people_told) {
  check({{"denied by role, with words",
          flow({step("password", kR),
                sub(kC, {step("conditional-user-role", kR, {{"condUserRole", "app.user"}}),
                         step("deny-access-authenticator", kR, {{"denyErrorMessage", "Ask the front desk"}})})}),
          {{kPassword}, {}, {"app.user"}},
          "denied access_denied: Ask the front desk"}});
}

TEST(ExecutorTest, sub_flows_that_were_passed) {
  const auto named = [](std::string alias, Requirement requirement, std::vector<Execution> executions) {
    auto out = sub(requirement, std::move(executions));
    std::get<Flow>(out.what).alias = std::move(alias);
    return out;
  };
  const auto by = [&](std::string alias, std::string result) {
    return flow({step("password", kR), named("second", kC, {configured(), step("otp", kR)}),
                 named("third", kC,
                       {step("conditional-sub-flow-executed", kR,
                             {{"flow_to_check", std::move(alias)}, {"check_result", std::move(result)}}),
                        step("webauthn", kR)})});
  };
  const std::set<std::string, std::less<>> both = {"otp", "webauthn"}, key = {"webauthn"};
  check({
      {"not configured", by("second", ""), {{kPassword}, {}}, "denied unknown_step"},
      {"no flow named", by("", "executed"), {{kPassword}, {}}, "denied unknown_step"},
      {"asked for first", by("second", "executed"), {{kPassword}, both}, "ask otp"},
      {"executed", by("second", "executed"), {{kPassword, kOtp}, both}, "ask webauthn"},
      {"left out", by("second", "executed"), {{kPassword}, key}, "complete"},
      {"not executed", by("second", "not-executed"), {{kPassword}, key}, "ask webauthn"},
      {"executed, and not wanted", by("second", "not-executed"), {{kPassword, kOtp}, both}, "complete"},
  });
}

TEST(ExecutorTest, levels_of_authentication) {
  const auto level = [](std::string number, Execution factor, std::string age = "100") {
    return sub(kC, {step("conditional-level-of-authentication", kR,
                         {{"loa-condition-level", std::move(number)}, {"loa-max-age", std::move(age)}}),
                    std::move(factor)});
  };
  const auto stepped = flow({level("1", step("password", kR)), level("2", step("otp", kR))});
  const auto asks = [](int requested, std::map<int, std::int64_t> earlier = {}) {
    return FlowLevels{.requested = requested, .earlier = std::move(earlier), .now = 1000};
  };
  check({
      {"no number", flow({level("x", step("password", kR))}), {{kPassword}, {}}, "denied unknown_step"},
      {"a negative one", flow({level("-1", step("password", kR))}), {{kPassword}, {}}, "denied unknown_step"},
      {"nothing asked for: the first", stepped, {}, "ask password"},
      {"nothing asked for: done", stepped, {{kPassword}, {"otp"}}, "complete level 1"},
      {"the second", stepped, {.passed = {kPassword}, .credentials = {"otp"}, .levels = asks(2)}, "ask otp"},
      {"both",
       stepped,
       {.passed = {kPassword, kOtp}, .credentials = {"otp"}, .levels = asks(2)},
       "complete level 1 level 2"},
      {"the second, and nothing to do it with",
       stepped,
       {.passed = {kPassword}, .credentials = {}, .levels = asks(2)},
       "complete level 1 level 2 after CONFIGURE_TOTP"},
      {"a level above all",
       stepped,
       {.passed = {kPassword, kOtp}, .credentials = {"otp"}, .levels = asks(3)},
       "complete level 1 level 2"},
      {"an earlier level does not stand for the first proof",
       stepped,
       {.passed = {}, .credentials = {}, .levels = asks(2, {{1, 990}, {2, 990}})},
       "ask password"},
      {"an earlier second level holds",
       stepped,
       {.passed = {kPassword}, .credentials = {"otp"}, .levels = asks(2, {{2, 990}})},
       "complete level 1"},
      {"not when it is too old",
       stepped,
       {.passed = {kPassword}, .credentials = {"otp"}, .levels = asks(2, {{2, 900}})},
       "ask otp"},
  });
}

TEST(ExecutorTest, levels_that_another_provider_vouches_for) {
  const auto level = [](std::string number, Execution factor) {
    return sub(kC, {step("conditional-level-of-authentication", kR,
                         {{"loa-condition-level", std::move(number)}, {"loa-max-age", "100"}}),
                    std::move(factor)});
  };
  const auto stepped = flow({level("1", step("there", kR)), level("2", step("otp", kR))});
  const auto vouched = [](int level, std::int64_t at) {
    return FlowLevels{.requested = 2, .earlier = {}, .now = 1000, .vouched = level, .vouched_at = at};
  };
  const std::pair<std::string, Proof> there{"there", Proof::kUpstream};
  check({
      {"not for the level",
       stepped,
       {.passed = {there}, .credentials = {"otp"}, .levels = vouched(1, 1000)},
       "ask otp"},
      {"too old", stepped, {.passed = {there}, .credentials = {"otp"}, .levels = vouched(2, 900)}, "ask otp"},
      {"it counts",
       stepped,
       {.passed = {there}, .credentials = {"otp"}, .levels = vouched(2, 901)},
       "complete level 1 level 2"},
      {"what was begun is not left out",
       stepped,
       {.passed = {there, kOtp}, .credentials = {"otp"}, .levels = vouched(2, 1000)},
       "complete level 1 level 2"},
  });
  const auto local = flow({level("1", step("password", kR)), level("2", step("otp", kR))});
  check({{"nobody was there in this login",
          local,
          {.passed = {kPassword, kOtp}, .credentials = {"otp"}, .levels = vouched(3, 1000)},
          "complete level 1 level 2"}});
}

TEST(ExecutorTest, levels_that_a_session_still_reaches) {
  const auto level = [](std::string number, std::string age) {
    return sub(kC, {step("conditional-level-of-authentication", kR,
                         {{"loa-condition-level", std::move(number)}, {"loa-max-age", std::move(age)}}),
                    step("password", kR)});
  };
  const auto stepped =
      flow({step("auth-cookie", kA), sub(kA, {level("1", "500"), level("2", "100"), level("3", "0")})});
  const auto reached = [&](std::map<int, std::int64_t> earlier) {
    return level_still_reached(stepped, {.requested = kNoLevel, .earlier = std::move(earlier), .now = 1000});
  };
  EXPECT_EQ(reached({}), kNoLevel);
  EXPECT_EQ(reached({{1, 501}}), 1);
  EXPECT_EQ(reached({{1, 500}}), kNoLevel) << "its age is up";
  EXPECT_EQ(reached({{2, 999}}), kNoLevel) << "the level below is missing";
  EXPECT_EQ(reached({{1, 999}, {2, 999}}), 2);
  EXPECT_EQ(reached({{1, 999}, {2, 900}}), 1);
  EXPECT_EQ(reached({{1, 999}, {2, 999}, {3, 1000}}), 2) << "an age of nothing never holds";
  EXPECT_EQ(level_still_reached(flow({step("password", kR)}), {.requested = 1, .earlier = {{1, 999}}, .now = 1000}),
            kNoLevel);
}

TEST(ExecutorTest, uses_authenticator_looks_into_what_can_run) {
  EXPECT_TRUE(uses_authenticator(browser(), "organization"));
  EXPECT_FALSE(uses_authenticator(browser(), "auth-spnego"));
  EXPECT_FALSE(uses_authenticator(flow({sub(kD, {step("password", kR)})}), "password"));
}

}  // namespace
}  // namespace cardea
