// UserSessionRepresentation (keycloak.md section 5.5).
#pragma once

#include <optional>
#include <vector>

#include "admin/seam/call.h"
#include "domain/session.h"

namespace cardea::admin {

/// Rows for sessions that still live, in their order; `client`: only those with a share of it.
[[nodiscard]] Or<json::array> session_rows(Call& call, const std::vector<UserSession>& sessions,
                                           const std::optional<ClientId>& client = {});

}  // namespace cardea::admin
