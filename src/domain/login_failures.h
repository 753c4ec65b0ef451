// What wrong passwords have left behind for one account (keycloak.md section 7.3). Rules: core/brute_force.h.
#pragma once

#include <string>

#include "base/clock.h"
#include "domain/ids.h"

namespace cardea {

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
