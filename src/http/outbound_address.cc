#include "http/outbound_address.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "base/assert.h"

namespace cardea::http {
namespace {

struct Special {
  AddressRange range;
  AddressKind kind;
};

/// The registries of special addresses (RFC 6890 and its updates), the more special first.
const std::vector<Special>& special_ranges() {
  static const auto kRanges = [] {
    using enum AddressKind;
    std::vector<Special> ranges;
    for (const auto& [text, kind] : std::initializer_list<std::pair<const char*, AddressKind>>{
             {"0.0.0.0/8", kNever},        {"224.0.0.0/4", kNever},
             {"240.0.0.0/4", kNever},      {"127.0.0.0/8", kLoopback},
             {"10.0.0.0/8", kPrivate},     {"100.64.0.0/10", kPrivate},
             {"169.254.0.0/16", kPrivate}, {"172.16.0.0/12", kPrivate},
             {"192.0.0.0/24", kPrivate},   {"192.0.2.0/24", kPrivate},
             {"192.88.99.0/24", kPrivate}, {"192.168.0.0/16", kPrivate},
             {"198.18.0.0/15", kPrivate},  {"198.51.100.0/24", kPrivate},
             {"203.0.113.0/24", kPrivate}, {"0.0.0.0/0", kPublic},
             {"::/128", kNever},           {"::1/128", kLoopback},
             {"ff00::/8", kNever},         {"2001::/23", kPrivate},
             {"2001:db8::/32", kPrivate},  {"3fff::/20", kPrivate},
             {"2000::/3", kPublic},        {"::/0", kPrivate}}) {
      const auto range = parse_address_range(text);
      CARDEA_ASSERT(range);
      ranges.push_back({*range, kind});
    }
    return ranges;
  }();
  return kRanges;
}

/// The IPv4 address inside one of 6to4 (RFC 3056) or NAT64 (RFC 6052).
std::optional<Address> inner_ipv4(const Address& address) {
  static const auto k6to4 = *parse_address_range("2002::/16");
  static const auto kNat64 = *parse_address_range("64:ff9b::/96");
  std::size_t at = 0;
  if (k6to4.contains(address)) {
    at = 2;
  } else if (kNat64.contains(address)) {
    at = 12;
  } else {
    return std::nullopt;
  }
  auto inner = *parse_address("0.0.0.0");
  std::ranges::copy(std::span(address.bytes).subspan(at, 4), inner.bytes.begin() + 12);
  return inner;
}

}  // namespace

AddressKind kind_of(const Address& address) {
  if (const auto inner = inner_ipv4(address)) return kind_of(*inner);
  const auto& ranges = special_ranges();
  const auto found = std::ranges::find_if(ranges, [&](const Special& one) { return one.range.contains(address); });
  return found->kind;  // the last range contains everything
}

bool may_connect(const OutboundRules& rules, ChosenBy chosen_by, bool encrypted, const Address& address) {
  const auto kind = kind_of(address);
  if (kind == AddressKind::kNever) return false;
  if (chosen_by == ChosenBy::kClient) return kind == AddressKind::kPublic && encrypted;
  if (std::ranges::any_of(rules.listed, [&](const AddressRange& range) { return range.contains(address); }))
    return true;
  if (kind == AddressKind::kLoopback) return rules.loopback_allowed;
  return kind == AddressKind::kPublic && encrypted;
}

std::optional<Address> address_of(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    auto result = *parse_address("0.0.0.0");
    std::memcpy(result.bytes.data() + 12, &v4.sin_addr, 4);
    return result;
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof v6);
    Address result;
    std::memcpy(result.bytes.data(), &v6.sin6_addr, result.bytes.size());
    return result;
  }
  return std::nullopt;
}

}  // namespace cardea::http
