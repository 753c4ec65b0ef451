// X.509 certificates that people bring (RFC 5280), as the bytes they come in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace cardea::crypto {

/// The DER of one certificate that comes as PEM (RFC 7468), as the base64 inside of that, or as DER. Absent for
/// anything else, for more than kCertificateBytesMax (crypto/x509.h), and for bytes after the certificate.
[[nodiscard]] std::optional<std::string> read_certificate(std::string_view text);

/// When the certificate ends (RFC 5280 section 4.1.2.5). Absent when the bytes are no certificate.
[[nodiscard]] std::optional<TimePoint> end_of_certificate(std::string_view der);

}  // namespace cardea::crypto
