// Are refresh tokens of this client used once? Where the realm says so (revokeRefreshToken); and always those of public
// clients under policy "oauth21", which nothing else binds to the client (RFC 9700 section 2.2.2; standards.md
// section 0). One answer for the token, which says it was tracked, and for the grant, which takes it.
#pragma once

#include "domain/client.h"
#include "domain/realm.h"

namespace cardea {

struct RefreshRotation {
  bool is_on = false;
  int max_reuse = 0;  // how often a replaced one may still be used
};

[[nodiscard]] inline RefreshRotation refresh_rotation(const Realm& realm, const Client& client) {
  if (realm.revoke_refresh_token) return {.is_on = true, .max_reuse = realm.refresh_token_max_reuse};
  return {.is_on = client.public_client && client.policy() == ClientPolicy::kOAuth21, .max_reuse = 0};
}

}  // namespace cardea
