#include "base/encoding.h"

#include <array>

namespace cardea {
namespace {

constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kPlainAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;

using Table = std::array<std::uint8_t, 256>;

constexpr Table reverse(std::string_view alphabet) {
  Table table{};
  table.fill(kNone);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

/// A letter's six bits where they belong in a group of four, by its place in the group. Bits of kBad say that it is
/// none.
struct Decoder {
  static constexpr std::uint32_t kBad = 0xFF00'0000;
  using Places = std::array<std::uint32_t, 256>;
  Table letters;
  std::array<Places, 4> places{};

  explicit constexpr Decoder(std::string_view alphabet) : letters(reverse(alphabet)) {
    for (std::size_t place = 0; place < 4; ++place)
      for (std::size_t i = 0; i < 256; ++i)
        places[place][i] = letters[i] == kNone ? kBad : std::uint32_t{letters[i]} << (18 - 6 * place);
  }
};
constexpr Decoder kUrlDecoder(kUrlAlphabet);
constexpr Decoder kPlainDecoder(kPlainAlphabet);

// Appends without padding.
void encode_append(std::string& out, std::string_view bytes, std::string_view alphabet) {
  const auto start = out.size();
  out.resize(start + (bytes.size() * 4 + 2) / 3);
  char* to = out.data() + start;
  const auto* from = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const char* const letters = alphabet.data();
  auto left = bytes.size();
  for (; left >= 3; left -= 3, from += 3, to += 4) {
    const std::uint32_t word = (std::uint32_t{from[0]} << 16) | (std::uint32_t{from[1]} << 8) | from[2];
    to[0] = letters[word >> 18];
    to[1] = letters[(word >> 12) & 63];
    to[2] = letters[(word >> 6) & 63];
    to[3] = letters[word & 63];
  }
  if (left == 0) return;
  const std::uint32_t word = (std::uint32_t{from[0]} << 16) | (left == 2 ? std::uint32_t{from[1]} << 8 : 0);
  to[0] = letters[word >> 18];
  to[1] = letters[(word >> 12) & 63];
  if (left == 2) to[2] = letters[(word >> 6) & 63];
}

// Decodes text without padding; refuses letters outside the table, a lone last letter and spare bits that are not zero.
std::optional<std::string> decode(std::string_view text, const Decoder& decoder) {
  const auto tail = text.size() % 4;
  if (tail == 1) return std::nullopt;
  std::string out(text.size() / 4 * 3 + (tail == 0 ? 0 : tail - 1), '\0');
  auto* to = reinterpret_cast<std::uint8_t*>(out.data());
  const auto* from = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto& [first, second, third, fourth] = decoder.places;
  std::uint32_t seen = 0;
  for (auto groups = text.size() / 4; groups > 0; --groups, from += 4, to += 3) {
    const auto word = first[from[0]] | second[from[1]] | third[from[2]] | fourth[from[3]];
    seen |= word;
    to[0] = static_cast<std::uint8_t>(word >> 16);
    to[1] = static_cast<std::uint8_t>(word >> 8);
    to[2] = static_cast<std::uint8_t>(word);
  }
  if ((seen & Decoder::kBad) != 0) return std::nullopt;
  if (tail == 0) return out;
  const auto& table = decoder.letters;
  const auto a = table[from[0]], b = table[from[1]], c = tail == 3 ? table[from[2]] : std::uint8_t{0};
  if (((a | b | c) & 0xC0) != 0) return std::nullopt;
  const std::uint32_t word = (std::uint32_t{a} << 18) | (std::uint32_t{b} << 12) | (std::uint32_t{c} << 6);
  if ((word & (tail == 2 ? 0xFFFFu : 0xFFu)) != 0) return std::nullopt;
  to[0] = static_cast<std::uint8_t>(word >> 16);
  if (tail == 3) to[1] = static_cast<std::uint8_t>(word >> 8);
  return out;
}

std::uint8_t hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return kNone;
}

}  // namespace

std::string base64url_encode(std::string_view bytes) {
  std::string out;
  encode_append(out, bytes, kUrlAlphabet);
  return out;
}

void base64url_append(std::string& out, std::string_view bytes) { encode_append(out, bytes, kUrlAlphabet); }

std::optional<std::string> base64url_decode(std::string_view text) { return decode(text, kUrlDecoder); }

std::string base64_encode(std::string_view bytes) {
  std::string out;
  encode_append(out, bytes, kPlainAlphabet);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decode(text, kPlainDecoder);
}

std::string hex_encode(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const auto byte : as_bytes(bytes)) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
    if (high == kNone || low == kNone) return std::nullopt;
    out += static_cast<char>((high << 4) | low);
  }
  return out;
}

}  // namespace cardea
