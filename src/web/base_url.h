// The public base URL (`scheme://host[:port][/relative-path]`): what every issuer, endpoint and link starts with.
// With a configured hostname it never depends on the request (DS-11, attack class 9); without one (start-dev, or
// hostname-strict=false) it is what the browser used.
#pragma once

#include <string>

#include "base/uri.h"
#include "web/request.h"

namespace cardea::web {

class BaseUrl {
 public:
  /// `frontend`: the configured full URL without trailing slash, or empty to follow the request.
  /// `relative_path`: "" or "/auth"-like, without trailing slash.
  BaseUrl(std::string frontend, std::string relative_path)
      : frontend_(std::move(frontend)), relative_path_(std::move(relative_path)) {}

  /// For example "https://id.example.com" or "http://localhost:8080/auth"; no trailing slash.
  [[nodiscard]] std::string of(const Request& request) const {
    std::string base;
    base.reserve(kUsualBytes);
    if (frontend_.empty()) {
      base.append(request.scheme).append("://").append(request.host).append(relative_path_);
    } else {
      base.append(frontend_);
    }
    return base.append(request.alias);
  }
  /// False: `of` says what the request says, so what leaves this browser (mail) must not be built from it.
  [[nodiscard]] bool is_configured() const { return !frontend_.empty(); }
  /// The issuer of a realm: `B/realms/{r}` (keycloak.md section 1.2).
  [[nodiscard]] std::string issuer(const Request& request, std::string_view realm) const {
    return issuer_below(of(request), realm);
  }
  /// The same for a caller that has the base URL already.
  [[nodiscard]] static std::string issuer_below(std::string_view base, std::string_view realm) {
    std::string issuer;
    issuer.reserve(kUsualBytes);
    issuer.append(base).append("/realms/");
    percent_encode_append(issuer, realm);
    return issuer;
  }
  /// Path in front of "/realms/..." as cookies need it: "" or "/auth".
  [[nodiscard]] std::string relative_path(const Request& request) const {
    return relative_path_ + std::string(request.alias);
  }

 private:
  static constexpr std::size_t kUsualBytes = 80;  // taken once

  std::string frontend_;
  std::string relative_path_;
};

}  // namespace cardea::web
