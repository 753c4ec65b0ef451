// Cookies to set (RFC 6265). Reading them is Request::cookie.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "web/response.h"

namespace cardea::web {

enum class SameSite { kLax, kStrict, kNone };

struct SetCookie {
  std::string name;
  std::string value;                              // token characters only; the caller encodes
  std::string path = "/";
  std::optional<std::chrono::seconds> max_age;    // absent: until the browser closes; zero: remove it
  bool http_only = true;
  bool secure = true;
  SameSite same_site = SameSite::kLax;
};

[[nodiscard]] std::string to_header(const SetCookie& cookie);
void add_cookie(Response& response, const SetCookie& cookie);

}  // namespace cardea::web
