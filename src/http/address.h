// IP addresses and ranges of them, IPv4 as IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2), so that one comparison does.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cardea::http {

struct Address {
  std::array<std::uint8_t, 16> bytes{};

  /// "192.0.2.1" for IPv4 and IPv4-mapped addresses, else the shortest IPv6 spelling without brackets.
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const Address&, const Address&) = default;
};

/// An address without port, brackets or zone.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
/// An address as Forwarded and X-Forwarded-For carry it: perhaps with a port, IPv6 perhaps in brackets.
[[nodiscard]] std::optional<Address> parse_node(std::string_view text);

struct AddressRange {
  Address first;
  int prefix_bits = 128;  // of 128

  [[nodiscard]] bool contains(const Address& address) const;
};

/// "10.0.0.0/8", "2001:db8::/32", or one address. Refuses a prefix that is too long.
[[nodiscard]] std::optional<AddressRange> parse_address_range(std::string_view text);

/// True for host[:port] as a browser sends it: a name of letters, digits, '-', '.' and '_', or an IPv6 address in
/// brackets; a port from 1 to 65535; at most kHostBytesMax characters.
[[nodiscard]] bool is_plausible_authority(std::string_view text);

}  // namespace cardea::http
