// Authenticators without a page: those that pass or deny by themselves, and the conditions of conditional sub-flows. A
// new one is a row in one of the two tables of automatic_steps.cc. For the executor.
#pragma once

#include <optional>
#include <set>
#include <string>
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
/// What a condition is judged by.
struct ConditionScene {
  const FlowInput& input;
  const FlowStep& step;
  const Flow& beside;                                  // the sub-flow the condition stands in
  const std::set<std::string, std::less<>>& executed;  // aliases of the sub-flows that were passed so far
  int level = kNoLevel;                                // reached so far
};
struct Condition {
  std::string_view authenticator;
  ConditionAnswer (*answer)(const ConditionScene&);
};
[[nodiscard]] const Condition* find_condition(std::string_view authenticator);
/// Also true of conditions that this release does not know: they must not be taken for steps.
[[nodiscard]] bool is_condition(std::string_view authenticator);

/// conditional-level-of-authentication: its level and how long it lasts. Absent: another authenticator, or no number.
struct LevelRule {
  int level = 0;
  std::int64_t max_age = 0;  // seconds
};
[[nodiscard]] std::optional<LevelRule> level_rule(const Execution& execution);
/// Adds those levels of the flow that another provider vouched for and that are young enough, from the lowest on, where
/// those below them were reached.
void add_vouched_levels(const Flow& flow, const FlowLevels& levels, std::vector<int>& reached);
/// Was something proven at this execution, or below it?
[[nodiscard]] bool has_result(const Execution& execution, const FlowProgress& progress);

/// What deny-access-authenticator has people told (`denyErrorMessage`): a text, or the key of one. Empty: nothing of
/// its own.
[[nodiscard]] std::string deny_message(const FlowStep& step);

/// Could the user pass this step? Of somebody who has proven nothing: yes.
[[nodiscard]] bool is_configured(const FlowInput& input, std::string_view authenticator);

}  // namespace cardea
