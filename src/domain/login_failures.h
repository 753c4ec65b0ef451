// What wrong passwords have left behind for one account (keycloak.md section 7.3). Rules: core/brute_force.h.
#pragma once

#include <string>

#include "base/clock.h"
#include "domain/ids.h"

namespace cardea {

/// The end of the year 9999: a lock that only an administrator ends, by enabling the account or forgetting its
/// failures.
inline constexpr TimePoint kLockedForGood{std::chrono::milliseconds(253'402'300'799'000)};

struct LoginFailures {
  RealmId realm;
  UserId user;
  int failures = 0;
  int temporary_lockouts = 0;
  TimePoint locked_until{};     // the beginning of time: not locked
  TimePoint last_failure_at{};  // the beginning of time: none
  std::string last_ip;
  friend bool operator==(const LoginFailures&, const LoginFailures&) = default;
};

}  // namespace cardea
