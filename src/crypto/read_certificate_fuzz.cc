// Any bytes either are no certificate, or give one that is read again, also in a frame.
#include <cstdint>

#include "base/assert.h"
#include "base/encoding.h"
#include "crypto/read_certificate.h"
#include "crypto/x509.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cardea::crypto::read_certificate;
  const auto der = read_certificate({reinterpret_cast<const char*>(data), size});
  if (!der) return 0;
  CARDEA_ASSERT(read_certificate(*der) == *der);
  const auto framed = "-----BEGIN CERTIFICATE-----\n" + cardea::base64_encode(*der) + "\n-----END CERTIFICATE-----\n";
  CARDEA_ASSERT(framed.size() > cardea::crypto::kCertificateBytesMax || read_certificate(framed) == *der);
  return 0;
}
