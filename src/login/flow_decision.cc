#include "login/flow_decision.h"

#include <algorithm>

#include "core/attribute_match.h"
#include "core/level_of_assurance.h"
#include "core/post_login_flow.h"
#include "core/required_actions.h"
#include "core/second_factor.h"
#include "core/token/token_plan.h"
#include "core/webauthn_credential.h"
#include "domain/identity_provider.h"
#include "login/required_action.h"

namespace cardea::login {
namespace {

// Roles have to be read before it can be judged.
constexpr std::string_view kRoleCondition = "conditional-user-role";

// An action that the realm has switched off cannot stand in for a credential.
bool may_set_up(const Realm& realm, std::string_view action) {
  User asked;
  asked.required_actions = {std::string(action)};
  return is_action_supported(action) && !pending_actions(realm, asked, std::nullopt, TimePoint{}).empty();
}

FlowLevels levels_for(const StepRun& run, const FlowProgress& progress, const Person& person) {
  const LevelNames names(run.realm->realm, run.client->client);
  FlowLevels out{.requested = requested_level(names, run.interaction.request.acr_values),
                 .earlier = run.stepped ? levels_of(*run.stepped) : std::map<int, std::int64_t>{},
                 .now = epoch_seconds(run.dependencies.clock.now())};
  out.requested = std::max(
      out.requested, level_for_removal(*run.flow(), run.interaction.request, run.credentials, person.credentials));
  // Only of a time that the provider names: it may have asked for the second factor a week ago.
  if (progress.has(Proof::kUpstream) && person.upstream && person.upstream->level && person.upstream->auth_time) {
    out.vouched = *person.upstream->level;
    out.vouched_at = std::min(*person.upstream->auth_time, out.now);
  }
  return out;
}

FlowDecision decide_in(const Flow& flow, const StepRun& run, const FlowProgress& progress, const Person& person,
                       const Roles& roles) {
  const auto& realm = *run.realm;
  auto levels = levels_for(run, progress, person);
  FlowSubject subject{person.credentials, {}};
  if (person.user != nullptr) {
    subject.has_attribute = [user = person.user](const AttributeCondition& condition) {
      return has_attribute(*user, condition);
    };
  }
  if (roles) subject.has_role = [&roles](std::string_view name) { return has_role(*roles, name); };
  return run_flow(flow, {.progress = progress,
                         .subject = subject,
                         .find_form = find_form_facts,
                         .session_user = run.stepped ? &run.stepped->user : nullptr,
                         .steps_up = run.stepped.has_value(),
                         .may_set_up = [&realm](std::string_view action) { return may_set_up(realm.realm, action); },
                         .passkeys = are_passkeys_enabled(realm.realm),
                         .upstreams = !login_providers(realm.realm).empty(),
                         .levels = std::move(levels),
                         .asks_for_scope =
                             [&run](std::string_view scope) {
                               return plan_for_granted(*run.client, run.interaction.request.scope)->has_scope(scope);
                             }});
}

// Whose word this login brings, in the order in which it came, each once.
std::vector<std::string> vouching_providers(const StepRun& run, const FlowProgress& progress,
                                            const std::optional<UpstreamProof>& upstream) {
  std::vector<std::string> out;
  const auto add = [&out](const std::string& alias) {
    if (!alias.empty() && std::ranges::find(out, alias) == out.end()) out.push_back(alias);
  };
  for (const auto& result : progress.results) add(result.provider);
  if (upstream) add(upstream->provider);
  add(run.interaction.request.link_provider);
  return out;
}

// NOLINTNEXTLINE(misc-no-recursion): the tree's depth is bounded by kFlowDepthMax
bool has_step(const Flow& flow, std::string_view execution) {
  return std::ranges::any_of(flow.executions, [execution](const Execution& each) {
    return each.flow() != nullptr ? has_step(*each.flow(), execution) : each.id == execution;
  });
}

// For a flow that comes after `first`: the word that led to it says who somebody is, and passes no step of it, or a
// provider whose flow is the client's own would ask for nothing.
FlowProgress seen_after(const Flow& first, FlowProgress progress) {
  for (auto& result : progress.results) {
    if (result.proof == Proof::kUpstream && has_step(first, result.execution)) result.execution.clear();
  }
  return progress;
}

void add_new(const auto& from, auto& to) {
  for (const auto& each : from) {
    if (std::ranges::find(to, each) == to.end()) to.push_back(each);
  }
}

}  // namespace

FlowProgress progress_of(const Interaction& interaction) {
  if (const auto* steps = std::get_if<AwaitingSteps>(&interaction.stage)) return steps->progress;
  FlowProgress out;
  const auto& login = std::get<AwaitingLogin>(interaction.stage);
  if (!login.named_by.empty()) out.results.push_back({login.named_by, Proof::kUsername, UserId()});
  return out;
}

std::vector<const Flow*> flows_of_login(const StepRun& run, const FlowProgress& progress,
                                        const std::optional<UpstreamProof>& upstream) {
  std::vector<const Flow*> flows{run.flow()};
  for (const auto& provider : vouching_providers(run, progress, upstream)) {
    if (const auto after = post_login_flow(*run.realm, provider); after.is_asked) flows.push_back(after.flow);
  }
  return flows;
}

bool asks_for_roles(const std::vector<const Flow*>& flows) {
  return std::ranges::any_of(
      flows, [](const Flow* flow) { return flow != nullptr && uses_authenticator(*flow, kRoleCondition); });
}

FlowDecision decide(const StepRun& run, const FlowProgress& progress, const Person& person, const Roles& roles) {
  std::optional<Complete> all;
  for (const auto* flow : flows_of_login(run, progress, person.upstream)) {
    if (flow == nullptr) return Denied{DenyReason::kUnknownStep};
    auto decision = decide_in(*flow, run, all ? seen_after(*run.flow(), progress) : progress, person, roles);
    auto* complete = std::get_if<Complete>(&decision);
    if (complete == nullptr) return decision;
    if (!all) {
      all = std::move(*complete);
      continue;
    }
    add_new(complete->setup_actions, all->setup_actions);
    add_new(complete->levels, all->levels);
  }
  return std::move(*all);
}

}  // namespace cardea::login
