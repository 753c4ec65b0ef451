// Does a user have an attribute with a value? For conditional-user-attribute (domain/flow/executor.h). Patterns that an
// administrator wrote run on RE2, in time linear in the value.
#pragma once

#include <optional>

#include "domain/flow/executor.h"
#include "domain/user.h"

namespace cardea {

inline constexpr std::size_t kAttributePatternBytesMax = 1024;

/// Attributes by name, and the members `username`, `email`, `firstName`, `lastName`. Absent: cannot be said (a pattern
/// that is none or too long, or groups are to be looked at, whose attributes are not read here).
[[nodiscard]] std::optional<bool> has_attribute(const User& user, const AttributeCondition& condition);

}  // namespace cardea
