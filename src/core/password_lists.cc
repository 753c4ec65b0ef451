#include "core/password_lists.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <functional>

#include "base/secret.h"

namespace cardea {
namespace {

/// Of the text in lower case, code point by code point.
std::uint64_t hash_of(std::string_view text) {
  std::string lower;
  lower.reserve(text.size());
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (c < 0) continue;
    char bytes[U8_MAX_LENGTH];
    int32_t length = 0;
    U8_APPEND_UNSAFE(bytes, length, u_tolower(c));
    lower.append(bytes, static_cast<std::size_t>(length));
  }
  const auto hash = std::hash<std::string_view>()(lower);
  wipe(lower);
  return hash;
}

}  // namespace

PasswordList PasswordList::parse(std::string_view text) {
  PasswordList list;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) list.hashes_.push_back(hash_of(line));
  }
  std::ranges::sort(list.hashes_);
  const auto twice = std::ranges::unique(list.hashes_);
  list.hashes_.erase(twice.begin(), twice.end());
  list.hashes_.shrink_to_fit();
  return list;
}

bool PasswordList::contains(std::string_view password) const {
  return std::ranges::binary_search(hashes_, hash_of(password));
}

}  // namespace cardea
