#include "jose/ecdsa_signature.h"

#include <cstdint>

namespace cardea::jose {
namespace {

constexpr std::uint8_t kSequence = 0x30, kInteger = 0x02, kOneLengthByte = 0x81;

std::uint8_t byte_at(std::string_view text, std::size_t at) { return static_cast<std::uint8_t>(text[at]); }

// Takes tag, length and content off the front of `rest`. Lengths up to 255, which is enough for P-521.
std::optional<std::string_view> take_element(std::string_view& rest, std::uint8_t tag) {
  if (rest.size() < 2 || byte_at(rest, 0) != tag) return std::nullopt;
  std::size_t length = byte_at(rest, 1), head = 2;
  if (length == kOneLengthByte) {
    if (rest.size() < 3 || byte_at(rest, 2) < 0x80) return std::nullopt;
    length = byte_at(rest, 2);
    head = 3;
  } else if (length >= 0x80) {
    return std::nullopt;
  }
  if (rest.size() - head < length) return std::nullopt;
  const auto content = rest.substr(head, length);
  rest.remove_prefix(head + length);
  return content;
}

bool append_padded(std::string& out, std::string_view integer, std::size_t width) {
  while (!integer.empty() && integer.front() == '\0') integer.remove_prefix(1);
  if (integer.size() > width) return false;
  out.append(width - integer.size(), '\0');
  out += integer;
  return true;
}

void append_element(std::string& out, std::uint8_t tag, std::string_view content) {
  out += static_cast<char>(tag);
  if (content.size() >= 0x80) out += static_cast<char>(kOneLengthByte);
  out += static_cast<char>(content.size());
  out += content;
}

// DER integers are signed and as short as possible.
void append_integer(std::string& out, std::string_view number) {
  while (number.size() > 1 && number.front() == '\0') number.remove_prefix(1);
  std::string content;
  if (byte_at(number, 0) >= 0x80) content += '\0';
  content += number;
  append_element(out, kInteger, content);
}

}  // namespace

std::optional<std::string> ecdsa_raw_from_der(std::string_view der, std::size_t width) {
  auto inside = take_element(der, kSequence);
  if (!inside || !der.empty()) return std::nullopt;
  const auto r = take_element(*inside, kInteger);
  if (!r) return std::nullopt;
  const auto s = take_element(*inside, kInteger);
  if (!s || !inside->empty()) return std::nullopt;
  std::string raw;
  raw.reserve(2 * width);
  if (!append_padded(raw, *r, width) || !append_padded(raw, *s, width)) return std::nullopt;
  return raw;
}

std::optional<std::string> ecdsa_der_from_raw(std::string_view raw, std::size_t width) {
  if (width == 0 || raw.size() != 2 * width) return std::nullopt;
  std::string inside;
  append_integer(inside, raw.substr(0, width));
  append_integer(inside, raw.substr(width));
  std::string der;
  append_element(der, kSequence, inside);
  return der;
}

}  // namespace cardea::jose
