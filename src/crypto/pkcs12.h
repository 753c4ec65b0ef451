// A key with its certificate in one encrypted file (PKCS #12, RFC 7292), for people who take it to their application.
// Such files are written and never read: one says itself how many rounds of a password hash opening it takes.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"
#include "crypto/key.h"

namespace cardea::crypto {

/// AES-256 and HMAC-SHA-256 with a key from the password (PBKDF2). kMalformed for a password or name that is empty or
/// has a zero byte, and for a certificate that is none or of another key.
[[nodiscard]] Result<SecretBytes, KeyError> write_pkcs12(const PrivateKey& key, std::string_view certificate_der,
                                                         std::string_view name, const SecretBytes& password);
/// The same with the certificate alone.
[[nodiscard]] Result<SecretBytes, KeyError> write_pkcs12(std::string_view certificate_der, std::string_view name,
                                                         const SecretBytes& password);

}  // namespace cardea::crypto
