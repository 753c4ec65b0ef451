// How the content of a JWE is encrypted: the algorithms of RFC 7518 section 5, which all authenticate it with its
// header.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "jose/error.h"

namespace cardea::jose {

enum class ContentEncryption { kA256Gcm, kA192Gcm, kA128Gcm, kA128CbcHs256, kA192CbcHs384, kA256CbcHs512 };

/// In Keycloak's order (keycloak.md section 1.2).
inline constexpr std::array kContentEncryptions = {ContentEncryption::kA256Gcm,      ContentEncryption::kA192Gcm,
                                                   ContentEncryption::kA128Gcm,      ContentEncryption::kA128CbcHs256,
                                                   ContentEncryption::kA192CbcHs384, ContentEncryption::kA256CbcHs512};

/// Reads an `enc` value, case-sensitive.
[[nodiscard]] std::optional<ContentEncryption> parse_content_encryption(std::string_view name);
[[nodiscard]] std::string_view name(ContentEncryption encryption);

/// Length of the content encryption key; for CBC the MAC key stands in front of the cipher's (section 5.2.2.1).
[[nodiscard]] std::size_t key_bytes(ContentEncryption encryption);
[[nodiscard]] std::size_t iv_bytes(ContentEncryption encryption);

struct EncryptedContent {
  std::string ciphertext;
  std::string tag;
};

/// `key` and `iv` must have the lengths above; an initialization vector is used once with a key.
[[nodiscard]] EncryptedContent encrypt_content(ContentEncryption encryption, std::string_view key, std::string_view iv,
                                               std::string_view additional_data, std::string_view plaintext);

/// kBadEncryption whatever does not fit: key, vector, tag, header, padding. Nothing of the content is answered then.
[[nodiscard]] Result<std::string, JoseError> decrypt_content(ContentEncryption encryption, std::string_view key,
                                                             std::string_view iv, std::string_view additional_data,
                                                             const EncryptedContent& content);

}  // namespace cardea::jose
