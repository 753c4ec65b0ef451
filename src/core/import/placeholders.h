// "${NAME}" in the texts of a realm file, filled in from the environment (keycloak.md section 8.2). Only files are:
// what comes through the admin API is taken as it is.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace cardea {

/// The value for a name, absent when there is none.
using PlaceholderLookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Replaces placeholders in every string value, member names excepted. "${NAME:default}" gives the default when the
/// lookup has nothing; "${NAME}" stays as it is then, since Keycloak's own texts look the same ("${role_admin}"). What
/// a lookup returns is not looked at again.
void fill_placeholders(json::value& value, const PlaceholderLookup& lookup);

[[nodiscard]] std::string fill_placeholders(std::string_view text, const PlaceholderLookup& lookup);

}  // namespace cardea
