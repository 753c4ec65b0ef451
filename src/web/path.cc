// is_canonical_path: which spellings of a path are read the same way by everyone between the browser and us.
#include <array>

#include "base/limits.h"
#include "base/text.h"
#include "base/uri.h"
#include "web/router.h"

namespace cardea::web {
namespace {

constexpr std::array<bool, 256> make_table(std::string_view extra) {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : extra) table[static_cast<unsigned char>(c)] = true;
  return table;
}

// pchar of RFC 3986 section 3.3 without ';', which some servers cut off as a path parameter.
constexpr auto kPlain = make_table("-._~!$&'()*+,=:@");
// Characters whose escapes are refused. Letters, digits, '-', '.' and '_' have one spelling, which a proxy that matches
// prefixes needs; '/', '\' and ';' would divide the path for some readers only.
constexpr auto kNeverEscaped = make_table("-._/\\;");
constexpr auto kHexDigit = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("0123456789abcdefABCDEF")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool in(const std::array<bool, 256>& table, char c) { return table[static_cast<unsigned char>(c)]; }

bool is_hex_pair(std::string_view path, std::size_t at) {
  return at + 1 < path.size() && in(kHexDigit, path[at]) && in(kHexDigit, path[at + 1]);
}

// `path[at]` is '%'.
bool is_safe_escape(std::string_view path, std::size_t at) {
  if (!is_hex_pair(path, at + 1)) return false;
  const auto nibble = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  const auto byte = static_cast<char>(nibble(path[at + 1]) * 16 + nibble(path[at + 2]));
  const auto code = static_cast<unsigned char>(byte);
  if (code < 0x20 || code == 0x7f || in(kNeverEscaped, byte)) return false;
  return byte != '%' || !is_hex_pair(path, at + 3);  // "%252f": a second decoding would change it
}

}  // namespace

bool is_canonical_path(std::string_view path) {
  if (!path.starts_with('/') || path.size() > kUriBytesMax) return false;
  bool has_escape = false;
  std::size_t segment_begin = 1;
  for (std::size_t i = 1; i <= path.size(); ++i) {
    if (i == path.size() || path[i] == '/') {
      const auto segment = path.substr(segment_begin, i - segment_begin);
      if (segment == "." || segment == ".." || (segment.empty() && i < path.size())) return false;
      segment_begin = i + 1;
    } else if (path[i] == '%') {
      if (!is_safe_escape(path, i)) return false;
      has_escape = true;
      i += 2;
    } else if (!in(kPlain, path[i])) {
      return false;
    }
  }
  if (!has_escape) return true;
  const auto decoded = percent_decode(path);
  return decoded && is_utf8(*decoded);
}

}  // namespace cardea::web
