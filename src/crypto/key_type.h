// What public and private keys share on the OpenSSL side. Internal to crypto; key.h is the public face.
#pragma once

#include <string>

#include "base/result.h"
#include "crypto/key.h"
#include "crypto/openssl.h"

namespace cardea::crypto {

/// The type of a key we can use. kUnsupported for other kinds and curves, kSize and kInvalid for RSA numbers out of
/// range and Ed25519 points of small order.
[[nodiscard]] Result<KeyType, KeyError> check_key(EVP_PKEY* key);
/// OpenSSL's name of the curve; null for RSA and Ed25519.
[[nodiscard]] const char* curve_name(KeyType type);
/// A second owner of the same key.
[[nodiscard]] PkeyPtr shared(const PkeyPtr& key);
/// SubjectPublicKeyInfo in DER.
[[nodiscard]] std::string spki_of(EVP_PKEY* key);
/// The passphrase callback for PEM: no passphrase, and above all no question on the terminal.
int refuse_passphrase(char* buffer, int size, int is_writing, void* data);

}  // namespace cardea::crypto
