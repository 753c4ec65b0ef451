// What happened in a realm, kept where the realm says so (keycloak.md sections 5.5 and 7.4): user events by sign-in and
// protocol endpoints, admin events by the admin API.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "domain/ids.h"

namespace cardea {

struct UserEvent {
  std::string id;
  RealmId realm;
  TimePoint at{};
  std::optional<TimePoint> expires_at{};  // absent: never
  std::string type;                       // "LOGIN", "LOGIN_ERROR"
  std::string client_id;                  // as the client says it; empty: none
  std::string user;                       // internal id; empty: nobody that is known
  std::string session;
  std::string ip;
  std::string error;                           // of ..._ERROR: "invalid_user_credentials"
  std::map<std::string, std::string> details;  // never a secret, a token or what somebody typed
};

/// Who did what in the admin API. Secrets are masked in both representations.
struct AdminEvent {
  std::string id;
  RealmId realm;
  TimePoint at{};
  std::optional<TimePoint> expires_at{};
  std::string operation;      // CREATE, UPDATE, DELETE, ACTION
  std::string resource;       // "USER"
  std::string path;           // below the realm: "users/1"
  std::string by_realm;       // id of the realm whose token it was
  std::string by_realm_name;  // its name
  std::string by_client;      // internal id
  std::string by_user;        // internal id
  std::string ip;
  std::string representation;  // JSON of what it is now, or was; empty unless the realm keeps details
  std::string changes;         // JSON: {"member": {"before": ..., "after": ...}}; empty as above
};

/// What is asked for; empty: any. Times are inclusive.
struct EventQuery {
  std::vector<std::string> types{};  // user events: type; admin events: operation
  std::vector<std::string> resources{};
  std::string path{};  // '*' is any run of characters
  std::string realm{}, client{}, user{}, ip{};
  std::optional<TimePoint> from{}, to{};
  bool oldest_first = false;
  std::int64_t first = 0;
  std::int64_t max = 100;
};

}  // namespace cardea
