// Client scopes: how handlers get at one (keycloak.md section 6.9).
#pragma once

#include "admin/seam/call.h"
#include "domain/scope.h"

namespace cardea::admin {

/// The scope of {scopeId} or {id}, or 404 "Could not find client scope".
[[nodiscard]] Or<ClientScope> load_scope(Call& call);

}  // namespace cardea::admin
