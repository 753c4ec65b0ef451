// What an administrator may write as the realm's profile configuration (keycloak.md section 3.9): everything that it
// names is there, and nothing in it is passed over later, or somebody would believe in a rule that nobody enforces.
#pragma once

#include <vector>

#include "admin/seam/call.h"
#include "base/json.h"
#include "domain/scope.h"

namespace cardea::admin {

/// 400 in Keycloak's shapes; `scopes`: those of the realm, for rules that hang on them.
[[nodiscard]] Or<void> check_profile_config(const json::object& config, const std::vector<ClientScope>& scopes);

}  // namespace cardea::admin
