// Runs a plan's mappers for one destination and fills in the claims (keycloak.md section 4). Used by issue_token only.
#pragma once

#include "core/token/claims.h"
#include "core/token/issue_token.h"

namespace cardea {

/// What does not fit its mapper's type is left out, and named in `claims.left_out`.
void run_mappers(const TokenContext& context, Destination destination, Claims& claims);

}  // namespace cardea
