// User events counted for /metrics as `keycloak_user_events_total`, Keycloak's name and tags: event, error, and of
// realm, client_id and idp those that the operator asks for. Settings of realms do not matter: what is not kept is
// counted too.
//
// What strangers send never becomes a label (attack class 26): a realm and a client are named when they exist, a
// provider when the event is no error, and of an error its first word. There are at most kEventSeriesMax counters; what
// comes beyond is counted as event "other".
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/events/event_rules.h"

namespace cardea {

inline constexpr std::size_t kEventSeriesMax = 10'000;

struct EventMetricsSettings {
  bool with_realm = true;
  bool with_client = false;
  bool with_provider = false;
  std::set<std::string> events;  // "login", "refresh_token"; empty: all
};

class EventMetrics {
 public:
  explicit EventMetrics(EventMetricsSettings settings) : settings_(std::move(settings)) {}

  /// `knows_client`: the draft's client exists.
  void count(const EventDraft& draft, bool knows_client);
  /// Is the client asked for at all?
  [[nodiscard]] bool names_clients() const { return settings_.with_client; }

  /// The metric in Prometheus' text format.
  void append_to(std::string& out) const;

 private:
  EventMetricsSettings settings_;
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> counts_;  // by the labels as they are written
};

/// "realm,idp,clientId": false when a word is none of Keycloak's.
[[nodiscard]] bool read_event_tags(std::string_view text, EventMetricsSettings& settings);

}  // namespace cardea
