// Owners for OpenSSL's ciphers, fetched once each. Internal to jose.
#pragma once

#include "crypto/openssl.h"

namespace cardea::jose {

using CipherPtr = std::unique_ptr<EVP_CIPHER, crypto::OpensslFree<EVP_CIPHER_free>>;
using CipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, crypto::OpensslFree<EVP_CIPHER_CTX_free>>;

/// The cipher of the default provider by OpenSSL's name, for the function-local static that keeps it. Never null.
[[nodiscard]] CipherPtr fetch_cipher(const char* name);

}  // namespace cardea::jose
