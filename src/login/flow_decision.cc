#include "login/flow_decision.h"

#include <algorithm>

#include "core/attribute_match.h"
#include "core/level_of_assurance.h"
#include "core/required_actions.h"
#include "core/second_factor.h"
#include "core/webauthn_credential.h"
#include "login/required_action.h"

namespace cardea::login {
namespace {

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
}  // namespace

FlowProgress progress_of(const Interaction& interaction) {
  if (const auto* steps = std::get_if<AwaitingSteps>(&interaction.stage)) return steps->progress;
  FlowProgress out;
  const auto& login = std::get<AwaitingLogin>(interaction.stage);
  if (!login.named_by.empty()) out.results.push_back({login.named_by, Proof::kUsername, UserId()});
  return out;
}

FlowDecision decide(const StepRun& run, const FlowProgress& progress, Person person, const Roles& roles) {
  const auto& realm = *run.realm;
  auto levels = levels_for(run, progress, person);
  FlowSubject subject{std::move(person.credentials), {}};
  if (person.user != nullptr) {
    subject.has_attribute = [user = person.user](const AttributeCondition& condition) {
      return has_attribute(*user, condition);
    };
  }
  if (roles) subject.has_role = [&roles](std::string_view name) { return has_role(*roles, name); };
  return run_flow(*run.flow(),
                  {.progress = progress,
                   .subject = subject,
                   .find_form = find_form_facts,
                   .session_user = run.stepped ? &run.stepped->user : nullptr,
                   .steps_up = run.stepped.has_value(),
                   .may_set_up = [&realm](std::string_view action) { return may_set_up(realm.realm, action); },
                   .passkeys = are_passkeys_enabled(realm.realm),
                   .upstreams = !login_providers(realm.realm).empty(),
                   .levels = std::move(levels)});
}

}  // namespace cardea::login
