#include "http/proxy.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "base/uri.h"

namespace cardea::http {
namespace {

struct Hop {
  std::string_view node, proto, host;
};

bool is_trusted(const ProxyRule& rule, const Address& address) {
  return std::ranges::any_of(rule.trusted, [&](const AddressRange& range) { return range.contains(address); });
}

bool is_forward_header(std::string_view name) {
  return equal_ignoring_ascii_case(name, "Forwarded") ||
         (name.size() > 12 && equal_ignoring_ascii_case(name.substr(0, 12), "X-Forwarded-"));
}

void remove_forward_headers(web::Request& request) {
  std::erase_if(request.headers, [](const web::Header& header) {
    const char first = header.name.empty() ? '\0' : static_cast<char>(header.name.front() | 0x20);
    return (first == 'f' || first == 'x') && is_forward_header(header.name);
  });
}

// All values of a list header in order, over several headers of that name.
std::vector<std::string_view> list_of(const web::Request& request, std::string_view name) {
  std::vector<std::string_view> out;
  for (const auto& header : request.headers) {
    if (!equal_ignoring_ascii_case(header.name, name)) continue;
    if (header.value.find(',') == std::string::npos) {
      if (!header.value.empty()) out.push_back(trim(header.value));
      continue;
    }
    for (const auto part : split(header.value, ',')) out.push_back(trim(part));  // bounded by the head
  }
  return out;
}

std::string_view without_quotes(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

std::vector<Hop> hops_of_forwarded(const web::Request& request) {
  std::vector<Hop> hops;
  for (const auto element : list_of(request, "Forwarded")) {
    Hop hop;
    for (const auto pair : split(element, ';')) {
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos) continue;
      const auto name = trim(pair.substr(0, equals));
      const auto value = without_quotes(trim(pair.substr(equals + 1)));
      if (equal_ignoring_ascii_case(name, "for")) hop.node = value;
      if (equal_ignoring_ascii_case(name, "proto")) hop.proto = value;
      if (equal_ignoring_ascii_case(name, "host")) hop.host = value;
    }
    hops.push_back(hop);
  }
  return hops;
}

// X-Forwarded-* are lists of their own: where they are as long as X-Forwarded-For they belong together entry by entry,
// else the last entry of each is the word of the nearest proxy and stands for every hop.
std::vector<Hop> hops_of_x_forwarded(const web::Request& request) {
  const auto nodes = list_of(request, "X-Forwarded-For");
  const auto protos = list_of(request, "X-Forwarded-Proto");
  const auto hosts = list_of(request, "X-Forwarded-Host");
  std::vector<Hop> hops(std::max<std::size_t>(nodes.size(), 1));
  const auto entry = [&](const std::vector<std::string_view>& list, std::size_t i) {
    if (list.empty()) return std::string_view();
    return list.size() == hops.size() ? list[i] : list.back();
  };
  for (std::size_t i = 0; i < hops.size(); ++i) hops[i] = {entry(nodes, i), entry(protos, i), entry(hosts, i)};
  return hops;
}

// "-Port" belongs to a host that names none.
std::string host_with_port(const web::Request& request, std::string_view host, std::string_view scheme) {
  std::string out = ascii_lower(host);
  const auto ports = list_of(request, "X-Forwarded-Port");
  const bool has_port = host.ends_with(']') ? false : host.rfind(':') != std::string_view::npos;
  if (ports.empty() || has_port) return out;
  const auto port = ports.back();
  if (port != (scheme == "https" ? "443" : "80")) out.append(":").append(port);
  return out;
}

bool take_over(const Hop& hop, const ProxyRule& rule, web::Request& request) {
  if (!hop.proto.empty()) {
    auto scheme = ascii_lower(hop.proto);
    if (scheme != "http" && scheme != "https") return false;
    request.scheme = std::move(scheme);
  }
  if (!hop.host.empty()) {
    auto host = rule.header == ForwardHeader::kXForwarded ? host_with_port(request, hop.host, request.scheme)
                                                          : ascii_lower(hop.host);
    if (!is_plausible_authority(host)) return false;
    request.host = std::move(host);
  }
  return true;
}

/// DER of one certificate in percent-encoded PEM; absent when it is none.
std::optional<std::string> certificate_of(std::string_view escaped) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  const auto pem = percent_decode(escaped);
  if (!pem) return std::nullopt;
  const auto text = trim(*pem);
  if (!text.starts_with(kBegin) || !text.ends_with(kEnd)) return std::nullopt;
  std::string base64;
  for (const char c : text.substr(kBegin.size(), text.size() - kBegin.size() - kEnd.size())) {
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') base64.push_back(c);
  }
  auto der = base64_decode(base64);
  if (!der || der->empty()) return std::nullopt;
  return der;
}

/// What anybody but a proxy we trust says about certificates is not even kept (attack class 19). False: a trusted one
/// sent what is no certificate, or several.
bool take_certificate(const ProxyRule& rule, const Address& peer, web::Request& request) {
  if (rule.certificate_header.empty()) return true;
  std::vector<std::string> values;
  std::erase_if(request.headers, [&](web::Header& header) {
    // Some proxies and scripts pass "_" for "-": never let one stand in for the other.
    auto name = ascii_lower(header.name);
    std::ranges::replace(name, '_', '-');
    if (name != ascii_lower(rule.certificate_header)) return false;
    if (!header.value.empty()) values.push_back(std::move(header.value));
    return true;
  });
  if (!is_trusted(rule, peer) || values.empty()) return true;
  auto certificate = values.size() == 1 ? certificate_of(values.front()) : std::nullopt;
  if (!certificate) return false;
  request.client_certificate = std::move(*certificate);
  return true;
}

}  // namespace

bool apply_proxy_rule(const ProxyRule& rule, const Address& peer, web::Request& request) {
  if (!take_certificate(rule, peer, request)) return false;
  if (rule.header == ForwardHeader::kNone || (!rule.trusted.empty() && !is_trusted(rule, peer))) {
    remove_forward_headers(request);
    return true;
  }
  const auto hops =
      rule.header == ForwardHeader::kForwarded ? hops_of_forwarded(request) : hops_of_x_forwarded(request);
  const Hop* told = nullptr;
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    told = &*hop;
    if (hop->node.empty()) break;
    const auto address = parse_node(hop->node);
    // RFC 7239 section 6 allows "unknown" and "_hidden": the proxy does not tell, so the nearest known address stays.
    if (!address) {
      if (hop->node == "unknown" || hop->node.starts_with('_')) break;
      return false;
    }
    request.remote_address = address->to_string();
    if (!is_trusted(rule, *address)) break;
  }
  return told == nullptr || take_over(*told, rule, request);
}

}  // namespace cardea::http
