// What Keep's API asks for: its roles (guides.md G0.5) and the scope that each request needs.
#pragma once

#include <string_view>
#include <vector>

#include "gate/settings/gate_settings.h"

namespace cardea::gate {

/// Where Keep's front end sends a browser that signs out, with `rd`, which decides nothing.
inline constexpr std::string_view kKeepSignOutPath = "/oauth2/sign_out";

[[nodiscard]] std::vector<Role> keep_roles();
[[nodiscard]] std::vector<RequestRule> keep_requests();

}  // namespace cardea::gate
