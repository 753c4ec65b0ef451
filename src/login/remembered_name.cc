#include "login/remembered_name.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "base/uri.h"
#include "web/cookie.h"

namespace cardea::login {
namespace {

constexpr std::string_view kCookie = "KEYCLOAK_REMEMBER_ME";
constexpr std::string_view kPrefix = "username:";
constexpr std::size_t kEscapedLength = 3;  // "%2F"
constexpr seconds kYear = std::chrono::hours{24 * 365};

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::string remembered_name(const web::Request& request, const Realm& realm) {
  if (!realm.remember_me) return {};
  const auto value = request.cookie(kCookie);
  if (!value || !value->starts_with(kPrefix)) return {};
  const auto escaped = value->substr(kPrefix.size());
  if (escaped.size() > kEscapedLength * kUsernameBytesMax) return {};
  auto name = percent_decode(escaped);
  if (!name || name->size() > kUsernameBytesMax || !is_utf8(*name) || std::ranges::any_of(*name, is_control)) return {};
  return std::move(*name);
}

void keep_name(web::Response& response, const web::Request& request, const Realm& realm, const web::BaseUrl& base_url,
               std::string_view name) {
  const bool is_kept = realm.remember_me && !name.empty();
  if (!is_kept && !request.cookie(kCookie)) return;
  web::SetCookie cookie;
  cookie.name = kCookie;
  if (is_kept) cookie.value = std::string(kPrefix).append(percent_encode(name));
  cookie.path = base_url.relative_path(request) + "/realms/" + percent_encode(realm.name) + "/";
  cookie.max_age = is_kept ? kYear : seconds{0};
  cookie.secure = request.is_https();
  web::add_cookie(response, cookie);
}

}  // namespace cardea::login
