// What a provider says of how somebody signed in there (`acr`, `amr`; OpenID Connect Core section 2, RFC 8176), in the
// realm's own words (guides.md G2-35). Its record translates; what it does not list is worth nothing. Internal to
// broker.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "domain/identity_provider.h"

namespace cardea::broker {

struct UpstreamLevel {
  std::optional<int> level;          // the highest that is listed; absent: none
  std::vector<std::string> methods;  // our references, each once
};

/// `claims`: of the ID token. Settings, each a JSON object in a text: `levelsOfAcr` {"gold":2}, of Entra ID its `acrs`
/// as well; `levelsOfAmr` {"mfa":2}; `methodsOfAmr` {"mfa":"mfa"}. What cannot be read lists nothing.
[[nodiscard]] UpstreamLevel upstream_level(const IdentityProvider& provider, const json::object& claims);

/// Of the `acr_values` that the client asks for (separated by spaces) those that the provider's record lists.
[[nodiscard]] std::string acr_values_for(const IdentityProvider& provider, std::string_view acr_values);

}  // namespace cardea::broker
