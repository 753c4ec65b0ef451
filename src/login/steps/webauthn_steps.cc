// webauthn-authenticator: a security key as second factor. webauthn-authenticator-passwordless: a passkey, which names
// its user and proves them, with nobody named before or after.
#include "login/form_pages.h"
#include "login/steps/steps.h"
#include "login/webauthn_answer.h"

namespace cardea::login {
namespace {

web::Response show_factor(const StepRun& run, const StepView& view) {
  return webauthn_page(run, view, WebauthnKind::kSecondFactor);
}
web::Response show_passkey(const StepRun& run, const StepView& view) {
  return webauthn_page(run, view, WebauthnKind::kPasswordless);
}
web::Outcome submit_factor(const StepRunPtr& run, const web::Form& form) {
  return submit_webauthn(run, form, WebauthnKind::kSecondFactor);
}
web::Outcome submit_passkey(const StepRunPtr& run, const web::Form& form) {
  return submit_webauthn(run, form, WebauthnKind::kPasswordless);
}

}  // namespace

const StepForm kWebauthnStep = {.facts = {.authenticator = "webauthn-authenticator",
                                          .proof = Proof::kWebauthn,
                                          .needs_user = true,
                                          .credential = kWebauthnCredential,
                                          .setup_action = "webauthn-register"},
                                .name = "webauthn-display-name",
                                .help = "webauthn-help-text",
                                .show = show_factor,
                                .submit = submit_factor};
const StepForm kPasskeyStep = {.facts = {.authenticator = "webauthn-authenticator-passwordless",
                                         .proof = Proof::kPasskey,
                                         .credential = kPasskeyCredential,
                                         .setup_action = "webauthn-register-passwordless"},
                               .name = "webauthn-passwordless-display-name",
                               .help = "webauthn-passwordless-help-text",
                               .show = show_passkey,
                               .submit = submit_passkey};

}  // namespace cardea::login
