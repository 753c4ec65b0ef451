// RSASSA-PKCS1-v1_5 verification (RFC 8017 section 8.2.2) for the public exponent that keys have, 65537. OpenSSL's own
// verification spends a sixth of its time beside the arithmetic; here is the arithmetic alone, by OpenSSL's Montgomery
// multiplication (docs/adr/0024). Everything in it is public: nothing has to take constant time.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>

#include "crypto/key.h"
#include "crypto/openssl.h"

namespace cardea::crypto {

class RsaVerifier {
 public:
  /// False: no RSA key, or of another exponent. OpenSSL verifies for it.
  [[nodiscard]] static bool takes(const PublicKey& key);
  /// `key` is one that is taken. The numbers are made ready at the first verification, which many keys never see.
  explicit RsaVerifier(const PublicKey& key) : key_(key) {}

  /// True when `signature` is one of `digest`, which is of a SHA-2 of `hash`. As long as the modulus and below it, and
  /// what it says compared as a whole with the one right encoding: there is nothing to be read in it, and so nothing to
  /// be read wrongly.
  [[nodiscard]] bool is_valid(HashAlgorithm hash, std::string_view digest, std::string_view signature) const;

 private:
  [[nodiscard]] const BN_MONT_CTX* numbers() const;

  const PublicKey key_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<BN_MONT_CTX, OpensslFree<BN_MONT_CTX_free>> numbers_;  // null: OpenSSL had no memory
  mutable BignumPtr modulus_;
};

}  // namespace cardea::crypto
