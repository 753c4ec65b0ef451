// JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037): public keys in and out. Private keys never pass here.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "crypto/key.h"
#include "jose/algorithm.h"
#include "jose/error.h"

namespace cardea::jose {

/// A public key with its members. Empty text means the member is absent.
struct PublicJwk {
  crypto::PublicKey key;
  std::string kid;
  std::string alg;              // text, because encryption keys carry names such as RSA-OAEP
  std::string use;              // "sig" or "enc"
  std::string certificate_der;  // written as x5c, x5t, x5t#S256; not kept when a key is read
};

/// Appends one key in Keycloak's member order: kid, kty, alg, use, x5c, x5t, x5t#S256, n, e (keycloak.md section 1.4),
/// and crv, x, y for EC and OKP.
void append_jwk(std::string& out, const PublicJwk& jwk);
/// {"keys":[...]}
[[nodiscard]] std::string jwks_json(std::span<const PublicJwk> keys);

/// RFC 7638 section 3: base64url(SHA-256) over the required members in lexicographic order.
[[nodiscard]] std::string thumbprint(const crypto::PublicKey& key);

/// Reads one public key. Refuses private members (kPrivateMember), RSA below 2048 bits (kWeakKey), coordinates not at
/// full length, points off the curve and leading zero bytes of RSA numbers (kBadKey), and `alg`, `use` or `key_ops`
/// that contradict each other or the key (kBadKey). Unknown members are ignored.
[[nodiscard]] Result<PublicJwk, JoseError> parse_jwk(const json::object& jwk);
[[nodiscard]] Result<PublicJwk, JoseError> parse_jwk(std::string_view jwk_json);

/// Reads a public key set of at most kJwksKeysMax keys. Keys we cannot use are left out (RFC 7517 section 5); a private
/// or symmetric key anywhere refuses the set.
[[nodiscard]] Result<std::vector<PublicJwk>, JoseError> parse_jwks(std::string_view jwks_json);

}  // namespace cardea::jose
