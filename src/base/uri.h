// The one URL parser (attack classes 1 and 2) and percent-encoding. A value that does not parse here is not a URL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cardea {

/// An absolute URI split by RFC 3986. Parts keep the spelling that was sent; nothing is normalised.
struct Uri {
  std::string scheme;                   // as written, never empty
  std::optional<std::string> userinfo;  // as written, without '@'
  std::string host;                     // as written, IPv6 in brackets; empty for URIs without an authority
  std::optional<std::uint16_t> port;
  std::string path;                     // as written, percent-encoding kept
  std::optional<std::string> query;     // without '?'
  std::optional<std::string> fragment;  // without '#'
  bool has_authority = false;

  /// scheme://host[:port] in lower case, without a default port (RFC 6454 section 6.2); empty unless http or https.
  [[nodiscard]] std::string origin() const;
  [[nodiscard]] bool is_http() const;  // http or https, in any case
  /// True for http on localhost, 127.0.0.1 or [::1] (RFC 8252 section 7.3).
  [[nodiscard]] bool is_loopback() const;
};

/// Parses an absolute URI (RFC 3986 section 3). Control characters, spaces, backslashes, bytes above 127 and relative
/// references are refused; so are a port that is empty, has leading zeros or is above 65535, and for http and https a
/// host that is missing, empty or percent-encoded. At most kUriBytesMax characters.
[[nodiscard]] std::optional<Uri> parse_uri(std::string_view text);

/// Percent-encodes all but unreserved characters (RFC 3986 section 2.3); for query values and path segments.
[[nodiscard]] std::string percent_encode(std::string_view text);
void percent_encode_append(std::string& out, std::string_view text);
/// Undoes %XX; refuses incomplete escapes and NUL. '+' stays '+'.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// Adds `name=value` to a URI that may have a query already and may have a fragment, which stays last.
void append_query(std::string& uri, std::string_view name, std::string_view value);

}  // namespace cardea
