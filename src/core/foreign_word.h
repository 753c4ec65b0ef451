// Sessions that stand on the word of a provider's token (the JWT bearer grant, token exchange from outside): they end
// when that token does, and so does everything that is made of them.
#pragma once

#include <string_view>

namespace cardea {

/// Session note: when the word ends, in seconds since 1970. core/session.h counts it as the session's end.
inline constexpr std::string_view kForeignWordEndNote = "foreign_word_end";

}  // namespace cardea
