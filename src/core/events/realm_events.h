// What a realm keeps of its events (keycloak.md sections 6.3 and 7.4): members of its settings.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "domain/realm.h"

namespace cardea {

/// Whether the realm keeps user events at all.
[[nodiscard]] bool keeps_user_events(const Realm& realm);
/// Whether user events of this type are kept: eventsEnabled, and enabledEventTypes has it. A realm that lists none
/// keeps all but those that only say that a token was looked at or renewed.
[[nodiscard]] bool keeps_user_event(const Realm& realm, std::string_view type);
/// Types that a realm without a list does not keep.
[[nodiscard]] std::span<const std::string_view> noisy_event_types();
[[nodiscard]] bool keeps_admin_events(const Realm& realm);
/// With representations: what a thing is now, and what changed.
[[nodiscard]] bool keeps_admin_event_details(const Realm& realm);

/// When an event of now goes: eventsExpiration, or the realm's attribute adminEventsExpiration; absent: never.
[[nodiscard]] std::optional<TimePoint> user_event_expiry(const Realm& realm, TimePoint now);
[[nodiscard]] std::optional<TimePoint> admin_event_expiry(const Realm& realm, TimePoint now);

}  // namespace cardea
