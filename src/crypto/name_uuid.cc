#include "crypto/name_uuid.h"

#include <openssl/evp.h>

#include <array>

#include "base/assert.h"
#include "base/encoding.h"

namespace cardea::crypto {

std::string name_uuid(std::string_view bytes) {
  std::array<unsigned char, 16> digest{};
  const int done = EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_md5(), nullptr);
  CARDEA_ASSERT(done == 1);
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0F) | 0x30);  // version 3
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3F) | 0x80);  // variant of RFC 9562
  auto hex = hex_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
  for (const std::size_t at : {8U, 13U, 18U, 23U}) hex.insert(at, 1, '-');
  return hex;
}

}  // namespace cardea::crypto
