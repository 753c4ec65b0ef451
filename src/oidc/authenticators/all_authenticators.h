// The ways of clients to prove themselves, besides the secret (client_authentication.h). Discovery lists them.
#pragma once

#include <span>

#include "oidc/authenticators/authenticator.h"

namespace cardea::oidc {

[[nodiscard]] std::span<const Authenticator> all_authenticators();
/// By `clientAuthenticatorType`; null for secrets and for what we do not know.
[[nodiscard]] const Authenticator* find_authenticator(std::string_view type);

}  // namespace cardea::oidc
