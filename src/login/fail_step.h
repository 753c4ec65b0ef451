// A step was not passed: what is counted, and the form again. Internal to login.
#pragma once

#include "core/login_guard.h"
#include "login/step.h"

namespace cardea::login {

/// Logs the reason and shows the form again. Once something was proven, a wrong answer is counted: the row is taken and
/// written anew, so that guesses cannot run side by side, and after kStepFailuresMax the login starts from the
/// beginning.
[[nodiscard]] web::Outcome fail_step(const StepRunPtr& run, std::string_view reason, StepView view);

/// The account or the address has used up its attempts (core/login_guard.h): the form again, 429 with Retry-After, the
/// same for names of nobody. Nothing was looked at, so nothing is counted.
[[nodiscard]] web::Response refuse_attempt(const StepRun& run, const TooManyAttempts& refused, StepView view);

}  // namespace cardea::login
