// Moments in the query of a list (`dateFrom`, `createdBefore`): a day as "2026-11-26", or milliseconds since 1970
// (keycloak.md section 6).
#pragma once

#include <optional>
#include <string_view>

#include "admin/seam/call.h"
#include "base/clock.h"

namespace cardea::admin {

/// Which end of a span a moment is: as the upper one, a day is its last millisecond.
enum class SpanEnd { kFrom, kTo };

/// The parameter `name`; none when it is absent or empty. 400 for what is no moment.
[[nodiscard]] Or<std::optional<TimePoint>> query_moment(const Call& call, std::string_view name, SpanEnd end);

}  // namespace cardea::admin
