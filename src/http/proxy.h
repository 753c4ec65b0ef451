// Which peers may say, by header, where a request came from (attack class 19). Without a rule such headers are removed,
// so that no handler can read them by mistake.
#pragma once

#include <vector>

#include "http/address.h"
#include "web/request.h"

namespace cardea::http {

enum class ForwardHeader {
  kNone,
  kForwarded,   // Forwarded (RFC 7239)
  kXForwarded,  // X-Forwarded-For, -Proto, -Host, -Port
};

struct ProxyRule {
  ForwardHeader header = ForwardHeader::kNone;
  /// Proxies whose word counts. Empty: every peer's, as Keycloak does once a header is chosen; then only the entry that
  /// the peer itself has added (the last one) is believed.
  std::vector<AddressRange> trusted = {};
  /// The header in which a trusted proxy that ends TLS passes on the certificate it has checked, as percent-encoded PEM
  /// (nginx: $ssl_client_escaped_cert; RFC 8705 section 6.5). Empty: none does.
  std::string certificate_header = {};
};

/// Sets scheme, host and remote_address of `request`, which hold what the connection itself shows, to what the trusted
/// proxies say. Walks the list from its end over trusted proxies to the first address that is none. Headers that are
/// not believed are removed. False: a trusted proxy sent a value that cannot be one; the request is to be refused.
/// client_certificate is taken over from a trusted proxy alone, and the header always removed.
[[nodiscard]] bool apply_proxy_rule(const ProxyRule& rule, const Address& peer, web::Request& request);

}  // namespace cardea::http
