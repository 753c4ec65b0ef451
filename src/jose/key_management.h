// How the content key of a JWE reaches its reader: the algorithms of RFC 7518 sections 4.3, 4.6 and, for wrapping, 4.4.
// RSA1_5 is not among them: its padding can be told from the outside (RFC 8725 section 3.2). Nor are `dir` and the
// symmetric ones: nobody shares such a key with us.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "crypto/key.h"
#include "jose/content_encryption.h"
#include "jose/error.h"

namespace cardea::jose {

enum class KeyManagement { kEcdhEsA256Kw, kEcdhEsA192Kw, kEcdhEsA128Kw, kRsaOaep, kRsaOaep256, kEcdhEs };

/// In Keycloak's order (keycloak.md section 1.2).
inline constexpr std::array kKeyManagements = {KeyManagement::kEcdhEsA256Kw, KeyManagement::kEcdhEsA192Kw,
                                               KeyManagement::kEcdhEsA128Kw, KeyManagement::kRsaOaep,
                                               KeyManagement::kRsaOaep256,   KeyManagement::kEcdhEs};

/// Reads an `alg` value, case-sensitive.
[[nodiscard]] std::optional<KeyManagement> parse_key_management(std::string_view name);
[[nodiscard]] std::string_view name(KeyManagement management);
/// RSA keys serve RSA-OAEP, those on the three NIST curves ECDH-ES.
[[nodiscard]] bool fits(KeyManagement management, crypto::KeyType type);
[[nodiscard]] bool is_agreement(KeyManagement management);

/// What ECDH-ES mixes into the key besides the agreement (RFC 7518 section 4.6.2): `apu` and `apv`, decoded.
struct PartyInfo {
  std::string_view producer = {};
  std::string_view consumer = {};
};

/// The key that both sides of an agreement derive: the content key for ECDH-ES, else the one it is wrapped with.
/// kBadKey when the keys are on different curves, or of no curve.
[[nodiscard]] Result<SecretBytes, JoseError> agree(const crypto::PrivateKey& ours, const crypto::PublicKey& theirs,
                                                   KeyManagement management, ContentEncryption content,
                                                   const PartyInfo& parties);

/// `content_key` by RSA-OAEP. kBadKey when OpenSSL refuses the key.
[[nodiscard]] Result<std::string, JoseError> encrypt_key(const crypto::PublicKey& key, KeyManagement management,
                                                         std::string_view content_key);
/// kBadEncryption, whatever it is that does not fit.
[[nodiscard]] Result<SecretBytes, JoseError> decrypt_key(const crypto::PrivateKey& key, KeyManagement management,
                                                         std::string_view encrypted_key);

/// AES Key Wrap with the default initial value (RFC 3394). The wrapping key has 16, 24 or 32 bytes.
[[nodiscard]] std::string wrap_key(const SecretBytes& wrapping_key, std::string_view content_key);
[[nodiscard]] Result<SecretBytes, JoseError> unwrap_key(const SecretBytes& wrapping_key,
                                                        std::string_view encrypted_key);

}  // namespace cardea::jose
