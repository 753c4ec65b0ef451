// Kinds of components that this server has, as serverinfo describes them: key providers, client registration policies
// and the user profile (keycloak.md sections 3.8 and 6.15).
#pragma once

#include <string_view>

#include "base/json.h"

namespace cardea::admin {

/// ComponentTypeRepresentation of each, by provider type.
[[nodiscard]] json::object component_types();
/// What the form of an identity provider of this kind asks for beside what all of them have.
[[nodiscard]] json::array provider_properties(std::string_view kind);
/// Whether there is such a provider.
[[nodiscard]] bool is_component_provider(std::string_view provider_type, std::string_view provider_id);

}  // namespace cardea::admin
