// A stored credential of a user, in Keycloak's two JSON documents (keycloak.md section 5.4). The secret one is sealed
// at rest.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/secret.h"
#include "domain/ids.h"

namespace cardea {

struct Credential {
  CredentialId id;
  UserId user;
  std::string type;  // "password", "otp", "webauthn", ...
  std::string label;
  TimePoint created_at{};
  int priority = 10;
  std::string credential_data;  // JSON text
  SecretBytes secret_data;      // JSON text
};

}  // namespace cardea
