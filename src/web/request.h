// One HTTP request as a plain value. `http` makes it from bytes, tests make it by hand, handlers only read it.
// It outlives every step of its Outcome: steps may capture a reference to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cardea::web {

enum class Method { kGet, kHead, kPost, kPut, kDelete, kPatch, kOptions, kOther };
[[nodiscard]] std::string_view name(Method method);
[[nodiscard]] Method parse_method(std::string_view text);

struct Header {
  std::string name;
  std::string value;
};

struct Request {
  Method method = Method::kGet;
  std::string path;   // as received, percent-encoding kept, starts with '/', without query
  std::string query;  // as received, without '?'
  std::vector<Header> headers;
  std::string body;  // complete, at most kRequestBodyBytesMax

  // Set before routing: the path that was taken off because everything is served under it as well ("/auth"), or empty.
  // It is part of every URL made for this request, the issuer included.
  std::string_view alias;

  // Where it came from, after the rules for trusted proxies (attack class 19).
  std::string scheme = "http";  // "http" or "https", as the browser sees it
  std::string host;             // host[:port] as the browser sees it, checked to be a plausible authority
  std::string remote_address;   // the client's address without port
  /// DER of the certificate whose key the client proved to hold in the TLS handshake, or that a trusted proxy says it
  /// proved; empty: none.
  std::string client_certificate;
  std::string correlation_id;  // stands in every log line, error page and 5xx answer of this request

  // Set by the router: values of {name} segments, percent-decoded.
  std::vector<std::pair<std::string_view, std::string>> path_parameters;

  /// First header with that name, in any case.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  /// Value of a path parameter of the matched route; asking for one the route lacks is a bug.
  [[nodiscard]] const std::string& path_parameter(std::string_view name) const;
  /// Value of the first cookie with that name (RFC 6265 section 5.4), unquoted.
  [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
  [[nodiscard]] bool is_https() const { return scheme == "https"; }
  /// The media type of the body in lower case, without parameters.
  [[nodiscard]] std::string content_type() const;
  /// Whether the body says that it is a form (application/x-www-form-urlencoded).
  [[nodiscard]] bool has_form() const;
};

}  // namespace cardea::web
