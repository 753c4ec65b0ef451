// What an application's installer reads first: the discovery document, with everything that installers copy out of it.
#pragma once

#include <string>

#include "base/result.h"
#include "tool/tool.h"

namespace cardea::tool {

/// The issuer in the discovery document of `realm_url` ("https://sso.example.test/realms/netbird"). Refused, with a
/// sentence that says what to mend: no document; a member missing that an installer would write down as "null"; an
/// issuer that is not the address asked (OpenID Connect Discovery 4.3).
[[nodiscard]] Result<std::string, std::string> check_discovery(const std::string& realm_url, const Dependencies& deps);

}  // namespace cardea::tool
