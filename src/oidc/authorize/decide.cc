#include "oidc/authorize/decide.h"

#include "domain/flow/executor.h"

namespace cardea::oidc {
namespace {

/// An administrator in somebody's place proved nothing of theirs: what lasts (links, factors) asks the person.
bool is_impersonated(const UserSession& session) { return !session.note("IMPERSONATOR_ID").empty(); }

/// Strictly older than asked for (OpenID Connect Core section 3.1.2.1; keycloak.md section 1.5); 0 behaves as
/// prompt=login.
bool is_too_old(const AuthorizationRequest& request, const UserSession& session, TimePoint now,
                std::int64_t action_max_age) {
  if (!request.kc_action.empty() && is_impersonated(session)) return true;
  const auto age = epoch_seconds(now) - session.auth_time;
  if (!request.kc_action.empty() && (action_max_age == 0 || age > action_max_age)) return true;
  if (!request.max_age) return false;
  return *request.max_age == 0 || age > *request.max_age;
}

}  // namespace

bool accepts_session(const RealmEntry& realm, const Client& client, const UserId& user) {
  const auto* flow = realm.flows.browser_flow(client);
  if (flow == nullptr) return false;
  const FlowProgress nothing;
  const FlowSubject nobody;
  const auto decision = run_flow(*flow, {.progress = nothing, .subject = nobody, .session_user = &user});
  return std::holds_alternative<Complete>(decision);
}

AuthorizeNext decide_authorization(const AuthorizationRequest& request, const std::optional<LiveSession>& live,
                                   const std::vector<std::string>& pending, TimePoint now,
                                   const AuthorizeFacts& facts) {
  // Whoever is signed in has an account, but asks for another (Initiating User Registration 1.0 section 4).
  if (request.prompt_create && !request.prompt_none) return AuthorizeNext::kLogin;
  if (!live) return request.prompt_none ? AuthorizeNext::kLoginRequired : AuthorizeNext::kLogin;
  if (request.prompt_login || is_too_old(request, live->session, now, facts.action_max_age)) {
    return request.prompt_none ? AuthorizeNext::kLoginRequired : AuthorizeNext::kReauthenticate;
  }
  if (facts.level_missing) return request.prompt_none ? AuthorizeNext::kLoginRequired : AuthorizeNext::kStepUp;
  if (!pending.empty() || !request.kc_action.empty()) {
    return request.prompt_none ? AuthorizeNext::kInteractionRequired : AuthorizeNext::kActions;
  }
  return AuthorizeNext::kComplete;
}

}  // namespace cardea::oidc
