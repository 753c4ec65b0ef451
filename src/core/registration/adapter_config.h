// keycloak.json: what Keycloak's adapters are set up with (keycloak.md section 1.15, provider `install`).
#pragma once

#include <string>

#include "base/json.h"
#include "domain/client.h"
#include "domain/realm.h"

namespace cardea {

/// `base`: the realm's address without "/realms/...". The secret is left out; `adapter_has_secret` says whose it is in.
[[nodiscard]] json::object adapter_config(const Realm& realm, const Client& client, const std::string& base);
[[nodiscard]] bool adapter_has_secret(const Client& client);
/// As adapters read it: `{"credentials":{"secret":...}}`.
void add_adapter_secret(json::object& config, std::string_view secret);

}  // namespace cardea
