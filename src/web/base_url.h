// The public base URL (`scheme://host[:port][/relative-path]`): what every issuer, endpoint and link starts with.
// With a configured hostname it never depends on the request (DS-11, attack class 9); without one (start-dev, or
// hostname-strict=false) it is what the browser used. A realm with an address of its own (`frontendUrl`) has that, word
// for word, for everything below /realms/{its name}.
#pragma once

#include <string>

#include "base/frontend_urls.h"
#include "base/uri.h"
#include "web/request.h"

namespace cardea::web {

class BaseUrl {
 public:
  /// `frontend`: the configured full URL without trailing slash, or empty to follow the request.
  /// `relative_path`: "" or "/auth"-like, without trailing slash. `realms`: null where none has its own address.
  BaseUrl(std::string frontend, std::string relative_path, const FrontendUrls* realms = nullptr)
      : frontend_(std::move(frontend)), relative_path_(std::move(relative_path)), realms_(realms) {}

  /// For example "https://id.example.com" or "http://localhost:8080/auth"; no trailing slash. That of the realm whose
  /// path was asked for, or the server's.
  [[nodiscard]] std::string of(const Request& request) const {
    if (auto own = own_address(request)) return std::move(*own);
    return of_server(request);
  }
  /// The same for a realm whose name does not stand in the path.
  [[nodiscard]] std::string of_realm(const Request& request, std::string_view realm) const {
    if (auto own = own_address(realm)) return std::move(*own);
    return of_server(request);
  }
  /// False: `of_realm` says what the request says, so what leaves this browser (mail) must not be built from it.
  [[nodiscard]] bool is_configured(std::string_view realm) const {
    return !frontend_.empty() || own_address(realm).has_value();
  }
  /// The issuer of a realm: `B/realms/{r}` (keycloak.md section 1.2).
  [[nodiscard]] std::string issuer(const Request& request, std::string_view realm) const {
    return issuer_below(of_realm(request, realm), realm);
  }
  /// The same for a caller that has the realm's base URL already.
  [[nodiscard]] static std::string issuer_below(std::string_view base, std::string_view realm) {
    std::string issuer;
    issuer.reserve(kUsualBytes);
    issuer.append(base).append("/realms/");
    percent_encode_append(issuer, realm);
    return issuer;
  }
  /// Path in front of "/realms/..." as cookies need it: "" or "/auth".
  [[nodiscard]] std::string relative_path(const Request& request) const {
    if (const auto own = own_address(request)) {
      const auto uri = parse_uri(*own);
      return uri ? uri->path : std::string();
    }
    return relative_path_ + std::string(request.alias);
  }

 private:
  static constexpr std::size_t kUsualBytes = 80;  // taken once

  [[nodiscard]] std::string of_server(const Request& request) const {
    std::string base;
    base.reserve(kUsualBytes);
    if (frontend_.empty()) {
      base.append(request.scheme).append("://").append(request.host).append(relative_path_);
    } else {
      base.append(frontend_);
    }
    return base.append(request.alias);
  }
  [[nodiscard]] std::optional<std::string> own_address(std::string_view realm) const {
    return realms_ == nullptr ? std::nullopt : realms_->find(realm);
  }
  /// Administrators reach every realm by the server's address: only what stands below a realm's path has the realm's.
  [[nodiscard]] std::optional<std::string> own_address(const Request& request) const {
    if (realms_ == nullptr || realms_->is_empty()) return std::nullopt;
    constexpr std::string_view kAdmin = "/admin/";
    if (request.path.starts_with(kAdmin)) return std::nullopt;
    for (const auto& [name, value] : request.path_parameters) {
      if (name == "realm") return realms_->find(value);
    }
    return std::nullopt;
  }

  std::string frontend_;
  std::string relative_path_;
  const FrontendUrls* realms_ = nullptr;
};

}  // namespace cardea::web
