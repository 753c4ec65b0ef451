// The table of authenticators that have a form: a new one is a file beside this and a line here.
#include "login/steps/steps.h"

namespace cardea::login {
namespace {

const StepForm* const kSteps[] = {
    &kUsernamePasswordStep, &kUsernameStep,     &kPasswordStep,   &kOtpStep,        &kWebauthnStep,
    &kPasskeyStep,          &kRecoveryCodeStep, &kRedirectorStep, &kSourceStepForm,
};

}  // namespace

const StepForm* find_step_form(std::string_view authenticator) {
  for (const auto* form : kSteps) {
    if (form->facts.authenticator == authenticator) return form;
  }
  return nullptr;
}

const FormFacts* find_form_facts(std::string_view authenticator) {
  const auto* form = find_step_form(authenticator);
  return form == nullptr ? nullptr : &form->facts;
}

}  // namespace cardea::login
