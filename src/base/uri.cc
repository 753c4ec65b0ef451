#include "base/uri.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/limits.h"
#include "base/text.h"

namespace cardea {
namespace {

bool is_visible_ascii(char c) { return c > 0x20 && c < 0x7F && c != '\\'; }

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

template <class Part>
std::string text_of(const Part& part) {
  return {part.data(), part.size()};
}

// A port has one spelling: no leading zeros, not empty, at most 65535.
std::optional<std::uint16_t> parse_port(std::string_view digits) {
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  return parse_integer<std::uint16_t>(digits);
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

}  // namespace

std::optional<Uri> parse_uri(std::string_view text) {
  if (text.size() > kUriBytesMax || !std::all_of(text.begin(), text.end(), is_visible_ascii)) return std::nullopt;
  const auto parsed = boost::urls::parse_uri(boost::urls::string_view(text.data(), text.size()));
  if (!parsed) return std::nullopt;
  Uri uri;
  uri.scheme = text_of(parsed->scheme());
  uri.has_authority = parsed->has_authority();
  uri.host = text_of(parsed->encoded_host());
  uri.path = text_of(parsed->encoded_path());
  if (parsed->has_userinfo()) uri.userinfo = text_of(parsed->encoded_userinfo());
  if (parsed->has_query()) uri.query = text_of(parsed->encoded_query());
  if (parsed->has_fragment()) uri.fragment = text_of(parsed->encoded_fragment());
  if (parsed->has_port()) {
    uri.port = parse_port(text_of(parsed->port()));
    if (!uri.port) return std::nullopt;
  }
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
