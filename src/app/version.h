// The release, from CMakeLists.txt.
#pragma once

#include <string_view>

namespace cardea::app {

[[nodiscard]] std::string_view version();

}  // namespace cardea::app
