// Text of strangers (an issuer nobody verified, a caller's name) in lines that administrators read: it must not look
// like lines of ours (attack class 19).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cardea::gate {

/// With '?' for each control character, line separator and byte that is no UTF-8.
[[nodiscard]] std::string one_line(std::string_view text);

/// The first bytes, `bytes_max` at most, without half a character at the end.
[[nodiscard]] std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

}  // namespace cardea::gate
