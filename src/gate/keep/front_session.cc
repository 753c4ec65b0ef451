#include "gate/keep/front_session.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/text.h"
#include "web/cookie.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kName = "authjs.session-token", kSecurePrefix = "__Secure-";
constexpr std::size_t kPartsMax = 20;

/// "authjs.session-token", or one part of it: ".0", ".1", ...
bool is_its(std::string_view name) {
  if (name.starts_with(kSecurePrefix)) name.remove_prefix(kSecurePrefix.size());
  if (!name.starts_with(kName)) return false;
  const auto part = name.substr(kName.size());
  if (part.empty()) return true;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return part.front() == '.' && part.size() >= 2 && part.size() <= 4 && std::ranges::all_of(part.substr(1), is_digit);
}

}  // namespace

void end_front_session(const web::Request& request, web::Response& response) {
  std::size_t ended = 0;
  for (const auto pair : split(request.header("Cookie").value_or(""), ';')) {
    const auto name = trim(pair.substr(0, pair.find('=')));
    if (!is_its(name) || ended++ == kPartsMax) continue;
    web::add_cookie(response, {.name = std::string(name), .max_age = seconds(0), .secure = request.is_https()});
  }
}

}  // namespace cardea::gate
