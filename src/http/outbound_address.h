// Which addresses an outbound call may reach (attack class 10; docs/adr/0012). Decided on the address that is about to
// be connected, so that neither a name that resolves to an inner address nor one that changes its mind gets past.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <vector>

#include "http/address.h"

namespace cardea::http {

enum class AddressKind {
  kPublic,
  kLoopback,
  kPrivate,  // private, link-local, carrier NAT, documentation, benchmarks and other special ranges (RFC 6890)
  kNever,    // unspecified, multicast, broadcast, reserved: nobody is called there
};
/// IPv4 inside IPv6 (mapped, 6to4, NAT64) counts as that IPv4 address, and never as public unless the inner one is.
[[nodiscard]] AddressKind kind_of(const Address& address);

/// Who chose where a call goes; see web::ClientUrl and web::ConfiguredUrl.
enum class ChosenBy { kClient, kConfiguration };

struct OutboundRules {
  std::vector<AddressRange> listed;  // server option outbound-addresses
  bool loopback_allowed = false;     // start-dev
};

/// Clients: public and encrypted only. Configuration: what is listed, loopback in start-dev, and public addresses when
/// the call is encrypted from its first byte or must become so.
[[nodiscard]] bool may_connect(const OutboundRules& rules, ChosenBy chosen_by, bool encrypted, const Address& address);

/// Nothing for families other than IPv4 and IPv6.
[[nodiscard]] std::optional<Address> address_of(const sockaddr* address);

}  // namespace cardea::http
