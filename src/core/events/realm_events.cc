#include "core/events/realm_events.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace cardea {
namespace {

constexpr std::string_view kNoisy[] = {"REFRESH_TOKEN",
                                       "REFRESH_TOKEN_ERROR",
                                       "INTROSPECT_TOKEN",
                                       "INTROSPECT_TOKEN_ERROR",
                                       "USER_INFO_REQUEST",
                                       "USER_INFO_REQUEST_ERROR",
                                       "VALIDATE_ACCESS_TOKEN",
                                       "VALIDATE_ACCESS_TOKEN_ERROR",
                                       "CLIENT_INFO",
                                       "CLIENT_INFO_ERROR",
                                       "PUSHED_AUTHORIZATION_REQUEST",
                                       "PUSHED_AUTHORIZATION_REQUEST_ERROR"};

std::optional<TimePoint> expiry(std::int64_t life, TimePoint now) {
  constexpr std::int64_t kLifeMax = 100LL * 366 * 24 * 3600;  // beyond it a time may not be one any more
  if (life <= 0) return std::nullopt;
  return now + seconds{std::min(life, kLifeMax)};
}

}  // namespace

std::span<const std::string_view> noisy_event_types() { return kNoisy; }

bool keeps_user_events(const Realm& realm) { return bool_or(realm.extra, "eventsEnabled", false); }

bool keeps_user_event(const Realm& realm, std::string_view type) {
  if (!keeps_user_events(realm)) return false;
  const auto* listed = realm.extra.if_contains("enabledEventTypes");
  if (listed == nullptr || !listed->is_array() || listed->get_array().empty()) {
    return std::ranges::find(kNoisy, type) == std::end(kNoisy);
  }
  return std::ranges::any_of(listed->get_array(), [&](const json::value& each) {
    return each.is_string() && std::string_view(each.get_string()) == type;
  });
}

bool keeps_admin_events(const Realm& realm) { return bool_or(realm.extra, "adminEventsEnabled", false); }
bool keeps_admin_event_details(const Realm& realm) { return bool_or(realm.extra, "adminEventsDetailsEnabled", false); }

std::optional<TimePoint> user_event_expiry(const Realm& realm, TimePoint now) {
  return expiry(int_or(realm.extra, "eventsExpiration", 0), now);
}

std::optional<TimePoint> admin_event_expiry(const Realm& realm, TimePoint now) {
  const auto life = realm.attributes.find("adminEventsExpiration");
  if (life == realm.attributes.end()) return std::nullopt;
  return expiry(parse_integer<std::int64_t>(life->second).value_or(0), now);
}

}  // namespace cardea
