// A new key for an authenticator application: made, written as the URI that such applications read from a QR code
// (otpauth, standards.md OT-5), and as the text that people type in.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "core/otp_credential.h"

namespace cardea {

/// Letters and digits, since the bytes of the text are the key (keycloak.md section 5.4): 27 of 64 kinds, 162 bits
/// (RFC 4226 section 4 R6 wants 128 and recommends 160).
inline constexpr std::size_t kOtpSecretChars = 27;
[[nodiscard]] std::string make_otp_secret(Random& random);

[[nodiscard]] std::string otp_uri(const OtpPolicy& policy, std::string_view issuer, std::string_view account,
                                  std::string_view secret);
/// base32 in groups of four.
[[nodiscard]] std::string grouped_otp_key(std::string_view secret);

}  // namespace cardea
