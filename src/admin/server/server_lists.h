// Lists that serverinfo and the event resources share.
#pragma once

#include <span>
#include <string_view>

namespace cardea::admin {

/// Every type of user event, sorted.
[[nodiscard]] std::span<const std::string_view> event_types();
/// Every kind of thing that admin events speak of, sorted.
[[nodiscard]] std::span<const std::string_view> resource_types();

}  // namespace cardea::admin
