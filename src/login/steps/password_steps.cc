// auth-username-password-form, and its two halves auth-username-form and auth-password-form: the password is looked at
// by endpoint/check_password, and here is what the person is told.
#include "base/limits.h"
#include "base/text.h"
#include "endpoint/check_password.h"
#include "login/endpoint.h"
#include "login/fail_step.h"
#include "login/form_pages.h"
#include "login/login_form.h"
#include "login/pass_step.h"
#include "login/steps/steps.h"
#include "login/webauthn_answer.h"

namespace cardea::login {
namespace {

constexpr std::string_view kWrongPassword = "${invalidUserMessage}";
constexpr std::string_view kDisabledAccount = "${accountDisabledMessage}";

// What the form said, for showing it again.
struct Submission {
  StepRunPtr run;
  std::string username;
  bool remember_me = false;
  [[nodiscard]] StepView again(std::string_view error, const std::optional<User>& user = {}) const {
    return {.error = std::string(error),
            .username = username,
            .remember_me = remember_me,
            .user = user ? user->id : UserId()};
  }
};

// Only kAccepted leads on.
web::Outcome tell(const Submission& submission, LoginAttempt attempt, PasswordVerdict verdict) {
  switch (verdict) {
    case PasswordVerdict::kAccepted:
      break;
    case PasswordVerdict::kDisabled:
      return fail_step(submission.run, "user_disabled", submission.again(kDisabledAccount, attempt.user));
    case PasswordVerdict::kRefused:
      return fail_step(submission.run, attempt.is_locked ? "user_temporarily_disabled" : "invalid_user_credentials",
                       submission.again(kWrongPassword, attempt.user));
  }
  return pass_step(submission.run, {.proof = Proof::kPassword,
                                    .user = std::move(*attempt.user),
                                    .credentials = std::move(attempt.credentials),
                                    .password_set_at = attempt.password_set_at,
                                    .remember_me = submission.remember_me,
                                    .has_failures = attempt.has_failures});
}

web::Outcome tell_unchecked(const Submission& submission, const endpoint::UncheckedPassword& why) {
  const auto& run = *submission.run;
  if (const auto* refused = std::get_if<TooManyAttempts>(&why))
    return refuse_attempt(run, *refused, submission.again({}));
  return store_failed(run.dependencies, run.request, run.realm.get(), std::get<StoreError>(why));
}

// Where a prompt=login names the user, nobody else may finish here, whatever the form says.
bool is_other_user(const StepRun& run, std::string_view typed) {
  return run.is_username_fixed() && !equal_ignoring_ascii_case(run.username(), typed);
}

web::Outcome check_password(const StepRunPtr& run, PasswordForm form) {
  Submission submission{run, form.username, form.remember_me};
  if (!form.is_plausible() || is_other_user(*run, form.username)) {
    return fail_step(run, "invalid_user_credentials", submission.again(kWrongPassword));
  }
  return endpoint::check_password(endpoint::password_dependencies(run->dependencies),
                                  {run->realm, std::move(form.username), std::move(form.password),
                                   run->request.remote_address, run->request.correlation_id},
                                  [submission = std::move(submission)](endpoint::PasswordEnd end) -> web::Outcome {
                                    if (!end) return tell_unchecked(submission, end.error());
                                    return tell(submission, std::move(end->attempt), end->verdict);
                                  });
}

// A passkey instead, from the form beside this one.
bool brings_passkey(const StepRun& run, const web::Form& form) {
  return run.offers_passkeys() && form.value("authenticatorData").has_value();
}

web::Outcome submit_both(const StepRunPtr& run, const web::Form& form) {
  if (brings_passkey(*run, form)) return submit_webauthn(run, form, WebauthnKind::kPasswordless);
  return check_password(run, read_password_form(form));
}

// The name is the one of the step before, never one in this form.
web::Outcome submit_password(const StepRunPtr& run, const web::Form& form) {
  if (brings_passkey(*run, form)) return submit_webauthn(run, form, WebauthnKind::kPasswordless);
  auto posted = read_password_form(form);
  posted.username = run->username();
  return check_password(run, std::move(posted));
}

web::Outcome submit_username(const StepRunPtr& run, const web::Form& form) {
  if (brings_passkey(*run, form)) return submit_webauthn(run, form, WebauthnKind::kPasswordless);
  const auto posted = read_password_form(form);
  if (posted.username.empty() || posted.username.size() > kUsernameBytesMax || is_other_user(*run, posted.username)) {
    return fail_step(run, "invalid_username",
                     {.error = "${invalidUsernameOrEmailMessage}", .username = posted.username, .remember_me = false});
  }
  return pass_username(run, posted.username, posted.remember_me);
}

web::Response show_both(const StepRun& run, const StepView& view) { return login_page(run, view, LoginFields::kBoth); }
web::Response show_username(const StepRun& run, const StepView& view) {
  return login_page(run, view, LoginFields::kUsername);
}
web::Response show_password(const StepRun& run, const StepView& view) {
  return login_page(run, view, LoginFields::kPassword);
}

}  // namespace

const StepForm kUsernamePasswordStep = {
    .facts = {.authenticator = "auth-username-password-form", .proof = Proof::kPassword, .passkey_passes = true},
    .name = "auth-username-password-form-display-name",
    .help = "auth-username-password-form-help-text",
    .show = show_both,
    .submit = submit_both};
const StepForm kUsernameStep = {
    .facts = {.authenticator = "auth-username-form", .proof = Proof::kUsername, .passkey_passes = true},
    .name = "auth-username-form-display-name",
    .help = "auth-username-form-help-text",
    .show = show_username,
    .submit = submit_username};
const StepForm kPasswordStep = {.facts = {.authenticator = "auth-password-form",
                                          .proof = Proof::kPassword,
                                          .needs_user = true,
                                          .passkey_passes = true},
                                .name = "password-display-name",
                                .help = "password-help-text",
                                .show = show_password,
                                .submit = submit_password};

}  // namespace cardea::login
