// auth-username-password-form, and its two halves auth-username-form and auth-password-form. Fetch the user, decide by
// the password on the hash lane, hand on. Nothing tells a missing user from a wrong password.
#include "base/limits.h"
#include "base/text.h"
#include "core/verify_credential.h"
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

// One posted password on its way through the lanes.
struct Submission {
  StepRunPtr run;
  PasswordForm form;
  HeldAttempt held;  // reserved before anything is read
  [[nodiscard]] StepView again(std::string_view error, const std::optional<User>& user = {}) const {
    return {.error = std::string(error),
            .username = form.username,
            .remember_me = form.remember_me,
            .user = user ? user->id : UserId()};
  }
};
using SubmissionPtr = std::shared_ptr<Submission>;

// Only kAccepted leads on.
web::Outcome tell(const SubmissionPtr& submission, LoginAttempt& attempt, PasswordVerdict verdict) {
  const auto& run = submission->run;
  switch (verdict) {
    case PasswordVerdict::kAccepted:
      break;
    case PasswordVerdict::kDisabled:
      return fail_step(run, "user_disabled", submission->again(kDisabledAccount, attempt.user));
    case PasswordVerdict::kRefused:
    default:
      return fail_step(run, attempt.is_locked ? "user_temporarily_disabled" : "invalid_user_credentials",
                       submission->again(kWrongPassword, attempt.user));
  }
  return pass_step(submission->run, {.proof = Proof::kPassword,
                                     .user = std::move(*attempt.user),
                                     .credentials = std::move(attempt.credentials),
                                     .password_set_at = attempt.password_set_at,
                                     .remember_me = submission->form.remember_me,
                                     .has_failures = attempt.has_failures});
}

// On the store lane: what came of the attempt is counted before anybody is told.
web::Outcome record_and_tell(const SubmissionPtr& submission, LoginAttempt& attempt, PasswordVerdict verdict) {
  const auto& run = *submission->run;
  const auto recorded = write_to(run.dependencies.repositories.store, [&](Tx& tx) {
    return record_attempt(tx, run.dependencies.repositories, run.realm->realm, attempt, verdict,
                          run.request.remote_address, run.dependencies.clock.now());
  });
  if (!recorded) return store_failed(run.dependencies, run.request, run.realm.get(), recorded.error());
  if (attempt.user) {
    tell_lockout(run.dependencies, run.request, run.realm->realm, attempt.user->id, *recorded);
  }
  return tell(submission, attempt, verdict);
}

// A right password of an account that is locked by wrong ones: by guesses that came beside it, too.
web::Outcome check_lock_and_tell(const SubmissionPtr& submission, LoginAttempt& attempt, PasswordVerdict verdict) {
  const auto& run = *submission->run;
  const auto locked = read_from(run.dependencies.repositories.store, [&](Rows& rows) {
    return is_locked_meanwhile(rows, run.dependencies.repositories, run.realm->realm, attempt.user->id,
                               run.dependencies.clock.now());
  });
  if (!locked) return store_failed(run.dependencies, run.request, run.realm.get(), locked.error());
  attempt.is_locked = *locked;
  if (!*locked && attempt.renewed) {
    return web::then(web::Lane::kStore, [submission, attempt = std::move(attempt), verdict]() mutable {
      return record_and_tell(submission, attempt, verdict);
    });
  }
  return tell(submission, attempt, *locked ? PasswordVerdict::kRefused : verdict);
}

// The decision, on the hash lane.
web::Outcome decide(const SubmissionPtr& submission, LoginAttempt& attempt) {
  const auto& run = *submission->run;
  const auto checked = verify_password(attempt, run.realm->realm.id, submission->form.password.reveal(),
                                       run.dependencies.login_guard, submission->held);
  if (!checked) return refuse_attempt(run, checked.error(), submission->again({}));
  const auto verdict = *checked;
  renew_hash(attempt, verdict, submission->form.password.reveal(), submission->run->dependencies.random);
  if (verdict != PasswordVerdict::kRefused && attempt.is_counted) {
    return then_read(submission->run->dependencies, [submission, attempt = std::move(attempt), verdict]() mutable {
      return check_lock_and_tell(submission, attempt, verdict);
    });
  }
  if (!must_record(attempt, verdict)) return tell(submission, attempt, verdict);
  return web::then(web::Lane::kStore, [submission, attempt = std::move(attempt), verdict]() mutable {
    return record_and_tell(submission, attempt, verdict);
  });
}

web::Outcome load_attempt(const SubmissionPtr& submission) {
  const auto& run = *submission->run;
  auto attempt = read_from(run.dependencies.repositories.store, [&](Rows& rows) {
    return load_login_attempt(rows, run.dependencies.repositories, run.realm->realm, submission->form.username,
                              run.dependencies.clock.now());
  });
  if (!attempt) return store_failed(run.dependencies, run.request, run.realm.get(), attempt.error());
  return web::then(web::Lane::kHash,
                   [submission, attempt = std::move(*attempt)]() mutable { return decide(submission, attempt); });
}

// Where a prompt=login names the user, nobody else may finish here, whatever the form says.
bool is_other_user(const StepRun& run, std::string_view typed) {
  return run.is_username_fixed() && !equal_ignoring_ascii_case(run.username(), typed);
}

web::Outcome check_password(const StepRunPtr& run, PasswordForm form) {
  auto submission = std::make_shared<Submission>(run, std::move(form), HeldAttempt());
  if (!submission->form.is_plausible() || is_other_user(*run, submission->form.username)) {
    return fail_step(run, "invalid_user_credentials", submission->again(kWrongPassword));
  }
  const auto ticket = run->dependencies.login_guard.reserve(run->realm->realm.id, submission->form.username,
                                                            run->request.remote_address);
  if (!ticket) return refuse_attempt(*run, ticket.error(), submission->again({}));
  submission->held = HeldAttempt(run->dependencies.login_guard, *ticket);
  return then_read(run->dependencies, [submission] { return load_attempt(submission); });
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
