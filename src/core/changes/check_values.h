// Checks on single values of realms, clients and users, for everyone who changes them: import, admin API, registration.
// Each answers nothing when the value is fine, else what was expected, in words that never repeat the value.
#pragma once

#include <optional>
#include <string_view>

namespace cardea {

using Complaint = std::optional<std::string_view>;

/// 1 to 255 bytes; no '/', '\\', '?', '#', '%', ';', nor control characters, and neither "." nor "..": it is a path
/// segment of every URL of the realm and part of cookie paths.
[[nodiscard]] Complaint check_realm_name(std::string_view name);

/// An id given from outside: 1 to 255 bytes, no '/' nor control characters, not the nil UUID, which stands for nobody.
[[nodiscard]] Complaint check_id(std::string_view id);

/// Names of clients, roles, groups, scopes and mappers: 1 to 255 bytes without control characters.
[[nodiscard]] Complaint check_name(std::string_view name);

/// 1 to kUsernameBytesMax bytes without control characters.
[[nodiscard]] Complaint check_username(std::string_view username);

/// Up to 255 bytes around one '@', without spaces and control characters. Empty is fine: no address.
[[nodiscard]] Complaint check_email(std::string_view email);

/// A registered redirect URI (keycloak.md section 1.6): an absolute URI, a path of our own server, or one of them with
/// a trailing '*'. No fragment (RFC 6749 section 3.1.2), no script or data URL, no spaces and control characters, at
/// most kUriBytesMax bytes. "${...}" and what else Keycloak's own clients have pass.
[[nodiscard]] Complaint check_redirect_uri(std::string_view uri);

/// True for redirect URIs that end in '*' and so stand for many addresses (attack class 1).
[[nodiscard]] bool is_redirect_wildcard(std::string_view uri);

/// 1 to kPasswordBytesMax bytes. The realm's policy is another matter (password_policy.h).
[[nodiscard]] Complaint check_new_password(std::string_view password);

}  // namespace cardea
