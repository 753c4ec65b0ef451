// Whose a group is, where it came from an upstream provider: two attributes of it. Sign-ins alone write them; whoever
// could set them would give a group's rights to people of their choice (attack class 21).
#pragma once

#include <string_view>

namespace cardea {

inline constexpr std::string_view kSourceAttribute = "upstream.provider";  // the provider's alias
inline constexpr std::string_view kSourceIdAttribute = "upstream.id";      // the group's id there

}  // namespace cardea
