// What is shown of a step, and that a login is denied. Internal to login.
#pragma once

#include "login/step.h"

namespace cardea::login {

/// The page of the run's step.
[[nodiscard]] web::Response show_step(const StepRun& run, const StepView& view);
/// The page to choose another way by.
[[nodiscard]] web::Response show_choices(const StepRun& run);
/// Logs the reason; nobody comes further with this login.
[[nodiscard]] web::Response deny(const StepRun& run, const Denied& why);

/// The query of the form that answers this run's step.
[[nodiscard]] LoginLink step_link(const StepRun& run, const StepView& view);
/// Whose answer it was, for the log, as far as that is known; empty: nobody's.
[[nodiscard]] std::string_view answered_by(const StepRun& run, const StepView& view);

}  // namespace cardea::login
