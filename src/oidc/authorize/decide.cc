#include "oidc/authorize/decide.h"

namespace cardea::oidc {
namespace {

/// Strictly older than asked for (OpenID Connect Core section 3.1.2.1; keycloak.md section 1.5); 0 behaves as
/// prompt=login.
bool is_too_old(const AuthorizationRequest& request, const UserSession& session, TimePoint now) {
  if (!request.max_age) return false;
  return *request.max_age == 0 || epoch_seconds(now) - session.auth_time > *request.max_age;
}

}  // namespace

AuthorizeNext decide_authorization(const AuthorizationRequest& request, const std::optional<LiveSession>& live,
                                   const std::vector<std::string>& pending, TimePoint now) {
  if (!live) return request.prompt_none ? AuthorizeNext::kLoginRequired : AuthorizeNext::kLogin;
  if (request.prompt_login || is_too_old(request, live->session, now)) {
    return request.prompt_none ? AuthorizeNext::kLoginRequired : AuthorizeNext::kReauthenticate;
  }
  if (!pending.empty() || !request.kc_action.empty()) {
    return request.prompt_none ? AuthorizeNext::kInteractionRequired : AuthorizeNext::kActions;
  }
  return AuthorizeNext::kComplete;
}

}  // namespace cardea::oidc
