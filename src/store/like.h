// Patterns for LIKE ... ESCAPE '\\', and the number behind LIMIT.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace cardea::store {

inline void append_like_text(std::string& pattern, std::string_view text) {
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
}

/// Matches what has `text` in it; everything when it is empty.
[[nodiscard]] inline std::string like_part(std::string_view text) {
  std::string pattern = "%";
  append_like_text(pattern, text);
  if (!text.empty()) pattern += '%';
  return pattern;
}

/// Matches what is `text`, with '*' for any run of characters.
[[nodiscard]] inline std::string like_word(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (c == '*') {
      pattern += '%';
    } else {
      append_like_text(pattern, std::string_view(&c, 1));
    }
  }
  return pattern;
}

/// Negative: no limit, in words that both engines know.
[[nodiscard]] inline std::int64_t limit_of(std::int64_t max) {
  return max < 0 ? std::numeric_limits<std::int64_t>::max() : max;
}

}  // namespace cardea::store
