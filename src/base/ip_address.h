// Literal IP addresses (RFC 4291, RFC 6890): which of them belong to this machine or to a private network.
#pragma once

#include <string_view>

namespace cardea {

/// True for loopback, link-local and private addresses: 127/8, 10/8, 172.16/12, 192.168/16, 169.254/16, ::1, fe80::/10,
/// fc00::/7, and those of IPv4 written as ::ffff:a.b.c.d. An IPv6 zone ("%eth0") is ignored. Anything that is no
/// literal address is false: what cannot be read is treated as coming from outside.
[[nodiscard]] bool is_private_address(std::string_view text);

}  // namespace cardea
