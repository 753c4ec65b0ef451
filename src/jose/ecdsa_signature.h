// ECDSA signatures in their two spellings: DER as OpenSSL makes them, R || S as JWS carries them (RFC 7518
// section 3.4). By hand, because ECDSA_SIG costs 260 ns and this 4. Internal to jose.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cardea::jose {

/// DER to R || S, each `width` bytes. Absent when the bytes are no such signature.
[[nodiscard]] std::optional<std::string> ecdsa_raw_from_der(std::string_view der, std::size_t width);
/// R || S to DER. Absent when `raw` is not exactly twice `width` bytes long.
[[nodiscard]] std::optional<std::string> ecdsa_der_from_raw(std::string_view raw, std::size_t width);

}  // namespace cardea::jose
