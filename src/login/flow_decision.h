// What a login is asked next: the executor (domain/flow/executor.h) with what is known of this login. A pure function
// of the run. It goes through the flow of its client, and after that through the one of each provider who vouched
// (core/post_login_flow.h), all on one progress: which of them is on follows from what was passed. Internal to login.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "login/roles.h"
#include "login/step.h"

namespace cardea::login {

/// What is known of whose progress it is.
struct Person {
  const User* user = nullptr;  // null: nobody has proven anything
  std::set<std::string, std::less<>> credentials;
  std::optional<UpstreamProof> upstream;  // of this login
};

[[nodiscard]] FlowProgress progress_of(const Interaction& interaction);

/// The flows of this login, in their order; null: one that cannot run, and the login is denied there.
[[nodiscard]] std::vector<const Flow*> flows_of_login(const StepRun& run, const FlowProgress& progress,
                                                      const std::optional<UpstreamProof>& upstream);
/// Does a condition in them ask for roles?
[[nodiscard]] bool asks_for_roles(const std::vector<const Flow*>& flows);
/// `roles`: only looked at where a condition asks for one. Complete: all of the flows are.
[[nodiscard]] FlowDecision decide(const StepRun& run, const FlowProgress& progress, const Person& person,
                                  const Roles& roles);

}  // namespace cardea::login
