#include "crypto/openssl.h"

#include <array>

#include "base/assert.h"

namespace cardea::crypto {
namespace {

constexpr std::array kNames = {"SHA1", "SHA256", "SHA384", "SHA512"};

std::array<MdPtr, kNames.size()> fetch_digests() {
  std::array<MdPtr, kNames.size()> digests;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    digests[i].reset(EVP_MD_fetch(nullptr, kNames[i], nullptr));
    CARDEA_ASSERT(digests[i] != nullptr);
  }
  return digests;
}

}  // namespace

const EVP_MD* fetched_digest(HashAlgorithm algorithm) {
  static const auto digests = fetch_digests();
  return digests[static_cast<std::size_t>(algorithm)].get();
}

EVP_MAC* fetched_hmac() {
  static const MacPtr mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  CARDEA_ASSERT(mac != nullptr);
  return mac.get();
}

const char* digest_name(HashAlgorithm algorithm) { return kNames[static_cast<std::size_t>(algorithm)]; }

}  // namespace cardea::crypto
