#include "crypto/spki.h"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace cardea::crypto {
namespace {

constexpr char kInteger = 0x02, kBitString = 0x03, kSequence = 0x30;

std::uint8_t byte_at(std::string_view text, std::size_t at) { return static_cast<std::uint8_t>(text[at]); }

/// Takes one value of this tag off the front and gives its content. Absent: another tag, or a length that is not
/// written in the shortest way or goes beyond the end.
std::optional<std::string_view> take(std::string_view& der, char tag) {
  if (der.size() < 2 || der.front() != tag) return std::nullopt;
  std::size_t size = byte_at(der, 1), head = 2;
  if (size >= 0x80) {
    const auto bytes = size - 0x80;
    head += bytes;
    if (bytes < 1 || bytes > 2 || der.size() < head) return std::nullopt;
    size = 0;
    for (std::size_t i = 2; i < head; ++i) size = (size << 8) | byte_at(der, i);
    if (size < (bytes == 1 ? 0x80U : 0x100U)) return std::nullopt;
  }
  if (der.size() - head < size) return std::nullopt;
  const auto content = der.substr(head, size);
  der.remove_prefix(head + size);
  return content;
}

/// A number above zero without zeros in front.
std::optional<std::string_view> take_number(std::string_view& der) {
  auto number = take(der, kInteger);
  if (!number || number->empty() || byte_at(*number, 0) >= 0x80) return std::nullopt;
  if (number->front() != '\0') return number;
  if (number->size() < 2 || byte_at(*number, 1) < 0x80) return std::nullopt;
  return number->substr(1);
}

std::optional<SpkiNumbers> read_rsa(std::string_view der) {
  using namespace std::string_view_literals;
  constexpr auto kAlgorithm = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"sv;
  auto key = take(der, kSequence);
  if (!key || !der.empty() || !key->starts_with(kAlgorithm)) return std::nullopt;
  key->remove_prefix(kAlgorithm.size());
  auto bits = take(*key, kBitString);
  if (!bits || !key->empty() || !bits->starts_with('\0')) return std::nullopt;
  bits->remove_prefix(1);
  auto numbers = take(*bits, kSequence);
  if (!numbers || !bits->empty()) return std::nullopt;
  const auto n = take_number(*numbers), e = take_number(*numbers);
  if (!n || !e || !numbers->empty()) return std::nullopt;
  return SpkiNumbers{.type = KeyType::kRsa, .first = *n, .second = *e};
}

}  // namespace

std::optional<SpkiNumbers> read_usual_spki(std::string_view der) {
  using namespace std::string_view_literals;
  // What stands before the coordinates is the same for every key of a curve.
  constexpr std::pair<KeyType, std::string_view> kCurves[] = {
      {KeyType::kEcP256,
       "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08"
       "\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04"sv},
      {KeyType::kEcP384,
       "\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00\x04"sv},
      {KeyType::kEcP521,
       "\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00\x04"sv}};
  for (const auto& [type, head] : kCurves) {
    const auto width = coordinate_bytes(type);
    if (der.size() != head.size() + 2 * width || !der.starts_with(head)) continue;
    return SpkiNumbers{
        .type = type, .first = der.substr(head.size(), width), .second = der.substr(head.size() + width)};
  }
  constexpr auto kEd25519 = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"sv;
  if (der.size() == kEd25519.size() + 32 && der.starts_with(kEd25519))
    return SpkiNumbers{.type = KeyType::kEd25519, .first = der.substr(kEd25519.size()), .second = {}};
  return read_rsa(der);
}

}  // namespace cardea::crypto
