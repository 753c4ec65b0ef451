#include "domain/flow/automatic_steps.h"

#include <algorithm>

#include "base/text.h"

namespace cardea {
namespace {

constexpr std::int64_t kLevelMaxAge = 36000;  // Keycloak's default

AutomaticAnswer cookie(const FlowInput& input) {
  const bool passes = input.session_user != nullptr && !input.steps_up;
  return passes ? AutomaticAnswer::kPasses : AutomaticAnswer::kDoesNotApply;
}
// Kerberos is not spoken here; organizations are off.
AutomaticAnswer never(const FlowInput&) { return AutomaticAnswer::kDoesNotApply; }
AutomaticAnswer allow(const FlowInput&) { return AutomaticAnswer::kPasses; }
AutomaticAnswer deny(const FlowInput&) { return AutomaticAnswer::kDenies; }

constexpr AutomaticStep kAutomatic[] = {
    {"auth-cookie", cookie},
    {"auth-spnego", never},
    {"organization", never},
    {"allow-access-authenticator", allow},
    {"deny-access-authenticator", deny},
    {"user-session-limits", allow},  // kept where the session is made (core/session_limits.h)
};

// Is it known whose login this is, by a credential or by a session?
bool is_known(const FlowInput& input) { return input.progress.is_proven() || input.steps_up; }

// All REQUIRED steps beside the condition, or else one of the ALTERNATIVE ones.
ConditionAnswer user_configured(const ConditionScene& scene) {
  const auto& input = scene.input;
  const auto& beside = scene.beside;
  const bool somebody = input.steps_up || !input.progress.user.str().empty() || !input.progress.results.empty();
  if (!somebody) return ConditionAnswer::kUnknown;
  bool has_required = false, all_required = true, has_alternative = false, one_alternative = false;
  for (const auto& execution : beside.executions) {
    const auto* step = execution.step();
    if (step == nullptr || is_condition(step->authenticator)) continue;
    const bool configured = is_configured(input, step->authenticator);
    if (execution.requirement == Requirement::kRequired) {
      has_required = true;
      all_required = all_required && configured;
    } else if (execution.requirement == Requirement::kAlternative) {
      has_alternative = true;
      one_alternative = one_alternative || configured;
    }
  }
  const bool holds = has_required ? all_required : !has_alternative || one_alternative;
  return holds ? ConditionAnswer::kHolds : ConditionAnswer::kDoesNotHold;
}

std::string_view config_of(const FlowStep& step, std::string_view name) {
  const auto found = step.config.find(std::string(name));
  return found == step.config.end() ? std::string_view() : std::string_view(found->second);
}

// config: condUserRole ("role" or "client.role"), negate.
ConditionAnswer user_role(const ConditionScene& scene) {
  const auto& input = scene.input;
  const auto& step = scene.step;
  const auto role = config_of(step, "condUserRole");
  if (role.empty() || !input.subject.has_role || !is_known(input)) return ConditionAnswer::kUnknown;
  const bool negate = config_of(step, "negate") == "true";
  return input.subject.has_role(role) != negate ? ConditionAnswer::kHolds : ConditionAnswer::kDoesNotHold;
}

// config: credentials ("type##type", "none"), included. Holds when one of them was used in this login ("included"), or
// when none was.
ConditionAnswer credential_used(const ConditionScene& scene) {
  const auto& input = scene.input;
  const auto& step = scene.step;
  const auto listed = split(config_of(step, "credentials"), std::string_view("##"));
  const auto lists = [&listed](std::string_view type) { return std::ranges::find(listed, type) != listed.end(); };
  bool used_any = false, used_listed = false;
  for (const auto& result : input.progress.results) {
    const auto type = facts_of(result.proof).credential;
    if (type.empty()) continue;
    used_any = true;
    used_listed = used_listed || lists(type);
  }
  if (!used_any) used_listed = lists("none");
  return used_listed == (config_of(step, "included") == "true") ? ConditionAnswer::kHolds
                                                                : ConditionAnswer::kDoesNotHold;
}

ConditionAnswer answer_of(bool holds) { return holds ? ConditionAnswer::kHolds : ConditionAnswer::kDoesNotHold; }

// config: attribute_name, attribute_expected_value, not, regex, include_group_attributes.
ConditionAnswer user_attribute(const ConditionScene& scene) {
  const AttributeCondition condition{.name = config_of(scene.step, "attribute_name"),
                                     .value = config_of(scene.step, "attribute_expected_value"),
                                     .is_pattern = config_of(scene.step, "regex") == "true",
                                     .includes_groups = config_of(scene.step, "include_group_attributes") == "true"};
  if (condition.name.empty() || !scene.input.subject.has_attribute || !is_known(scene.input)) {
    return ConditionAnswer::kUnknown;
  }
  const auto has = scene.input.subject.has_attribute(condition);
  if (!has) return ConditionAnswer::kUnknown;
  return answer_of(*has != (config_of(scene.step, "not") == "true"));
}

// config: client_scope (its name), negate. As Keycloak: default scopes of the client count as asked for.
ConditionAnswer client_scope(const ConditionScene& scene) {
  const auto name = config_of(scene.step, "client_scope");
  if (name.empty() || !scene.input.asks_for_scope) return ConditionAnswer::kUnknown;
  return answer_of(scene.input.asks_for_scope(name) != (config_of(scene.step, "negate") == "true"));
}

// config: flow_to_check (an alias), check_result ("executed", "not-executed").
ConditionAnswer sub_flow_executed(const ConditionScene& scene) {
  const auto alias = config_of(scene.step, "flow_to_check");
  const auto wanted = config_of(scene.step, "check_result");
  if (alias.empty() || (wanted != "executed" && wanted != "not-executed")) return ConditionAnswer::kUnknown;
  return answer_of(scene.executed.contains(alias) == (wanted == "executed"));
}

std::optional<LevelRule> read_level_rule(const FlowStep& step) {
  LevelRule out{.level = 0, .max_age = kLevelMaxAge};
  if (const auto level = config_of(step, "loa-condition-level"); !level.empty()) {
    const auto number = parse_integer<int>(level);
    if (!number || *number < 0) return std::nullopt;
    out.level = *number;
  }
  if (const auto age = config_of(step, "loa-max-age"); !age.empty()) {
    const auto number = parse_integer<std::int64_t>(age);
    if (!number || *number < 0) return std::nullopt;
    out.max_age = *number;
  }
  return out;
}

bool is_still_reached(const FlowLevels& levels, const LevelRule& rule) {
  const auto found = levels.earlier.find(rule.level);
  return found != levels.earlier.end() && levels.now - found->second < rule.max_age;
}

bool is_vouched_for(const FlowLevels& levels, const LevelRule& rule) {
  return levels.vouched >= rule.level && levels.now - levels.vouched_at < rule.max_age;
}

// The first level always runs; a higher one when it was asked for and does not hold any more from before. What was
// proven in it counts whoever else vouches for the same.
ConditionAnswer level_of_authentication(const ConditionScene& scene) {
  const auto rule = read_level_rule(scene.step);
  if (!rule) return ConditionAnswer::kUnknown;
  if (scene.level == kNoLevel) return ConditionAnswer::kHolds;
  const auto& levels = scene.input.levels;
  const auto has_begun = [&](const Execution& child) { return has_result(child, scene.input.progress); };
  const bool is_asked = !is_vouched_for(levels, *rule) || std::ranges::any_of(scene.beside.executions, has_begun);
  return answer_of(levels.requested >= rule->level && !is_still_reached(levels, *rule) && is_asked);
}

// Every level of the tree, what is disabled left out.
// NOLINTNEXTLINE(misc-no-recursion): the tree's depth is bounded by kFlowDepthMax
void collect_levels(const Flow& flow, std::map<int, LevelRule>& rules) {
  for (const auto& execution : flow.executions) {
    if (execution.requirement == Requirement::kDisabled) continue;
    if (const auto* inner = execution.flow()) collect_levels(*inner, rules);
    if (const auto rule = level_rule(execution)) rules.insert_or_assign(rule->level, *rule);
  }
}

constexpr Condition kConditions[] = {
    {"conditional-user-configured", user_configured},     {"conditional-user-role", user_role},
    {"conditional-credential", credential_used},          {"conditional-user-attribute", user_attribute},
    {"conditional-sub-flow-executed", sub_flow_executed}, {kLevelCondition, level_of_authentication},
    {"conditional-client-scope", client_scope},
};

}  // namespace

const AutomaticStep* find_automatic(std::string_view authenticator) {
  const auto* found = std::ranges::find(kAutomatic, authenticator, &AutomaticStep::authenticator);
  return found == std::end(kAutomatic) ? nullptr : found;
}

std::string deny_message(const FlowStep& step) { return std::string(config_of(step, "denyErrorMessage")); }

const Condition* find_condition(std::string_view authenticator) {
  const auto* found = std::ranges::find(kConditions, authenticator, &Condition::authenticator);
  return found == std::end(kConditions) ? nullptr : found;
}

std::optional<LevelRule> level_rule(const Execution& execution) {
  const auto* step = execution.step();
  if (step == nullptr || step->authenticator != kLevelCondition) return std::nullopt;
  return read_level_rule(*step);
}

int level_still_reached(const Flow& flow, const FlowLevels& levels) {
  std::map<int, LevelRule> rules;
  collect_levels(flow, rules);
  int reached = kNoLevel;
  for (const auto& [level, rule] : rules) {
    if (!is_still_reached(levels, rule)) break;
    reached = level;
  }
  return reached;
}

void add_vouched_levels(const Flow& flow, const FlowLevels& levels, std::vector<int>& reached) {
  std::map<int, LevelRule> rules;
  collect_levels(flow, rules);
  for (const auto& [level, rule] : rules) {
    if (std::ranges::find(reached, level) != reached.end() || is_still_reached(levels, rule)) continue;
    if (!is_vouched_for(levels, rule)) break;
    reached.push_back(level);
  }
}

// NOLINTNEXTLINE(misc-no-recursion): the tree's depth is bounded by kFlowDepthMax
bool has_result(const Execution& execution, const FlowProgress& progress) {
  const auto* inner = execution.flow();
  if (inner == nullptr) return progress.find(execution.id) != nullptr;
  return std::ranges::any_of(inner->executions,
                             [&progress](const Execution& child) { return has_result(child, progress); });
}

bool is_condition(std::string_view authenticator) {
  return authenticator.starts_with("conditional-") || find_condition(authenticator) != nullptr;
}

bool is_configured(const FlowInput& input, std::string_view authenticator) {
  if (const auto* automatic = find_automatic(authenticator)) {
    return automatic->answer(input) != AutomaticAnswer::kDoesNotApply;
  }
  const auto* form = input.find_form == nullptr ? nullptr : input.find_form(authenticator);
  if (form == nullptr) return false;
  if (form->credential.empty() || !is_known(input)) return true;
  return input.subject.credentials.contains(form->credential);
}

}  // namespace cardea
