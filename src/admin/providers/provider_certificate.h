// A certificate that somebody uploads for an identity provider (keycloak.md section 6.10).
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

/// Says what the file is, to be put into the provider's settings; nothing is kept.
Answer read_provider_certificate(Call& call);

}  // namespace cardea::admin
