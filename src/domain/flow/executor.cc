#include "domain/flow/executor.h"

#include <algorithm>
#include <optional>

#include "domain/flow/automatic_steps.h"

namespace cardea {
namespace {

// What one execution came to.
struct Passed {
  bool by_result = false;  // by something the person did, here or in the session; not by itself
};
struct Failed {
  DenyReason reason = DenyReason::kNothingPassed;
};
using Judgement = std::variant<Passed, Ask, Failed, Denied>;

class Run {
 public:
  explicit Run(const FlowInput& input) : input_(input) {}
  void begin_at(int level) { state_.level = level; }

  // NOLINTNEXTLINE(misc-no-recursion): the tree's depth is bounded by kFlowDepthMax
  Judgement flow(const Flow& flow) {
    std::vector<const Execution*> in_order, alternatives;
    for (const auto& execution : flow.executions) {
      if (const auto* step = execution.step(); step != nullptr && is_condition(step->authenticator)) continue;
      if (execution.requirement == Requirement::kAlternative) alternatives.push_back(&execution);
      if (execution.requirement == Requirement::kRequired || execution.requirement == Requirement::kConditional) {
        in_order.push_back(&execution);
      }
    }
    return in_order.empty() ? one_of(alternatives) : each_of(in_order);
  }

  // What was gathered on the way; taken back for alternatives that were not passed.
  struct State {
    std::vector<std::string> setup_actions;
    std::set<std::string, std::less<>> executed;  // aliases of sub-flows
    int level = kNoLevel;
    std::vector<int> levels;
  };
  [[nodiscard]] const State& state() const { return state_; }

 private:
  // NOLINTNEXTLINE(misc-no-recursion)
  Judgement each_of(const std::vector<const Execution*>& executions) {
    bool any = false, by_result = false;
    for (const auto* execution : executions) {
      if (execution->requirement == Requirement::kConditional) {
        const auto runs = condition_of(*execution);
        if (!runs) return Failed{DenyReason::kUnknownStep};
        if (!*runs) continue;
      }
      auto judged = execution_of(*execution);
      const auto* passed = std::get_if<Passed>(&judged);
      if (passed == nullptr) return judged;
      any = true;
      by_result = by_result || passed->by_result;
    }
    if (!any) return Failed{};
    return Passed{by_result};
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  Judgement one_of(const std::vector<const Execution*>& executions) {
    Ask ask;
    bool asks_begun = false;  // the first to ask was begun already: later ones do not come before it
    std::optional<DenyReason> reason;
    for (const auto* execution : executions) {
      const auto before = state_;
      auto judged = execution_of(*execution);
      if (const auto* passed = std::get_if<Passed>(&judged)) {
        // By itself only while nobody is being asked: what stands behind a question is not a way around it.
        if (passed->by_result || ask.choices.empty()) return judged;
      }
      state_ = before;
      if (std::holds_alternative<Denied>(judged) && ask.choices.empty()) return judged;
      if (auto* asked = std::get_if<Ask>(&judged)) {
        const bool begun = !asks_begun && has_result(*execution, input_.progress);
        asks_begun = asks_begun || begun;
        ask.choices.insert(begun ? ask.choices.begin() : ask.choices.end(), asked->choices.begin(),
                           asked->choices.end());
      }
      if (const auto* failed = std::get_if<Failed>(&judged); failed != nullptr && !reason) reason = failed->reason;
    }
    if (!ask.choices.empty()) return ask;
    return Failed{reason.value_or(DenyReason::kNothingPassed)};
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  Judgement execution_of(const Execution& execution) {
    if (const auto* inner = execution.flow()) {
      auto judged = flow(*inner);
      if (std::holds_alternative<Passed>(judged)) note_passed(execution, *inner);
      return judged;
    }
    return step(execution, *execution.step());
  }

  void note_passed(const Execution& execution, const Flow& inner) {
    state_.executed.insert(inner.alias);
    if (execution.requirement != Requirement::kConditional) return;  // elsewhere conditions are not looked at
    for (const auto& child : inner.executions) {
      const auto rule = child.requirement == Requirement::kDisabled ? std::nullopt : level_rule(child);
      if (!rule) continue;
      state_.level = std::max(state_.level, rule->level);
      state_.levels.push_back(rule->level);
    }
  }

  Judgement step(const Execution& execution, const FlowStep& step) {
    if (const auto* automatic = find_automatic(step.authenticator)) {
      switch (automatic->answer(input_)) {
        case AutomaticAnswer::kPasses:
          return Passed{step.authenticator == "auth-cookie"};
        case AutomaticAnswer::kDenies:
          return Denied{DenyReason::kAccessDenied, deny_message(step)};
        case AutomaticAnswer::kDoesNotApply:
          return Failed{DenyReason::kNothingPassed};
      }
    }
    const bool leads_nowhere = step.authenticator == kRedirector && !input_.upstreams;
    if (leads_nowhere && input_.progress.find(execution.id) == nullptr) return Failed{DenyReason::kNothingPassed};
    const auto* form = input_.find_form == nullptr ? nullptr : input_.find_form(step.authenticator);
    if (form == nullptr) return Failed{DenyReason::kUnknownStep};
    const auto& progress = input_.progress;
    const bool passkey_passes = input_.passkeys && form->passkey_passes;
    if (const auto* result = progress.find(execution.id)) {
      const bool fits = result->proof == form->proof || (passkey_passes && result->proof == Proof::kPasskey);
      if (!fits || result->user != progress.user) return Denied{DenyReason::kForeignResult};
      return Passed{true};
    }
    if (passkey_passes && progress.has(Proof::kPasskey)) return Passed{true};
    if (form->needs_user && progress.results.empty() && !input_.steps_up) return Failed{DenyReason::kNoUser};
    if (!form->lays_action.empty()) return lay(execution, *form);
    if (!is_configured(input_, step.authenticator)) return missing(execution, *form);
    return Ask{{&execution}};
  }

  // The user does not have what the step asks for. Only a proven user may be told to make one instead.
  Judgement missing(const Execution& execution, const FormFacts& form) {
    const bool may = execution.requirement == Requirement::kRequired && !form.setup_action.empty() &&
                     input_.may_set_up && input_.may_set_up(form.setup_action);
    if (!may) return Failed{DenyReason::kNotConfigured};
    add_action(form.setup_action);
    return Passed{};
  }

  Judgement lay(const Execution& execution, const FormFacts& form) {
    if (!input_.progress.is_proven()) return Failed{DenyReason::kNothingPassed};
    const bool may = input_.may_set_up && input_.may_set_up(form.lays_action);
    if (execution.requirement == Requirement::kRequired && may) add_action(form.lays_action);
    return Passed{};
  }

  void add_action(std::string_view action) {
    auto& actions = state_.setup_actions;
    if (std::ranges::find(actions, action) == actions.end()) actions.emplace_back(action);
  }

  // Does this conditional execution run? Absent: a condition cannot be judged.
  std::optional<bool> condition_of(const Execution& execution) {
    const auto* inner = execution.flow();
    if (inner == nullptr) return std::nullopt;  // only sub-flows have conditions
    bool any = false, all = true;
    for (const auto& child : inner->executions) {
      const auto* step = child.step();
      if (step == nullptr || child.requirement == Requirement::kDisabled || !is_condition(step->authenticator))
        continue;
      any = true;
      const auto* condition = find_condition(step->authenticator);
      const auto answer = condition == nullptr
                              ? ConditionAnswer::kUnknown
                              : condition->answer({input_, *step, *inner, state_.executed, state_.level});
      if (answer == ConditionAnswer::kUnknown) return std::nullopt;
      all = all && answer == ConditionAnswer::kHolds;
    }
    return any && all;
  }

  const FlowInput& input_;
  State state_;
};

}  // namespace

std::string_view describe(DenyReason reason) {
  switch (reason) {
    case DenyReason::kNothingPassed:
      return "nothing_passed";
    case DenyReason::kAccessDenied:
      return "access_denied";
    case DenyReason::kNoUser:
      return "no_user";
    case DenyReason::kNotConfigured:
      return "credential_not_configured";
    case DenyReason::kUnknownStep:
      return "unknown_step";
    case DenyReason::kForeignResult:
      return "foreign_result";
  }
  return "?";
}

FlowDecision run_flow(const Flow& flow, const FlowInput& input) {
  for (const auto& result : input.progress.results) {
    if (result.user != input.progress.user) return Denied{DenyReason::kForeignResult};
  }
  Run run(input);
  if (input.steps_up) run.begin_at(level_still_reached(flow, input.levels));
  auto judged = run.flow(flow);
  if (auto* ask = std::get_if<Ask>(&judged)) return std::move(*ask);
  if (const auto* denied = std::get_if<Denied>(&judged)) return *denied;
  if (const auto* failed = std::get_if<Failed>(&judged)) return Denied{failed->reason};
  const bool by_result = std::get<Passed>(judged).by_result;
  if (input.progress.is_proven()) {
    auto levels = run.state().levels;
    if (input.progress.has(Proof::kUpstream)) add_vouched_levels(flow, input.levels, levels);
    return Complete{input.progress.user, run.state().setup_actions, std::move(levels)};
  }
  if (input.session_user != nullptr && !input.steps_up && by_result && input.progress.results.empty()) {
    return Complete{*input.session_user, {}};
  }
  return Denied{DenyReason::kNothingPassed};  // whoever it is, no credential was checked
}

// NOLINTNEXTLINE(misc-no-recursion)
bool uses_authenticator(const Flow& flow, std::string_view authenticator) {
  return std::ranges::any_of(flow.executions, [&](const Execution& execution) {
    if (execution.requirement == Requirement::kDisabled) return false;
    if (const auto* inner = execution.flow()) return uses_authenticator(*inner, authenticator);
    return execution.step()->authenticator == authenticator;
  });
}

}  // namespace cardea
