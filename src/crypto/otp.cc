#include "crypto/otp.h"

#include <array>

#include "base/assert.h"
#include "base/secret.h"

namespace cardea::crypto {
namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::uint32_t kPowers[] = {1'000'000, 10'000'000, 100'000'000};  // of 6, 7 and 8 digits

}  // namespace

std::string otp_code(HashAlgorithm algorithm, std::string_view key, std::uint64_t counter, int digits) {
  CARDEA_ASSERT(digits >= 6 && digits <= 8);
  std::string message(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) message[7 - i] = static_cast<char>(counter >> (8 * i) & 0xff);
  const auto mac = hmac(algorithm, key, message);
  const auto byte = [&mac](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(mac[at])); };
  const auto offset = byte(mac.size() - 1) & 0xf;
  const auto bits = (byte(offset) & 0x7f) << 24 | byte(offset + 1) << 16 | byte(offset + 2) << 8 | byte(offset + 3);
  auto code = std::to_string(bits % kPowers[digits - 6]);
  code.insert(0, static_cast<std::size_t>(digits) - code.size(), '0');
  return code;
}

std::optional<std::uint64_t> find_otp_counter(HashAlgorithm algorithm, std::string_view key, std::string_view code,
                                              int digits, std::uint64_t first, std::uint64_t last) {
  std::optional<std::uint64_t> found;
  for (auto counter = first; counter <= last; ++counter) {
    if (equal_secrets(otp_code(algorithm, key, counter, digits), code) && !found) found = counter;
    if (counter == last) break;  // the last of all numbers has no next
  }
  return found;
}

std::string base32_encode(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (held += 8; held >= 5; held -= 5) out.push_back(kBase32[bits >> (held - 5) & 31]);
  }
  if (held > 0) out.push_back(kBase32[bits << (5 - held) & 31]);
  return out;
}

std::optional<std::string> base32_decode(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto value = kBase32.find(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 5 | static_cast<std::uint32_t>(value)) & 0xfff;
    held += 5;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<char>(bits >> held & 0xff));
    }
  }
  if (held >= 5 || (bits & ((1U << held) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace cardea::crypto
