// The header Retry-After (RFC 9110 section 10.2.3): seconds, or the date to wait for. Internal to broker.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace cardea::broker {

/// From `now` on; zero for a date that has passed. Absent: it is neither. Of the three ways to write a date only the
/// one that is sent today is read (section 5.6.7).
[[nodiscard]] std::optional<seconds> retry_after(std::string_view text, TimePoint now);

}  // namespace cardea::broker
