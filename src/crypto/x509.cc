#include "crypto/x509.h"

#include <openssl/err.h>

namespace cardea::crypto {

X509Ptr read_x509(std::string_view der) {
  if (der.empty() || der.size() > kCertificateBytesMax) return nullptr;
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (at != end) return nullptr;
  return certificate;
}

}  // namespace cardea::crypto
