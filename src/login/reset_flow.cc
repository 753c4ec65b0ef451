#include "login/reset_flow.h"

#include <algorithm>
#include <array>

#include "core/attribute_match.h"
#include "core/required_actions.h"
#include "domain/flow/automatic_steps.h"
#include "domain/flow/executor.h"
#include "login/roles.h"

namespace cardea::login {
namespace {

constexpr std::string_view kChooseUser = "reset-credentials-choose-user";
constexpr std::string_view kSendMail = "reset-credential-email";

constexpr std::array<FormFacts, 4> kForms = {{
    {.authenticator = kChooseUser, .proof = Proof::kUsername},
    {.authenticator = kSendMail, .proof = Proof::kMail, .needs_user = true},
    {.authenticator = "reset-password", .needs_user = true, .lays_action = "UPDATE_PASSWORD"},
    {.authenticator = "reset-otp", .needs_user = true, .credential = "otp", .lays_action = "CONFIGURE_TOTP"},
}};

const FormFacts* find_form(std::string_view authenticator) {
  const auto* found = std::ranges::find(kForms, authenticator, &FormFacts::authenticator);
  return found == kForms.end() ? nullptr : found;
}

// NOLINTNEXTLINE(misc-no-recursion): the tree's depth is bounded by kFlowDepthMax
bool has_only_known_steps(const Flow& flow) {
  return std::ranges::all_of(flow.executions, [](const Execution& execution) {
    if (execution.requirement == Requirement::kDisabled) return true;
    if (const auto* inner = execution.flow()) return has_only_known_steps(*inner);
    const auto& name = execution.step()->authenticator;
    return find_form(name) != nullptr || find_automatic(name) != nullptr || is_condition(name);
  });
}

FlowDecision decide(const RealmEntry& realm, const FlowProgress& progress, const FlowSubject& subject) {
  return run_flow(*realm.flows.reset_flow(),
                  {.progress = progress,
                   .subject = subject,
                   .find_form = &find_form,
                   .may_set_up = [&realm](std::string_view action) {
                     User asked;
                     asked.required_actions = {std::string(action)};
                     return !pending_actions(realm.realm, asked, std::nullopt, TimePoint{}).empty();
                   }});
}

/// The execution that is asked now; null: none of this name.
const Execution* asked(const FlowDecision& decision, std::string_view authenticator) {
  const auto* ask = std::get_if<Ask>(&decision);
  if (ask == nullptr || ask->choices.size() != 1) return nullptr;
  const auto* execution = ask->choices.front();
  return execution->step() != nullptr && execution->step()->authenticator == authenticator ? execution : nullptr;
}

/// Brings what is asked, from `user`; false: the flow asks for something else.
bool bring(const RealmEntry& realm, std::string_view authenticator, const FlowSubject& subject,
           FlowProgress& progress) {
  const auto decision = decide(realm, progress, subject);
  const auto* execution = asked(decision, authenticator);
  if (execution == nullptr) return false;
  progress.results.push_back({execution->id, find_form(authenticator)->proof, progress.user});
  return true;
}

}  // namespace

bool can_reset(const RealmEntry& realm) {
  const auto* flow = realm.flows.reset_flow();
  if (!realm.realm.reset_password_allowed || flow == nullptr || !has_only_known_steps(*flow)) return false;
  const FlowSubject nobody;
  FlowProgress progress;
  return bring(realm, kChooseUser, nobody, progress) && bring(realm, kSendMail, nobody, progress);
}

std::optional<std::vector<std::string>> actions_of_reset(const RealmEntry& realm, const User& user,
                                                         std::set<std::string, std::less<>> credentials,
                                                         const EffectiveRoles* roles) {
  if (!can_reset(realm)) return std::nullopt;
  FlowSubject subject{
      .credentials = std::move(credentials),
      .has_role = {},
      .has_attribute = [&user](const AttributeCondition& condition) { return has_attribute(user, condition); }};
  if (roles != nullptr) subject.has_role = [roles](std::string_view name) { return has_role(*roles, name); };
  FlowProgress progress;
  progress.user = user.id;
  if (!bring(realm, kChooseUser, subject, progress) || !bring(realm, kSendMail, subject, progress)) return std::nullopt;
  auto decision = decide(realm, progress, subject);
  auto* complete = std::get_if<Complete>(&decision);
  if (complete == nullptr || complete->setup_actions.empty()) return std::nullopt;
  return std::move(complete->setup_actions);
}

}  // namespace cardea::login
