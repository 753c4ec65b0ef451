// Is this redirect URI one of the client's? The rule that open redirects fail on (attack class 1; keycloak.md
// section 1.6 for classic clients, exact comparison for the rest, RFC 9700 section 2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/client.h"

namespace cardea::oidc {

/// True when `candidate` may be redirected to. `server_base`: our own base URL, for relative patterns of clients
/// without a root URL and for `${authBaseUrl}` / `${authAdminUrl}`. `production`: not start-dev, so that clients other
/// than classic get no plain http off this machine and no scheme without a dot (`is_safe_redirect`, AZ-8 and AZ-9).
[[nodiscard]] bool is_redirect_allowed(const Client& client, std::string_view candidate, std::string_view server_base,
                                       bool production = true);

/// The same for RP-initiated logout, which carries no code and so may end at plain http: attribute
/// `post.logout.redirect.uris`, a "##" list, "+" for the redirect URIs, "-" for none (keycloak.md section 1.14).
[[nodiscard]] bool is_post_logout_redirect_allowed(const Client& client, std::string_view candidate,
                                                   std::string_view server_base);

/// The single registered URI without wildcard, for requests that send none; absent when there is no such one.
[[nodiscard]] std::optional<std::string> only_redirect_uri(const Client& client, std::string_view server_base,
                                                           bool production = true);

/// Is the redirect URI of the token request the one of the authorization request? The same text (RFC 6749 section
/// 4.1.3); on loopback an empty path and "/" are one, since libraries write either and the browser asks for the same.
[[nodiscard]] bool is_same_redirect_uri(std::string_view sent, std::string_view authorized);

/// Where the client lives, for a link "Back to application": its base URL, behind the root URL when it starts with '/'.
/// Absent when there is none, or it is no http or https URL.
[[nodiscard]] std::optional<std::string> home_url(const Client& client, std::string_view server_base);

}  // namespace cardea::oidc
