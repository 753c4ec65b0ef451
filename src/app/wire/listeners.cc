#include "app/wire/listeners.h"

#include <optional>

namespace cardea::app {

namespace {

http::ProxyRule proxy_rule(const ServerSettings& settings) {
  http::ProxyRule rule;
  switch (settings.proxy_headers) {
    case ProxyHeaders::kNone:
      rule.header = http::ForwardHeader::kNone;
      break;
    case ProxyHeaders::kForwarded:
      rule.header = http::ForwardHeader::kForwarded;
      break;
    case ProxyHeaders::kXForwarded:
      rule.header = http::ForwardHeader::kXForwarded;
      break;
  }
  for (const auto& text : settings.proxy_trusted_addresses)
    if (const auto range = http::parse_address_range(text))
      rule.trusted.push_back(*range);  // checked by check_settings
  rule.certificate_header = settings.proxy_client_certificate_header;
  return rule;
}

http::ClientCertificates client_certificates(ClientAuth auth) {
  switch (auth) {
    case ClientAuth::kNone:
      return http::ClientCertificates::kNone;
    case ClientAuth::kRequest:
      return http::ClientCertificates::kRequest;
    case ClientAuth::kRequired:
      return http::ClientCertificates::kRequired;
  }
  return http::ClientCertificates::kNone;
}

}  // namespace

http::ServerSettings public_settings(const ServerSettings& settings) {
  http::ServerSettings result;
  result.host = settings.http_host;
  result.port = settings.http_enabled ? std::optional(settings.http_port) : std::nullopt;
  result.https_port = settings.https_port;
  if (settings.serves_https())
    result.tls = http::TlsFiles{settings.https_certificate_file, settings.https_certificate_key_file,
                                client_certificates(settings.https_client_auth), settings.https_trust_store_file};
  result.proxy = proxy_rule(settings);
  return result;
}

http::ServerSettings management_settings(const ServerSettings& settings) {
  http::ServerSettings result;
  result.name = "management";
  result.host = settings.http_management_host;
  result.port = settings.http_management_port;
  result.io_threads = 1;
  // A proxy on this machine tells whom it speaks for, or everybody would seem to ask from here.
  result.proxy.header = http::ForwardHeader::kXForwarded;
  for (const auto* loopback : {"127.0.0.0/8", "::1"})
    if (const auto range = http::parse_address_range(loopback)) result.proxy.trusted.push_back(*range);
  return result;
}

std::string describe_failure(const http::ServerError& error, std::string_view option) {
  using Kind = http::ServerError::Kind;
  const auto detail = error.detail.empty() ? std::string() : " (" + error.detail + ")";
  switch (error.kind) {
    case Kind::kBadHost:
      return std::string(option) + "-host is not an address of this machine" + detail;
    case Kind::kAddressInUse:
      return "the port is in use by another program" + detail + ": choose another " + std::string(option) + "-port";
    case Kind::kNotPermitted:
      return "the port may not be opened by this user" + detail;
    case Kind::kListen:
      return "cannot listen" + detail;
    case Kind::kCertificate:
      return "the certificate cannot be used" + detail;
  }
  return detail;
}

}  // namespace cardea::app
