// The row of table `server` with the wrapped data key: what tells a right master key from a wrong one.
#pragma once

#include <string_view>

namespace cardea::store {

inline constexpr std::string_view kDataKeyRow = "data-key";

}  // namespace cardea::store
