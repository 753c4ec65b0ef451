// Fresh keys for a realm (keycloak.md section 3.8): RSA with a self-signed certificate, elliptic curves, HMAC, AES.
#pragma once

#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/key.h"
#include "domain/client.h"
#include "domain/representation/key_json.h"

namespace cardea {

/// Makes the material that `wanted` asks for, unless it has some, and what is missing beside it: kid, certificate
/// (CN=<realm>, ten years). Asymmetric kids are base64url(SHA-256(SubjectPublicKeyInfo)), symmetric ones UUIDs. An RSA
/// key takes 0.1 to 2 s: `cpu` lane. The id is left alone. kSize for RSA sizes we do not make.
[[nodiscard]] Result<RealmKey, crypto::KeyError> complete_key(KeyComponent wanted, std::string_view realm,
                                                              TimePoint now, Random& random);

/// What a realm signs for this client by the client's own attributes, each once; words that are no algorithm are left
/// out. The realm needs an active key for each.
[[nodiscard]] std::vector<std::string> signature_algorithms_of(const Client& client);

/// The key that a realm gets when something asks for an algorithm that it has no active key for, as in Keycloak: named
/// "fallback-<algorithm>", and of the least priority.
[[nodiscard]] KeyComponent fallback_key(std::string_view algorithm);

}  // namespace cardea
