// Proof Key for Code Exchange (RFC 7636): what a challenge and a verifier are made of. The checks themselves stand
// where each arrives: authorize/check_request.h and token/grants/redeem_code.h.
#pragma once

#include <algorithm>
#include <string_view>

namespace cardea::oidc {

/// Sections 4.1 and 4.2: 43 to 128 unreserved characters.
[[nodiscard]] inline bool is_pkce_text(std::string_view text) {
  return text.size() >= 43 && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                  c == '_' || c == '~';
         });
}

}  // namespace cardea::oidc
