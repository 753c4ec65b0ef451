#include "gate/signin/session_cookie.h"

#include <utility>

#include "base/text.h"
#include "web/cookie.h"

namespace cardea::gate {

std::string cookies_of_application(const web::Request& request) {
  constexpr std::string_view kHostPrefix = "__Host-";
  std::string kept;
  for (const auto& header : request.headers) {
    if (!equal_ignoring_ascii_case(header.name, "Cookie")) continue;
    for (const auto part : split(header.value, ';')) {
      const auto cookie = trim(part);
      const auto name = cookie.starts_with(kHostPrefix) ? cookie.substr(kHostPrefix.size()) : cookie;
      if (cookie.empty() || name.starts_with(kCookiePrefix)) continue;
      if (!kept.empty()) kept.append("; ");
      kept.append(cookie);
    }
  }
  return kept;
}

void set_cookie(web::Response& response, const web::Request& request, std::string name, std::string value,
                std::optional<seconds> life) {
  web::SetCookie cookie;
  cookie.name = std::move(name);
  cookie.value = std::move(value);
  cookie.max_age = life;
  cookie.secure = request.is_https();
  cookie.same_site = web::SameSite::kLax;
  web::add_cookie(response, cookie);
}

}  // namespace cardea::gate
