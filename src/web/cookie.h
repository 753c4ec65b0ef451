// Cookies (RFC 6265): building Set-Cookie headers and reading one value out of a Cookie header.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "web/response.h"

namespace cardea::web {

enum class SameSite { kLax, kStrict, kNone };

struct SetCookie {
  std::string name = {};
  std::string value = {};  // cookie-octets of RFC 6265 section 4.1.1 only; the caller encodes
  std::string path = "/";
  std::optional<std::chrono::seconds> max_age = std::nullopt;  // absent: until the browser closes; zero: remove it
  bool http_only = true;
  bool secure = true;
  SameSite same_site = SameSite::kLax;
};

/// The value of a Set-Cookie header. A name, value or path that could end the attribute it stands in is a bug.
[[nodiscard]] std::string to_header(const SetCookie& cookie);
void add_cookie(Response& response, const SetCookie& cookie);

/// Value of the first cookie called `name` in the value of a Cookie header (RFC 6265 section 5.4), without the quotes
/// around it. Pairs without '=' are passed over, and so is everything after the first kCookiesMax pairs.
/// The view points into `header`.
[[nodiscard]] std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name);

}  // namespace cardea::web
