// The step that an interaction asks now: who is behind it, does what was proven still hold, and which of the flow's
// steps may be answered. Internal to login.
#pragma once

#include "login/step.h"

namespace cardea::login {

/// Calls `next(StepRunPtr)` for the step that this interaction asks now, or answers with a refusal. Of several choices
/// it is the one that the link names, else the first.
using WithRun = std::move_only_function<web::Outcome(StepRunPtr)>;
[[nodiscard]] web::Outcome run_interaction(const Dependencies& dependencies, const web::Request& request,
                                           RealmPtr realm, LoginLink link, Interaction interaction, WithRun next);

}  // namespace cardea::login
