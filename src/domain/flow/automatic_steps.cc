#include "domain/flow/automatic_steps.h"

#include <algorithm>

#include "base/text.h"

namespace cardea {
namespace {

AutomaticAnswer cookie(const FlowInput& input) {
  return input.session_user != nullptr ? AutomaticAnswer::kPasses : AutomaticAnswer::kDoesNotApply;
}
// Kerberos is not spoken here; there is no upstream provider yet; organizations are off.
AutomaticAnswer never(const FlowInput&) { return AutomaticAnswer::kDoesNotApply; }
AutomaticAnswer allow(const FlowInput&) { return AutomaticAnswer::kPasses; }
AutomaticAnswer deny(const FlowInput&) { return AutomaticAnswer::kDenies; }

constexpr AutomaticStep kAutomatic[] = {
    {"auth-cookie", cookie},
    {"auth-spnego", never},
    {"identity-provider-redirector", never},
    {"organization", never},
    {"allow-access-authenticator", allow},
    {"deny-access-authenticator", deny},
};

// All REQUIRED steps beside the condition, or else one of the ALTERNATIVE ones.
ConditionAnswer user_configured(const FlowInput& input, const FlowStep&, const Flow& beside) {
  if (input.progress.user.str().empty() && input.progress.results.empty()) return ConditionAnswer::kUnknown;
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
ConditionAnswer user_role(const FlowInput& input, const FlowStep& step, const Flow&) {
  const auto role = config_of(step, "condUserRole");
  if (role.empty() || !input.subject.has_role || !input.progress.is_proven()) return ConditionAnswer::kUnknown;
  const bool negate = config_of(step, "negate") == "true";
  return input.subject.has_role(role) != negate ? ConditionAnswer::kHolds : ConditionAnswer::kDoesNotHold;
}

// config: credentials ("type##type", "none"), included. Holds when one of them was used in this login ("included"), or
// when none was.
ConditionAnswer credential_used(const FlowInput& input, const FlowStep& step, const Flow&) {
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

constexpr Condition kConditions[] = {
    {"conditional-user-configured", user_configured},
    {"conditional-user-role", user_role},
    {"conditional-credential", credential_used},
};

}  // namespace

const AutomaticStep* find_automatic(std::string_view authenticator) {
  const auto* found = std::ranges::find(kAutomatic, authenticator, &AutomaticStep::authenticator);
  return found == std::end(kAutomatic) ? nullptr : found;
}

const Condition* find_condition(std::string_view authenticator) {
  const auto* found = std::ranges::find(kConditions, authenticator, &Condition::authenticator);
  return found == std::end(kConditions) ? nullptr : found;
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
  if (form->credential.empty() || !input.progress.is_proven()) return true;
  return input.subject.credentials.contains(form->credential);
}

}  // namespace cardea
