// private_key_jwt (OpenID Connect Core section 9, RFC 7523): an assertion signed with a key whose public half is in the
// client's record, as a key set, a certificate or a public key, or at an address that the record names.
#pragma once

#include "oidc/authenticators/authenticator.h"

namespace cardea::oidc {

[[nodiscard]] web::Outcome prove_by_private_key(Unproven unproven);

}  // namespace cardea::oidc
