// The URLs of a client's record made absolute, and the origins that follow from them (keycloak.md sections 1.6
// and 1.7). One rule for the redirect check, for CORS and for `allowed-origins` in tokens.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/uri.h"
#include "domain/client.h"

namespace cardea {

/// Attribute of clients that wrote their own record (dynamic registration): URLs in it are theirs and not an
/// administrator's, so calls to them reach public addresses by TLS only (attack class 10). Set by the registration
/// endpoint at every write, whatever the client sends.
inline constexpr std::string_view kSelfRegistered = "cardea.self.registered";

/// The realm to ask for the address that the client's relative URLs stand behind: its own, which may have one
/// (core/frontend_url.h), or none for the administrators' console (`${authAdminUrl}`), which stays at the server's.
[[nodiscard]] inline std::string_view address_realm(const Client& client, std::string_view realm) {
  return client.root_url == "${authAdminUrl}" ? std::string_view() : realm;
}

/// `url` as it stands, or behind the client's root URL when it starts with '/': behind `server_base`, our own base URL,
/// for `${authBaseUrl}` and `${authAdminUrl}`, and behind the origin of that for clients without a root URL.
[[nodiscard]] std::string absolute_url(const Client& client, std::string_view url, std::string_view server_base);

/// The part of a wildcard pattern in front of its '*', with the path begun: "https://h*" gives "https://h/". Absent
/// when the pattern has no wildcard: '*' stands elsewhere, or the pattern has a query or fragment.
[[nodiscard]] std::optional<std::string> wildcard_prefix(std::string_view pattern);

/// May a code be sent there outside start-dev (standards.md AZ-8 and AZ-9; RFC 9700 section 2.6; RFC 8252 section 7.1)?
/// https, http on this machine, or an app's own scheme in reverse-domain form. What clients of policy `oauth21` and
/// `fapi2`, and those that register themselves, are held to.
[[nodiscard]] bool is_safe_redirect(const Uri& uri);

/// Origins that the client's pages may call from: `webOrigins` with "+" and "*" resolved (keycloak.md section 1.7).
/// "*" stays as "*".
[[nodiscard]] std::vector<std::string> web_origins(const Client& client, std::string_view server_base);

}  // namespace cardea
