#include "core/changes/check_values.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace cardea {
namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::string_view kNilUuid = "00000000-0000-0000-0000-000000000000";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool has_control(std::string_view text) { return std::ranges::any_of(text, is_control); }

/// The scheme in lower case, empty when there is none.
std::string scheme_of(std::string_view uri) {
  const auto colon = uri.find(':');
  const auto end = uri.find_first_of("/?#");
  if (colon == std::string_view::npos || (end != std::string_view::npos && end < colon)) return {};
  return ascii_lower(uri.substr(0, colon));
}

}  // namespace

Complaint check_realm_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) return "expected a realm name of 1 to 255 bytes";
  if (has_control(name) || name.find_first_of("/\\?#%;") != std::string_view::npos || name == "." || name == "..") {
    return "expected a realm name without / \\ ? # % ; and control characters";
  }
  return std::nullopt;
}

Complaint check_id(std::string_view id) {
  const bool fine =
      !id.empty() && id.size() <= kNameBytesMax && !has_control(id) && !id.contains('/') && id != kNilUuid;
  if (fine) return std::nullopt;
  return "expected an id of 1 to 255 bytes without / and control characters, and not the nil UUID";
}

Complaint check_name(std::string_view name) {
  if (!name.empty() && name.size() <= kNameBytesMax && !has_control(name)) return std::nullopt;
  return "expected a name of 1 to 255 bytes without control characters";
}

Complaint check_username(std::string_view username) {
  if (!username.empty() && username.size() <= kUsernameBytesMax && !has_control(username)) return std::nullopt;
  return "expected a username of 1 to 255 bytes without control characters";
}

Complaint check_email(std::string_view email) {
  if (email.empty()) return std::nullopt;
  const auto at = email.rfind('@');
  const bool fine = at != std::string_view::npos && at > 0 && at + 1 < email.size() && email.size() <= kNameBytesMax &&
                    !has_control(email) && !email.contains(' ');
  if (fine) return std::nullopt;
  return "expected an e-mail address";
}

Complaint check_redirect_uri(std::string_view uri) {
  if (uri.empty() || uri.size() > kUriBytesMax) return "expected a redirect URI";
  if (has_control(uri) || uri.contains(' ')) return "expected a redirect URI without spaces and control characters";
  if (uri.contains('#')) return "expected a redirect URI without a fragment";
  const auto scheme = scheme_of(uri);
  if (scheme == "javascript" || scheme == "data" || scheme == "vbscript")
    return "expected a redirect URI that is no script";
  return std::nullopt;
}

bool is_redirect_wildcard(std::string_view uri) { return uri.ends_with('*'); }

Complaint check_new_password(std::string_view password) {
  if (password.empty()) return "expected a password";
  if (password.size() > kPasswordBytesMax) return "expected a password of at most 1024 bytes";
  return std::nullopt;
}

}  // namespace cardea
