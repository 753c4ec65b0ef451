#include "base/limited.h"

#include <algorithm>

namespace cardea {

std::string limited(std::string_view text, std::size_t bytes_max) {
  auto size = std::min(text.size(), bytes_max);
  const auto is_inside = [&] {
    return size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U;
  };
  while (size > 0 && is_inside()) --size;
  return std::string(text.substr(0, size));
}

}  // namespace cardea
