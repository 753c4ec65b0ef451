#include "oidc/device/user_code.h"

#include <array>
#include <cstdint>
#include <span>

#include "crypto/hash.h"

namespace cardea::oidc {
namespace {

constexpr std::string_view kLetters = "BCDFGHJKLMNPQRSTVWXZ";
constexpr std::size_t kLength = 8;
constexpr std::size_t kTypedBytesMax = 64;

std::string with_dash(std::string code) { return code.insert(kLength / 2, "-"); }

/// One letter; values that would make some letters likelier than others are drawn again.
char draw_letter(Random& random) {
  constexpr std::uint8_t kFair = 256 / kLetters.size() * kLetters.size();
  std::array<std::uint8_t, 1> byte{};
  do {
    random.fill(byte);
  } while (byte[0] >= kFair);
  return kLetters[byte[0] % kLetters.size()];
}

}  // namespace

std::string make_user_code(Random& random) {
  std::string code;
  while (code.size() < kLength) code.push_back(draw_letter(random));
  return with_dash(std::move(code));
}

std::optional<std::string> parse_user_code(std::string_view typed) {
  if (typed.size() > kTypedBytesMax) return std::nullopt;
  std::string code;
  for (char c : typed) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (kLetters.find(c) == std::string_view::npos || code.size() == kLength) return std::nullopt;
    code.push_back(c);
  }
  if (code.size() != kLength) return std::nullopt;
  return with_dash(std::move(code));
}

std::string user_code_hash(std::string_view user_code) { return crypto::sha256_base64url(user_code); }

}  // namespace cardea::oidc
