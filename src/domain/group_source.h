// Whose a group is, where it came from an upstream provider: two attributes of it. What comes from there alone writes
// them (core/changes/source_groups.h); whoever could set them would give a group's rights to people of their choice
// (attack class 21).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "domain/group.h"

namespace cardea {

inline constexpr std::string_view kSourceAttribute = "upstream.provider";  // the provider's alias
inline constexpr std::string_view kSourceIdAttribute = "upstream.id";      // the group's id there

[[nodiscard]] inline bool is_source_attribute(std::string_view name) {
  return name == kSourceAttribute || name == kSourceIdAttribute;
}

/// Do its members, or those of a group below it, get anything by it beside the group?
[[nodiscard]] inline bool gives_something(const Group& group) {
  return !group.roles.empty() || !std::ranges::all_of(group.attributes, [](const auto& attribute) {
    return is_source_attribute(attribute.first);
  });
}

/// A group as its source says it.
struct SourceGroup {
  std::string id;
  std::string name;  // empty: not known, because a permission is missing
  friend bool operator==(const SourceGroup&, const SourceGroup&) = default;
};

}  // namespace cardea
