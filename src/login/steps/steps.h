// The forms this release has, one file each; all_steps.cc is the table. Internal to login.
#pragma once

#include "login/step.h"

namespace cardea::login {

extern const StepForm kUsernamePasswordStep, kUsernameStep, kPasswordStep;  // password_steps.cc
extern const StepForm kOtpStep;                                             // otp_step.cc
extern const StepForm kWebauthnStep, kPasskeyStep;                          // webauthn_steps.cc
extern const StepForm kRecoveryCodeStep;                                    // recovery_code_step.cc
extern const StepForm kRedirectorStep, kSourceStepForm;                     // redirector_step.cc

}  // namespace cardea::login
