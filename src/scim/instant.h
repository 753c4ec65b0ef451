// Times as SCIM writes them (RFC 7643 section 2.3.5): "2026-11-27T10:20:30.123Z".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace cardea::scim {

[[nodiscard]] std::string instant_text(TimePoint at);
/// Date, 'T', time with or without a fraction, and 'Z' or an offset. Absent: it is no such text.
[[nodiscard]] std::optional<TimePoint> parse_instant(std::string_view text);

}  // namespace cardea::scim
