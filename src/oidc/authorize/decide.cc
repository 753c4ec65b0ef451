#include "oidc/authorize/decide.h"

namespace cardea::oidc {
namespace {

constexpr std::int64_t kActionMaxAge = 300;  // seconds: what a client asks people to do needs a login this fresh

/// Strictly older than asked for (OpenID Connect Core section 3.1.2.1; keycloak.md section 1.5); 0 behaves as
/// prompt=login.
bool is_too_old(const AuthorizationRequest& request, const UserSession& session, TimePoint now) {
  if (!request.kc_action.empty() && epoch_seconds(now) - session.auth_time > kActionMaxAge) return true;
  if (!request.max_age) return false;
  return *request.max_age == 0 || epoch_seconds(now) - session.auth_time > *request.max_age;
}

}  // namespace

AuthorizeNext decide_authorization(const AuthorizationRequest& request, const std::optional<LiveSession>& live,
                                   const std::vector<std::string>& pending, TimePoint now, bool level_missing) {
  // Whoever is signed in has an account, but asks for another (Initiating User Registration 1.0 section 4).
  if (request.prompt_create && !request.prompt_none) return AuthorizeNext::kLogin;
  if (!live) return request.prompt_none ? AuthorizeNext::kLoginRequired : AuthorizeNext::kLogin;
  if (request.prompt_login || is_too_old(request, live->session, now) || level_missing) {
    return request.prompt_none ? AuthorizeNext::kLoginRequired : AuthorizeNext::kReauthenticate;
  }
  if (!pending.empty() || !request.kc_action.empty()) {
    return request.prompt_none ? AuthorizeNext::kInteractionRequired : AuthorizeNext::kActions;
  }
  return AuthorizeNext::kComplete;
}

}  // namespace cardea::oidc
