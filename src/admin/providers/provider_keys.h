// The key set of an identity provider, fetched when an administrator asks for it (keycloak.md section 6.10).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

/// Says which address is asked; none for a provider that names no address of a key set.
Prepared ask_provider_keys(Call& call);
/// True when a key set came back, which is in use from now on.
Answer reload_provider_keys(Call& call);

}  // namespace cardea::admin
