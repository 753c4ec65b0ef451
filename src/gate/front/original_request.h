// The request to the application that a proxy asks about. nginx (auth_request), Traefik and Caddy say it in
// X-Forwarded-Method and X-Forwarded-Uri, which `http` keeps from addresses of `proxy-trusted-addresses` alone; Envoy
// (ext_authz) sends the request itself below a prefix. Nothing else decides: no other header, no user agent, no query
// (attack class 19), and a path that proxies read in two ways is refused (attack class 20).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "web/request.h"

namespace cardea::gate {

inline constexpr std::string_view kMethodHeader = "X-Forwarded-Method";
inline constexpr std::string_view kUriHeader = "X-Forwarded-Uri";
inline constexpr std::string_view kEnvoyPrefix = "/gate/envoy";

struct OriginalRequest {
  web::Method method = web::Method::kGet;
  std::string method_text;
  std::string path;
  std::string query;
  /// Path and query: where to return to.
  [[nodiscard]] std::string target() const { return query.empty() ? path : path + "?" + query; }
};

enum class OriginalError {
  kMissing,    // no trusted proxy said what was asked
  kRepeated,   // one of the headers stands twice
  kAmbiguous,  // "//", "..", "%2f", ";" and the like
};
[[nodiscard]] std::string_view describe(OriginalError error);

[[nodiscard]] Result<OriginalRequest, OriginalError> read_original(const web::Request& request);

/// A person's browser asks for a page: to be sent to sign in. Anything else is told 401.
[[nodiscard]] bool is_page_request(const web::Request& request, const OriginalRequest& original);

}  // namespace cardea::gate
