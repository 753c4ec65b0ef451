// What can be set for an authenticator (keycloak.md section 6.11): the console draws its forms from this list. Only
// settings that this server reads are in it.
#pragma once

#include <string_view>

#include "base/json.h"

namespace cardea::admin {

/// ConfigPropertyRepresentation of each setting of a provider; empty for those that have none.
[[nodiscard]] json::array config_properties(std::string_view provider);

}  // namespace cardea::admin
