// Patterns that an administrator writes, matched in linear time (RE2).
#pragma once

#include <string_view>

namespace cardea {

/// True when `pattern` can be read and matches the whole of `text`.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace cardea
