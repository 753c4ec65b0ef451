// Text cut to a length: for names that come from elsewhere and must fit into a column of ours.
#pragma once

#include <string>
#include <string_view>

#include "base/limits.h"

namespace cardea {

/// The beginning of UTF-8 `text`, no longer than a name may be, and never a part of a character.
[[nodiscard]] std::string limited(std::string_view text, std::size_t bytes_max = kUsernameBytesMax);

}  // namespace cardea
