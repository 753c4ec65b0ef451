#include "http/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <span>

#include "base/limits.h"
#include "base/text.h"

namespace cardea::http {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;

bool is_mapped(const Address& address) { return std::ranges::equal(kMappedPrefix, std::span(address.bytes).first(12)); }

bool is_port(std::string_view text) {
  const auto port = parse_integer<std::uint16_t>(text);
  return port && *port != 0 && text.size() <= 5;
}

}  // namespace

std::string Address::to_string() const {
  if (is_mapped(*this)) {  // by hand: behind a proxy this is done for each request
    std::string text;
    for (std::size_t i = kMappedPrefix.size(); i < bytes.size(); ++i) {
      if (!text.empty()) text += '.';
      text += std::to_string(bytes[i]);
    }
    return text;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

std::optional<Address> parse_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (text.size() >= buffer.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::ranges::copy(text, buffer.begin());
  Address address;
  if (inet_pton(AF_INET6, buffer.data(), address.bytes.data()) == 1) return address;
  std::ranges::copy(kMappedPrefix, address.bytes.begin());
  if (inet_pton(AF_INET, buffer.data(), address.bytes.data() + kMappedPrefix.size()) == 1) return address;
  return std::nullopt;
}

std::optional<Address> parse_node(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto rest = text.substr(end + 1);
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return std::nullopt;
    return parse_address(text.substr(1, end - 1));
  }
  if (std::ranges::count(text, ':') == 1) {  // IPv4 with a port
    const auto colon = text.find(':');
    if (!is_port(text.substr(colon + 1))) return std::nullopt;
    return parse_address(text.substr(0, colon));
  }
  return parse_address(text);
}

bool AddressRange::contains(const Address& address) const {
  const auto whole = static_cast<std::size_t>(prefix_bits / 8);
  if (!std::equal(first.bytes.begin(), first.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                  address.bytes.begin())) {
    return false;
  }
  const int rest = prefix_bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return (first.bytes[whole] & mask) == (address.bytes[whole] & mask);
}

std::optional<AddressRange> parse_address_range(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  AddressRange range{.first = *address};
  if (slash == std::string_view::npos) return range;
  const auto bits = parse_integer<int>(text.substr(slash + 1));
  const int offset = text.find(':') == std::string_view::npos ? kMappedBits : 0;
  if (!bits || *bits < 0 || *bits + offset > 128) return std::nullopt;
  range.prefix_bits = *bits + offset;
  return range;
}

bool is_plausible_authority(std::string_view text) {
  if (text.empty() || text.size() > kHostBytesMax) return false;
  auto host = text;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    const auto rest = text.substr(end + 1);
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return false;
    const auto inside = text.substr(1, end - 1);
    return inside.find(':') != std::string_view::npos && parse_address(inside).has_value();
  }
  if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    if (!is_port(text.substr(colon + 1))) return false;
    host = text.substr(0, colon);
  }
  if (host.empty() || host.front() == '.' || host.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(host, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_';
  });
}

}  // namespace cardea::http
