#include "web/cookie.h"

#include <algorithm>

#include "base/assert.h"
#include "base/limits.h"
#include "base/text.h"

namespace cardea::web {
namespace {

bool is_token_character(char c) {
  return c > ' ' && c < 0x7f && std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
}

bool is_cookie_octet(char c) { return c > ' ' && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\'; }

bool is_path_character(char c) { return c >= ' ' && c < 0x7f && c != ';'; }

std::string_view same_site_text(SameSite same_site) {
  switch (same_site) {
    case SameSite::kLax:
      return "Lax";
    case SameSite::kStrict:
      return "Strict";
    case SameSite::kNone:
      return "None";
  }
  return "Strict";
}

std::string_view without_quotes(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') return value.substr(1, value.size() - 2);
  return value;
}

}  // namespace

std::string to_header(const SetCookie& cookie) {
  CARDEA_ASSERT(!cookie.name.empty() && std::ranges::all_of(cookie.name, is_token_character));
  CARDEA_ASSERT(std::ranges::all_of(cookie.value, is_cookie_octet));
  CARDEA_ASSERT(cookie.path.starts_with('/') && std::ranges::all_of(cookie.path, is_path_character));
  std::string out;
  out.reserve(cookie.name.size() + cookie.value.size() + cookie.path.size() + 80);
  out.append(cookie.name).append("=").append(cookie.value).append("; Path=").append(cookie.path);
  if (cookie.max_age) out.append("; Max-Age=").append(std::to_string(cookie.max_age->count()));
  if (cookie.secure) out.append("; Secure");
  if (cookie.http_only) out.append("; HttpOnly");
  out.append("; SameSite=").append(same_site_text(cookie.same_site));
  return out;
}

void add_cookie(Response& response, const SetCookie& cookie) { response.add("Set-Cookie", to_header(cookie)); }

std::optional<std::string_view> find_cookie(std::string_view header, std::string_view name) {
  for (std::size_t seen = 0; !header.empty() && seen < kCookiesMax; ++seen) {
    const auto end = header.find(';');
    const auto pair = header.substr(0, end);
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    if (trim(pair.substr(0, equals)) == name) return without_quotes(trim(pair.substr(equals + 1)));
  }
  return std::nullopt;
}

}  // namespace cardea::web
