// The cookies of a signed-in browser (keycloak.md section 1.19): KEYCLOAK_IDENTITY alone grants single sign-on;
// KEYCLOAK_SESSION is read by the login-status iframe and carries no authority.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/settings.h"
#include "domain/session.h"
#include "web/base_url.h"
#include "web/response.h"

namespace cardea::oidc {

struct IdentityCookie {
  SessionId session;
  UserId user;
  std::int64_t issued_at = 0;  // epoch seconds
  std::string state_checker;   // random value bound into the cookie: CSRF token of the logout confirmation
};

/// Sets both cookies for a session. Secure and SameSite=None on https; HttpOnly SameSite=Lax without Secure on http.
void add_session_cookies(web::Response& response, const web::Request& request, const RealmEntry& realm,
                         const UserSession& session, std::string_view issuer, const web::BaseUrl& base_url,
                         std::string_view state_checker, TimePoint now);
/// The identity cookie when it is ours, unexpired and for this realm; anything else is "not signed in" (attack class
/// 18). Whether the session still lives is for the caller to see in the store.
[[nodiscard]] std::optional<IdentityCookie> read_identity_cookie(const web::Request& request, const RealmEntry& realm,
                                                                 std::string_view issuer, TimePoint now);
/// The cookie is this session's, and none from before its last active login: whoever took an older one along is not
/// signed in by what the person proved since (attack class 4).
[[nodiscard]] bool is_cookie_of(const IdentityCookie& cookie, const UserSession& session);
/// Removes both cookies (Max-Age=0).
void clear_session_cookies(web::Response& response, const web::Request& request, const RealmEntry& realm,
                           const web::BaseUrl& base_url);

}  // namespace cardea::oidc
