#include "oidc/logout/decide_logout.h"

#include "oidc/redirect_uri.h"

namespace cardea::oidc {
namespace {

/// What is wrong with the request itself, in Keycloak's words.
std::optional<RefuseLogout> refusal_of(const LogoutInput& input) {
  if (input.has_hint && !input.hint) return RefuseLogout{"Invalid parameter: id_token_hint"};
  if (input.hint && !input.client_id.empty() && input.client_id != input.hint->client_id) {
    return RefuseLogout{"Invalid parameter: id_token_hint"};
  }
  if (!input.post_logout_redirect_uri) return std::nullopt;
  if (!input.hint && input.client_id.empty()) return RefuseLogout{"Missing parameters: id_token_hint"};
  if (!is_target_allowed(input.client, *input.post_logout_redirect_uri, input.server_base)) {
    return RefuseLogout{"Invalid redirect uri"};
  }
  return std::nullopt;
}

}  // namespace

bool is_target_allowed(const Client* client, std::string_view uri, std::string_view server_base) {
  return client != nullptr && client->enabled && is_post_logout_redirect_allowed(*client, uri, server_base);
}

LogoutDecision decide_logout(const LogoutInput& input) {
  if (const auto refusal = refusal_of(input)) return *refusal;
  const bool has_target = input.post_logout_redirect_uri.has_value();
  if (!input.hint) {
    if (input.legacy_without_question && has_target) return EndSession{input.browser_session, true};
    // Anyone can link here, so without a hint a live session is never ended unasked (LO-3, LO-10).
    if (input.browser_session || !has_target) return ConfirmLogout{};
    return EndSession{.session = std::nullopt, .to_target = true};
  }
  if (input.browser_session && *input.browser_session != input.hint->session) return ConfirmLogout{};
  // `logout.confirmation.enabled`: the person stays on our page instead of being sent back at once.
  const bool stays = input.client != nullptr && input.client->attribute_is_true("logout.confirmation.enabled");
  EndSession end{.session = std::nullopt, .to_target = has_target && !stays};
  if (!input.hint->session.empty()) end.session = input.hint->session;
  return end;
}

}  // namespace cardea::oidc
