// A step was passed. What was proven goes into a row that is bound to a new cookie; the row before it is taken in the
// same transaction, so each proof is used once. Or the flow is complete, and the login goes on. Internal to login.
#pragma once

#include <functional>

#include "login/step.h"

namespace cardea::login {

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

}  // namespace cardea::login
