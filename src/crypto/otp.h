// One-time passwords: HOTP (RFC 4226) and TOTP (RFC 6238), which is HOTP of the number of the time step. Time and
// counters are passed in; remembering what was used is the caller's (core/otp_credential.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/hash.h"

namespace cardea::crypto {

/// The code of one counter, `digits` (6 to 8) long with leading zeros (RFC 4226 section 5.3). `key` must not be empty.
[[nodiscard]] std::string otp_code(HashAlgorithm algorithm, std::string_view key, std::uint64_t counter, int digits);

/// The counter in [first, last] whose code this is. Every code of the range is made and compared in constant time.
[[nodiscard]] std::optional<std::uint64_t> find_otp_counter(HashAlgorithm algorithm, std::string_view key,
                                                            std::string_view code, int digits, std::uint64_t first,
                                                            std::uint64_t last);

/// base32 without padding (RFC 4648 section 6), as authenticator apps take keys.
[[nodiscard]] std::string base32_encode(std::string_view bytes);
/// Takes lower case, and padding at the end. Absent for anything else.
[[nodiscard]] std::optional<std::string> base32_decode(std::string_view text);

}  // namespace cardea::crypto
