// The roles of whoever goes through a flow, for the conditions that ask for one. Internal to login.
#pragma once

#include <memory>
#include <string_view>

#include "login/login.h"

namespace cardea::login {

using Roles = std::shared_ptr<const EffectiveRoles>;

/// "role" is a realm role, "client.role" one of a client (keycloak.md section 3.7). Client ids may hold dots.
[[nodiscard]] bool has_role(const EffectiveRoles& roles, std::string_view name);

/// Null: the person is gone.
[[nodiscard]] Stored<Roles> load_roles(Rows& rows, const Dependencies& dependencies, const RealmEntry& realm,
                                       const UserId& user);

}  // namespace cardea::login
