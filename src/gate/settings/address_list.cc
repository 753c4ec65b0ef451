#include "gate/settings/address_list.h"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace cardea::gate {
namespace {

constexpr int kIpv4Start = 96;  // bits before an IPv4 address in its mapped form

std::optional<std::array<std::uint8_t, 16>> bytes_of(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return bytes;
  bytes[10] = bytes[11] = 0xff;
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data() + kIpv4Start / 8) == 1) return bytes;
  return std::nullopt;
}

bool is_same_start(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b, int bits) {
  for (std::size_t i = 0; i < a.size() && bits > 0; ++i, bits -= 8) {
    const auto differs = static_cast<unsigned>(a[i] ^ b[i]);
    if (bits >= 8 ? differs != 0 : (differs >> static_cast<unsigned>(8 - bits)) != 0) return false;
  }
  return true;
}

}  // namespace

bool AddressList::add(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  const auto first = bytes_of(address);
  if (!first) return false;
  const int start = address.find(':') == std::string_view::npos ? kIpv4Start : 0;
  int bits = 128;
  if (slash != std::string_view::npos) {
    const auto given = parse_integer<int>(text.substr(slash + 1));
    if (!given || *given < 0 || *given > 128 - start) return false;
    bits = start + *given;
  }
  networks_.push_back({*first, bits});
  texts_.emplace_back(text);
  return true;
}

bool AddressList::contains(std::string_view address) const {
  const auto bytes = bytes_of(address);
  return bytes && std::ranges::any_of(networks_, [&](const Network& network) {
           return is_same_start(*bytes, network.first, network.bits);
         });
}

}  // namespace cardea::gate
