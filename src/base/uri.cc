#include "base/uri.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace cardea {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// RFC 3986 section 2.2: sub-delims.
bool is_sub_delimiter(char c) { return std::string_view("!$&'()*+,;=").find(c) != std::string_view::npos; }

// Only unreserved characters, sub-delims, those of `more`, and whole percent escapes.
bool has_only(std::string_view text, std::string_view more) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3 || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) return false;
      i += 2;
    } else if (!is_unreserved(c) && !is_sub_delimiter(c) && more.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_scheme(std::string_view text) {
  const auto allowed = [](char c) { return is_alpha(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; };
  return !text.empty() && is_alpha(text.front()) && std::all_of(text.begin(), text.end(), allowed);
}

// An IPv6 address in brackets (no zone, no IPvFuture), or a registered name, which includes IPv4.
bool is_host(std::string_view text) {
  if (!text.starts_with('[')) return has_only(text, "");
  if (!text.ends_with(']')) return false;
  const std::string digits(text.substr(1, text.size() - 2));
  if (digits.find('\0') != std::string::npos) return false;  // inet_pton would not look behind it
  ::in6_addr address;
  return ::inet_pton(AF_INET6, digits.c_str(), &address) == 1;
}

// A port has one spelling: no leading zeros, not empty, at most 65535.
std::optional<std::uint16_t> parse_port(std::string_view digits) {
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  return parse_integer<std::uint16_t>(digits);
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

// Cuts `rest` at the first of `ends` and answers what stood before it. The end character stays in `rest`.
std::string_view take_until(std::string_view& rest, std::string_view ends) {
  const auto taken = rest.substr(0, rest.find_first_of(ends));
  rest.remove_prefix(taken.size());
  return taken;
}

// RFC 3986 section 3.2: [ userinfo "@" ] host [ ":" port ]
bool parse_authority(std::string_view authority, Uri& uri) {
  if (const auto at = authority.find('@'); at != std::string_view::npos) {
    uri.userinfo = authority.substr(0, at);
    if (!has_only(*uri.userinfo, ":")) return false;
    authority.remove_prefix(at + 1);
  }
  const auto bracket = authority.find(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    uri.port = parse_port(authority.substr(colon + 1));
    if (!uri.port) return false;
  }
  uri.host = authority.substr(0, colon);
  return is_host(uri.host);
}

}  // namespace

// Written by hand, because Boost.URL 1.81 reads "http://127.0.0.1.evil.example/" as host 127.0.0.1, path
// ".evil.example/".
std::optional<Uri> parse_uri(std::string_view text) {
  if (text.size() > kUriBytesMax) return std::nullopt;
  Uri uri;
  auto rest = text;
  uri.scheme = take_until(rest, ":/?#");
  if (!is_scheme(uri.scheme) || !rest.starts_with(':')) return std::nullopt;
  rest.remove_prefix(1);
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    uri.has_authority = true;
    if (!parse_authority(take_until(rest, "/?#"), uri)) return std::nullopt;
  }
  uri.path = take_until(rest, "?#");
  if (rest.starts_with('?')) {
    rest.remove_prefix(1);
    uri.query = take_until(rest, "#");
  }
  if (rest.starts_with('#')) uri.fragment = rest.substr(1);
  if (!has_only(uri.path, ":@/") || !has_only(uri.query.value_or(""), ":@/?")) return std::nullopt;
  if (!has_only(uri.fragment.value_or(""), ":@/?")) return std::nullopt;
  const bool has_plain_host = !uri.host.empty() && uri.host.find('%') == std::string::npos;
  if (uri.is_http() && !has_plain_host) return std::nullopt;
  return uri;
}

bool Uri::is_http() const {
  return equal_ignoring_ascii_case(scheme, "http") || equal_ignoring_ascii_case(scheme, "https");
}

std::string Uri::origin() const {
  if (!is_http()) return {};
  const auto lower_scheme = ascii_lower(scheme);
  auto origin = lower_scheme + "://" + ascii_lower(host);
  if (port && *port != default_port(lower_scheme)) origin += ":" + std::to_string(*port);
  return origin;
}

bool Uri::is_loopback() const {
  if (!equal_ignoring_ascii_case(scheme, "http")) return false;
  return equal_ignoring_ascii_case(host, "localhost") || host == "127.0.0.1" || host == "[::1]";
}

std::string percent_encode(std::string_view text) {
  std::string out;
  percent_encode_append(out, text);
  return out;
}

void percent_encode_append(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

std::optional<std::string> percent_decode(std::string_view text) {
  if (text.find_first_of(std::string_view("%\0", 2)) == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

void append_query(std::string& uri, std::string_view name, std::string_view value) {
  const auto fragment_at = uri.find('#');
  const auto fragment = fragment_at == std::string::npos ? std::string() : uri.substr(fragment_at);
  uri.resize(uri.size() - fragment.size());
  if (uri.find('?') == std::string::npos) {
    uri += '?';
  } else if (!uri.ends_with('?') && !uri.ends_with('&')) {
    uri += '&';
  }
  percent_encode_append(uri, name);
  uri += '=';
  percent_encode_append(uri, value);
  uri += fragment;
}

}  // namespace cardea
