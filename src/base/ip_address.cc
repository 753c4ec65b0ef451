#include "base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace cardea {
namespace {

using Ipv4 = std::array<std::uint8_t, 4>;
using Ipv6 = std::array<std::uint8_t, 16>;

bool is_private(const Ipv4& a) {
  return a[0] == 127 || a[0] == 10 || (a[0] == 172 && (a[1] & 0xF0) == 16) || (a[0] == 192 && a[1] == 168) ||
         (a[0] == 169 && a[1] == 254);
}

bool is_private(const Ipv6& a) {
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::equal(kMapped.begin(), kMapped.end(), a.begin())) return is_private(Ipv4{a[12], a[13], a[14], a[15]});
  const bool is_loopback = std::all_of(a.begin(), a.end() - 1, [](auto byte) { return byte == 0; }) && a[15] == 1;
  return is_loopback || (a[0] == 0xFE && (a[1] & 0xC0) == 0x80) || (a[0] & 0xFE) == 0xFC;
}

}  // namespace

bool is_private_address(std::string_view text) {
  const std::string address(text.substr(0, text.find('%')));
  if (address.find('\0') != std::string::npos) return false;
  if (Ipv4 v4{}; inet_pton(AF_INET, address.c_str(), v4.data()) == 1) return is_private(v4);
  if (Ipv6 v6{}; inet_pton(AF_INET6, address.c_str(), v6.data()) == 1) return is_private(v6);
  return false;
}

}  // namespace cardea
