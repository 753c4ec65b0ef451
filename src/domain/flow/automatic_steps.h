// Authenticators without a page: those that pass or deny by themselves, and the conditions of conditional sub-flows. A
// new one is a row in one of the two tables of automatic_steps.cc. For the executor.
#pragma once

#include <string_view>

#include "domain/flow/executor.h"

namespace cardea {

enum class AutomaticAnswer { kPasses, kDoesNotApply, kDenies };
struct AutomaticStep {
  std::string_view authenticator;
  AutomaticAnswer (*answer)(const FlowInput&);
};
[[nodiscard]] const AutomaticStep* find_automatic(std::string_view authenticator);

enum class ConditionAnswer { kHolds, kDoesNotHold, kUnknown };
struct Condition {
  std::string_view authenticator;
  /// `beside`: the sub-flow the condition stands in.
  ConditionAnswer (*answer)(const FlowInput&, const FlowStep&, const Flow& beside);
};
[[nodiscard]] const Condition* find_condition(std::string_view authenticator);
/// Also true of conditions that this release does not know: they must not be taken for steps.
[[nodiscard]] bool is_condition(std::string_view authenticator);

/// Could the user pass this step? Of somebody who has proven nothing: yes.
[[nodiscard]] bool is_configured(const FlowInput& input, std::string_view authenticator);

}  // namespace cardea
