#include "login/flow_cookie.h"

#include <algorithm>

#include "base/secret.h"
#include "base/uri.h"
#include "crypto/hash.h"
#include "web/cookie.h"

namespace cardea::login {
namespace {

constexpr std::size_t kValueLength = 43;  // 32 bytes as base64url
static_assert(kHandleBytes == 32);

std::string cookie_name(const web::Request& request, const Realm& realm) {
  return request.is_https() ? "__Host-cardea-flow-" + percent_encode(realm.name) : "AUTH_SESSION_ID";
}

}  // namespace

std::optional<std::string> read_flow_cookie(const web::Request& request, const Realm& realm) {
  const auto value = request.cookie(cookie_name(request, realm));
  if (!value || value->size() != kValueLength) return std::nullopt;
  const bool well_formed = std::ranges::all_of(*value, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
  if (!well_formed) return std::nullopt;
  return std::string(*value);
}

void set_flow_cookie(web::Response& response, const web::Request& request, const Realm& realm,
                     const web::BaseUrl& base_url, std::string_view value) {
  web::SetCookie cookie;
  cookie.name = cookie_name(request, realm);
  cookie.value = std::string(value);
  cookie.secure = request.is_https();
  if (!request.is_https())
    cookie.path = base_url.relative_path(request) + "/realms/" + percent_encode(realm.name) + "/";
  web::add_cookie(response, cookie);
}

std::string new_flow_cookie(Random& random) { return random_handle(random); }

std::string browser_hash(std::string_view cookie_value) { return crypto::sha256_base64url(cookie_value); }

bool is_same_browser(std::string_view hash, std::string_view cookie_value) {
  return equal_secrets(hash, browser_hash(cookie_value));
}

}  // namespace cardea::login
