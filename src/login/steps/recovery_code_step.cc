// auth-recovery-authn-code-form: the next code of the list. Using one takes it off the list in the transaction that
// stores what it pays for; with the last one the list is gone, and new codes must be made before the login ends.
#include <algorithm>

#include "core/recovery_codes.h"
#include "login/fail_step.h"
#include "login/form_pages.h"
#include "login/pass_step.h"
#include "login/steps/steps.h"

namespace cardea::login {
namespace {

constexpr std::string_view kWrongCode = "Invalid recovery authentication code";
constexpr std::string_view kAction = "CONFIGURE_RECOVERY_AUTHN_CODES";

const Credential* find_codes(const StepRun& run) {
  for (const auto& credential : run.credentials) {
    if (credential.type == kRecoveryCredential) return &credential;
  }
  return nullptr;
}

// `accepted` is shared because the transaction may run twice.
std::function<Stored<void>(Tx&)> consume(const StepRun& run, const Credential& codes,
                                         std::shared_ptr<const RecoveryAccepted> accepted) {
  return [&repositories = run.dependencies.repositories, realm = run.realm->realm.id, user = run.user->id,
          id = codes.id, before = codes.credential_data, accepted = std::move(accepted)](Tx& tx) -> Stored<void> {
    if (accepted->after) {
      Credential after;
      after.id = id;
      after.user = user;
      after.credential_data = accepted->after->credential_data;
      after.secret_data = accepted->after->secret_data.clone();
      return repositories.credentials.change_documents(tx, after, before);
    }
    const auto removed = repositories.credentials.remove(tx, user, id);
    if (!removed) return refuse(removed.error());
    if (!*removed) return refuse(StoreError::kConflict);
    const auto owner = repositories.users.find(tx, realm, user);
    if (!owner) return refuse(owner.error());
    if (!*owner) return refuse(StoreError::kConflict);
    auto actions = (*owner)->required_actions;
    if (std::ranges::find(actions, kAction) != actions.end()) return {};
    actions.emplace_back(kAction);
    return repositories.users.set_required_actions(tx, user, actions);
  };
}

web::Outcome submit(const StepRunPtr& run, const web::Form& form) {
  const auto* codes = find_codes(*run);
  const auto name = run->user ? run->user->username : run->username();
  auto& guard = run->dependencies.login_guard;
  const auto ticket = guard.reserve(run->realm->realm.id, name, run->request.remote_address);
  if (!ticket) return refuse_attempt(*run, ticket.error(), {});
  auto accepted = codes == nullptr ? std::nullopt : check_recovery_code(*codes, form.value_or("recoveryCodeInput", ""));
  if (!accepted || !run->user) return fail_step(run, "invalid_recovery_code", {.error = std::string(kWrongCode)});
  guard.give_back(*ticket);
  StepPassed passed{.proof = Proof::kRecoveryCode, .user = *run->user, .credentials = credential_types(*run)};
  passed.password_set_at = password_set_at(run->credentials);
  if (!accepted->after) {
    // The list is gone, so the action that makes a new one is asked for at the end of this login.
    passed.user.required_actions.emplace_back(kAction);
  }
  passed.used_before = kWrongCode;
  passed.consume = consume(*run, *codes, std::make_shared<const RecoveryAccepted>(std::move(*accepted)));
  return pass_step(run, std::move(passed));
}

web::Response show(const StepRun& run, const StepView& view) {
  const auto* codes = find_codes(run);
  const auto state = codes == nullptr ? std::nullopt : recovery_state(*codes);
  return recovery_code_page(run, {.view = view,
                                  .number = state ? state->next_number : 1,
                                  .remaining = state ? state->remaining : 0,
                                  .few = state && state->remaining <= kRecoveryCodesFew});
}

}  // namespace

const StepForm kRecoveryCodeStep = {.facts = {.authenticator = "auth-recovery-authn-code-form",
                                              .proof = Proof::kRecoveryCode,
                                              .needs_user = true,
                                              .credential = kRecoveryCredential,
                                              .setup_action = kAction},
                                    .name = "auth-recovery-authn-code-form-display-name",
                                    .help = "auth-recovery-authn-code-form-help-text",
                                    .show = show,
                                    .submit = submit};

}  // namespace cardea::login
