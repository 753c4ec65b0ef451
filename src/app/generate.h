// Pages of docs/reference that the program itself knows best; for ./dev gen.
#pragma once

#include <cstdio>
#include <string>

namespace cardea::app {

/// Writes the page `topic`: "options" or "routes". Returns the exit status.
[[nodiscard]] int generate(const std::string& topic, std::FILE* out, std::FILE* err);

}  // namespace cardea::app
