// What Keep's API asks for: its roles (guides.md G0.5) and the scope that each request needs.
#pragma once

#include <string_view>
#include <vector>

#include "gate/settings/gate_settings.h"

namespace cardea::gate {

/// Where Keep's front end sends a browser that signs out, with `rd`, which decides nothing.
inline constexpr std::string_view kKeepSignOutPath = "/oauth2/sign_out";

/// What Keep believes of whatever proxy is before it, in its mode OAUTH2PROXY: its API reads address and groups, its
/// front end all four. None of them comes from a stranger.
inline constexpr std::string_view kKeepProxyHeaders[] = {"X-Forwarded-Email", "X-Forwarded-Groups", "X-Forwarded-User",
                                                         "X-Forwarded-Access-Token"};

[[nodiscard]] std::vector<Role> keep_roles();
[[nodiscard]] std::vector<RequestRule> keep_requests();

}  // namespace cardea::gate
