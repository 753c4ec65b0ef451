// Option names of Keycloak that Cardea does not have. Published guides and compose files set them, so they are accepted
// and listed in one warning, except the few whose meaning is a protection that would silently be missing.
#pragma once

#include <optional>
#include <string_view>

namespace cardea::app {

struct KeycloakName {
  enum class Treatment { kIgnore, kRefuse } treatment;
  std::string_view advice;  // what to use instead; empty: nothing
};

/// `option` in the spelling of flags ("cache-stack"). Absent: Keycloak has no such option either.
[[nodiscard]] std::optional<KeycloakName> find_keycloak_name(std::string_view option, std::string_view value);

}  // namespace cardea::app
