// The files of presets/realm-defaults/, embedded in the program.
#pragma once

#include <string_view>

namespace cardea::realm_defaults_data {

[[nodiscard]] std::string_view realm();
[[nodiscard]] std::string_view roles();
[[nodiscard]] std::string_view clients();
[[nodiscard]] std::string_view client_scopes();
[[nodiscard]] std::string_view authentication();
[[nodiscard]] std::string_view components();
[[nodiscard]] std::string_view master();
[[nodiscard]] std::string_view user_profile();

}  // namespace cardea::realm_defaults_data
