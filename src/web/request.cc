#include "web/request.h"

#include <array>

#include "base/assert.h"
#include "base/text.h"
#include "web/cookie.h"

namespace cardea::web {
namespace {

constexpr std::array<std::string_view, 8> kMethodNames = {"GET",    "HEAD",  "POST",    "PUT",
                                                          "DELETE", "PATCH", "OPTIONS", "OTHER"};

std::string_view media_type(const Request& request) {
  const auto value = request.header("Content-Type");
  return value ? trim(value->substr(0, value->find(';'))) : std::string_view();
}

}  // namespace

std::string_view name(Method method) { return kMethodNames[static_cast<std::size_t>(method)]; }

Method parse_method(std::string_view text) {
  for (std::size_t i = 0; i + 1 < kMethodNames.size(); ++i) {
    if (text == kMethodNames[i]) return static_cast<Method>(i);
  }
  return Method::kOther;
}

std::optional<std::string_view> Request::header(std::string_view wanted) const {
  for (const auto& header : headers) {
    if (header.name.size() == wanted.size() && equal_ignoring_ascii_case(header.name, wanted)) return header.value;
  }
  return std::nullopt;
}

const std::string& Request::path_parameter(std::string_view wanted) const {
  for (const auto& [name, value] : path_parameters) {
    if (name == wanted) return value;
  }
  CARDEA_ASSERT(!"the route has a path parameter of this name");
  __builtin_unreachable();
}

std::optional<std::string_view> Request::cookie(std::string_view wanted) const {
  for (const auto& header : headers) {
    if (!equal_ignoring_ascii_case(header.name, "Cookie")) continue;
    if (const auto value = find_cookie(header.value, wanted)) return value;
  }
  return std::nullopt;
}

std::string Request::content_type() const { return ascii_lower(media_type(*this)); }

bool Request::has_form() const {
  return equal_ignoring_ascii_case(media_type(*this), "application/x-www-form-urlencoded");
}

}  // namespace cardea::web
