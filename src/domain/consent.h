// What a person allowed a client: the client scopes that were shown and accepted (keycloak.md section 1.16, consent).
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "domain/ids.h"

namespace cardea {

struct Consent {
  UserId user;
  ClientId client;
  std::vector<ScopeId> scopes;  // sorted, each once
  TimePoint created_at{};
  TimePoint updated_at{};
};

}  // namespace cardea
