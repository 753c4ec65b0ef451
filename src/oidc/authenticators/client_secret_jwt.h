// client_secret_jwt (OpenID Connect Core section 9, RFC 7523): an assertion with a MAC made with the client's secret,
// which itself is never sent.
#pragma once

#include "oidc/authenticators/authenticator.h"

namespace cardea::oidc {

[[nodiscard]] web::Outcome prove_by_shared_key(Unproven unproven);

}  // namespace cardea::oidc
