// Patterns that operators write for names, matched in linear time (RE2).
#pragma once

#include <string_view>

namespace cardea {

/// Does the pattern fit the whole of `text`, without regard to case? False for a pattern of more than 1 kB and for one
/// that is none.
[[nodiscard]] bool fits_name_pattern(std::string_view pattern, std::string_view text);

}  // namespace cardea
