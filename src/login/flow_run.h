// From one step to the next: who is asked for what is the executor's decision (domain/flow/executor.h); here it is
// carried out. What was proven goes into a row that is bound to a new cookie; the row before it is taken in the same
// transaction, so each proof is used once. Internal to login.
#pragma once

#include "core/login_guard.h"
#include "login/step.h"

namespace cardea::login {

/// Calls `next(StepRunPtr)` for the step that this interaction asks now, or answers with a refusal. `wanted`: the
/// execution to be answered when it is one of the choices; else the first.
using WithRun = std::move_only_function<web::Outcome(StepRunPtr)>;
[[nodiscard]] web::Outcome run_interaction(const Dependencies& dependencies, const web::Request& request,
                                           RealmPtr realm, LoginLink link, Interaction interaction, WithRun next);

/// A checked credential.
struct StepPassed {
  Proof proof = Proof::kPassword;
  User user;
  std::set<std::string, std::less<>> credentials;  // types the user has
  std::optional<TimePoint> password_set_at = {};
  bool remember_me = false;
  bool has_failures = false;  // wrong answers before are on record: they are forgotten when the login ends
  /// Uses up what was proven, in the transaction that stores what it pays for. kConflict: somebody was first, and the
  /// step fails with `used_before`. May run twice.
  std::function<Stored<void>(Tx&)> consume = {};
  std::string_view used_before = {};
  std::optional<UpstreamProof> upstream = {};  // of Proof::kUpstream
  bool only_at_end = false;                    // refused where the flow asks for more after it
};
[[nodiscard]] web::Outcome pass_step(const StepRunPtr& run, StepPassed passed);

/// A name was typed in a step of its own: proves nothing, so it is sealed, and the next form is shown at once.
[[nodiscard]] web::Outcome pass_username(const StepRunPtr& run, std::string typed_name, bool remember_me);

/// Logs the reason and shows the form again. Once something was proven, a wrong answer is counted: the row is taken and
/// written anew, so that guesses cannot run side by side, and after kStepFailuresMax the login starts from the
/// beginning.
[[nodiscard]] web::Outcome fail_step(const StepRunPtr& run, std::string_view reason, StepView view);

/// The account or the address has used up its attempts (core/login_guard.h): the form again, 429 with Retry-After, the
/// same for names of nobody. Nothing was looked at, so nothing is counted.
[[nodiscard]] web::Response refuse_attempt(const StepRun& run, const TooManyAttempts& refused, StepView view);

/// The page of the run's step.
[[nodiscard]] web::Response show_step(const StepRun& run, const StepView& view);
/// The page to choose another way by.
[[nodiscard]] web::Response show_choices(const StepRun& run);

/// The query of the form that answers this run's step.
[[nodiscard]] LoginLink step_link(const StepRun& run, const StepView& view);

}  // namespace cardea::login
