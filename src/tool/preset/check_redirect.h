// Is the redirect URI of a realm's identity provider registered there? A slug that differs from the registered one is
// the first thing that goes wrong (guides.md G2-03), and the provider's page names no cure. Asked as a browser would.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "tool/tool.h"

namespace cardea::tool {

/// What to register for `provider` (the admin API's representation): Keycloak's, or authentik's where `callbackPath` is
/// "source". `realm_url`: "https://sso.example.test/realms/NAME".
[[nodiscard]] std::string redirect_uri_of(const json::object& provider, std::string_view realm_url);

/// What is wrong, with the cure. Absent: nothing, or the provider cannot be asked.
[[nodiscard]] std::optional<std::string> check_redirect(const json::object& provider, std::string_view realm_url,
                                                        const Dependencies& deps);

}  // namespace cardea::tool
