// Scope offline_access (OpenID Connect Core section 11; keycloak.md section 2.4): refresh tokens that outlive the
// browser's session. Who may have them is a role, so that an operator can take the right away.
#pragma once

#include "core/token/token_plan.h"
#include "core/token/token_subject.h"

namespace cardea {

/// Was it asked for, and granted to the client as a scope?
[[nodiscard]] bool is_offline_requested(const TokenPlan& plan);

/// True when the realm role offline_access is among the person's roles, and the client may see it there.
[[nodiscard]] bool is_offline_allowed(const TokenSubject& subject);

}  // namespace cardea
