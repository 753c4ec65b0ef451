// Any bytes are no key in the usual spelling, or one that OpenSSL writes down in just these bytes.
#include <cstdint>

#include "base/assert.h"
#include "crypto/key.h"
#include "crypto/spki.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cardea::crypto::PublicKey;
  const std::string_view der(reinterpret_cast<const char*>(data), size);
  const auto usual = cardea::crypto::read_usual_spki(der);
  const auto key = PublicKey::from_spki_der(der);
  if (!usual || !key) return 0;
  CARDEA_ASSERT(key->type() == usual->type);
  CARDEA_ASSERT(key->spki_der() == der);
  return 0;
}
