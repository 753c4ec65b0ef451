// What a login is asked next: the executor (domain/flow/executor.h) with what is known of this login. A pure function
// of the run. Internal to login.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "login/roles.h"
#include "login/step.h"

namespace cardea::login {

/// The condition that asks for a role, which has to be read before.
inline constexpr std::string_view kRoleCondition = "conditional-user-role";

/// What is known of whose progress it is.
struct Person {
  const User* user = nullptr;  // null: nobody has proven anything
  std::set<std::string, std::less<>> credentials;
  std::optional<UpstreamProof> upstream;  // of this login
};

[[nodiscard]] FlowProgress progress_of(const Interaction& interaction);
/// `roles`: only looked at where a condition asks for one.
[[nodiscard]] FlowDecision decide(const StepRun& run, const FlowProgress& progress, Person person, const Roles& roles);

}  // namespace cardea::login
