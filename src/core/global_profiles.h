// Client profiles that every realm has beside its own: Keycloak's ten, by its names, so that policies of a realm file
// and of guides find them. A policy may use those of which every executor is run here (core/client_policies.h); the
// description of the others says what is missing.
#pragma once

#include <string_view>

#include "base/json.h"

namespace cardea {

/// A list of Keycloak's ClientProfileRepresentation.
[[nodiscard]] const json::array& global_profiles();
/// The profile of this name; nullptr when there is none.
[[nodiscard]] const json::object* find_global_profile(std::string_view name);

}  // namespace cardea
