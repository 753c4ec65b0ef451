// Reading X.509 certificates (RFC 5280), beside openssl.h: one place that knows where a certificate ends. Only `crypto`
// includes this file.
#pragma once

#include <string_view>

#include "crypto/openssl.h"

namespace cardea::crypto {

inline constexpr std::size_t kCertificateBytesMax = 32 * 1024;

/// The certificate in DER. Null for anything else, for more than kCertificateBytesMax, and for bytes after it.
/// OpenSSL's queue of errors is empty afterwards.
[[nodiscard]] X509Ptr read_x509(std::string_view der);

}  // namespace cardea::crypto
