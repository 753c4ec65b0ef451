// Keys made once per test program, and tokens put together by hand, for the tests of jose.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/encoding.h"
#include "jose/jws.h"
#include "jose/signing_key.h"

namespace cardea::jose {

inline constexpr Algorithm kEveryAlgorithm[] = {
    Algorithm::kRS256, Algorithm::kRS384, Algorithm::kRS512, Algorithm::kPS256, Algorithm::kPS384,
    Algorithm::kPS512, Algorithm::kES256, Algorithm::kES384, Algorithm::kES512, Algorithm::kEdDSA,
    Algorithm::kHS256, Algorithm::kHS384, Algorithm::kHS512};

inline const crypto::PrivateKey& test_private_key(crypto::KeyType type) {
  static std::map<crypto::KeyType, crypto::PrivateKey> keys;
  auto found = keys.find(type);
  if (found == keys.end()) found = keys.emplace(type, crypto::PrivateKey::generate(type).value()).first;
  return found->second;
}

inline SigningKey test_signing_key(Algorithm algorithm, std::string kid = "k1") {
  auto key = is_hmac(algorithm)
                 ? SigningKey::make_hmac(SecretBytes(std::string(64, 's')), std::move(kid), algorithm)
                 : SigningKey::make(test_private_key(*key_type_of(algorithm)).clone(), std::move(kid), algorithm);
  CARDEA_ASSERT(key.has_value());
  return std::move(*key);
}

inline KeySet key_set_of(const SigningKey& key) {
  KeySet keys;
  keys.add(key.verification_key());
  return keys;
}

/// A token with any header, signed by `key` whatever the header says.
inline std::string sign_by_hand(const SigningKey& key, std::string_view header_json, std::string_view payload_json) {
  auto token = base64url_encode(header_json) + "." + base64url_encode(payload_json);
  std::string signature;
  key.sign_append(signature, token);
  return token + "." + signature;
}

}  // namespace cardea::jose
