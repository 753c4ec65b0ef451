// Small, locale-free text helpers.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardea {

/// ASCII only; other bytes are kept.
[[nodiscard]] std::string ascii_lower(std::string_view text);
[[nodiscard]] bool equal_ignoring_ascii_case(std::string_view left, std::string_view right);
/// Removes spaces, tabs, CR and LF at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);
/// Splits at each `separator`; an empty text gives no parts, empty parts are kept otherwise.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, std::string_view separator);
/// Splits at runs of spaces, without empty parts (OAuth scope lists, RFC 6749 section 3.3).
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text);
/// True when one of those parts is `word`.
[[nodiscard]] bool has_word(std::string_view text, std::string_view word);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// True for well-formed UTF-8 without overlong forms, surrogates or values above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);
/// Bytes of the well-formed UTF-8 sequence at the front of `text`, zero when there is none.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text);
/// The known word nearest to `word` by edit distance, if near enough to be meant ("did you mean ...").
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      const std::vector<std::string_view>& known);

/// The whole of `text` as a decimal integer; no sign unless T is signed, no spaces, no overflow.
template <std::integral T>
[[nodiscard]] std::optional<T> parse_integer(std::string_view text) {
  T value{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
  return value;
}

}  // namespace cardea
