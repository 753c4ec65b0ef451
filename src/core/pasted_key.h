// The key that a provider's record holds (`publicKeySignatureVerifier`, with `useJwksUrl` = "false"), in place of those
// that the provider publishes: PEM of a public key or certificate, the same without its first and last line as Keycloak
// keeps it, or a JWK Set. It comes from the administrator and from no message (attack class 12).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/identity_provider.h"
#include "jose/key_set.h"

namespace cardea {

inline constexpr std::size_t kPastedKeyBytesMax = 64 * 1024;

/// `kid`: what the token names, for a key whose record names none (`publicKeySignatureVerifierKeyId`). An RSA key
/// verifies each of the RS and PS algorithms; whoever checks the token says which of them it takes. Refuses what is no
/// public key.
[[nodiscard]] Result<jose::KeySet, jose::JoseError> pasted_keys(const IdentityProvider& provider,
                                                                std::optional<std::string_view> kid);

}  // namespace cardea
