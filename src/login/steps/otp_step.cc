// auth-otp-form: a code of an authenticator application, from the credential the person chose. A code counts once: its
// use is one guarded statement in the transaction that stores what it pays for.
#include "core/otp_credential.h"
#include "login/fail_step.h"
#include "login/form_pages.h"
#include "login/pass_step.h"
#include "login/steps/steps.h"

namespace cardea::login {
namespace {

constexpr std::string_view kWrongCode = "${invalidTotpMessage}";

// The named one, or the first. Null when the user has none, or none by that id.
const Credential* find_chosen(const StepRun& run, std::string_view id) {
  for (const auto& credential : run.credentials) {
    if (credential.type == kOtpCredential && (id.empty() || credential.id.str() == id)) return &credential;
  }
  return nullptr;
}

web::Outcome submit(const StepRunPtr& run, const web::Form& form) {
  std::string code(form.value_or("otp", ""));
  std::erase(code, ' ');  // applications show "123 456"
  const auto* credential = find_chosen(*run, form.value_or("selectedCredentialId", ""));
  const auto policy = otp_policy(run->realm->realm);
  // Before anything is proven there is no row and no user: then no code is right.
  // Whoever knows the password could begin anew after every few codes: guesses count for the account as well.
  const auto name = run->user ? run->user->username : run->username();
  auto& guard = run->dependencies.login_guard;
  const auto ticket = guard.reserve(run->realm->realm.id, name, run->request.remote_address);
  if (!ticket) return refuse_attempt(*run, ticket.error(), {});
  auto accepted =
      credential == nullptr ? std::nullopt : check_otp(*credential, policy, code, run->dependencies.clock.now());
  if (!accepted || !run->user) return fail_step(run, "invalid_otp", {.error = std::string(kWrongCode)});
  guard.give_back(*ticket);
  StepPassed passed{.proof = Proof::kOtp,
                    .user = *run->user,
                    .credentials = credential_types(*run),
                    .password_set_at = password_set_at(run->credentials)};
  if (accepted->data) {
    passed.used_before = kWrongCode;
    passed.consume = [&credentials = run->dependencies.repositories.credentials, user = run->user->id,
                      id = credential->id, before = credential->credential_data, after = std::move(*accepted->data)](
                         Tx& tx) { return credentials.change_data(tx, user, id, before, after); };
  }
  return pass_step(run, std::move(passed));
}

web::Response show(const StepRun& run, const StepView& view) {
  OtpPage page{.view = view, .devices = {}};
  for (const auto& credential : run.credentials) {
    if (credential.type == kOtpCredential) page.devices.push_back({credential.id.str(), credential.label});
  }
  return otp_page(run, page);
}

}  // namespace

const StepForm kOtpStep = {.facts = {.authenticator = "auth-otp-form",
                                     .proof = Proof::kOtp,
                                     .needs_user = true,
                                     .credential = kOtpCredential,
                                     .setup_action = "CONFIGURE_TOTP"},
                           .name = "otp-display-name",
                           .help = "otp-help-text",
                           .show = show,
                           .submit = submit};

}  // namespace cardea::login
