// The direct grant flow (keycloak.md section 3.7): which proofs a password grant needs, by the flow that the client or
// its realm is bound to. The executor decides; there is nobody to ask, so what it would ask for must be in the request.
#pragma once

#include <set>
#include <string>

#include "domain/flow/executor.h"

namespace cardea::oidc {

enum class DirectGrant {
  kDenied,
  kPassword,        // the password is enough
  kPasswordAndOtp,  // and a one-time code
};

/// For a user whose password was right. `flow` may be null: denied. Conditions on roles are not judged here: denied.
[[nodiscard]] DirectGrant decide_direct_grant(const Flow* flow, const UserId& user,
                                              const std::set<std::string, std::less<>>& credentials);

}  // namespace cardea::oidc
