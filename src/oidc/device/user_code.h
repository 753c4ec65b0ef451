// The code a person reads on a device and types into a browser (RFC 8628 section 6.1): eight consonants, 34 bits, shown
// as "BCDF-GHJK". No vowels, so that it spells nothing; case and dashes do not matter when it comes back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"

namespace cardea::oidc {

/// A fresh one, as it is shown.
[[nodiscard]] std::string make_user_code(Random& random);
/// What a person typed, as it is shown; absent when it can be no user code.
[[nodiscard]] std::optional<std::string> parse_user_code(std::string_view typed);
/// What is stored.
[[nodiscard]] std::string user_code_hash(std::string_view user_code);

}  // namespace cardea::oidc
