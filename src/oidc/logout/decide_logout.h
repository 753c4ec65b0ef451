// What a logout request leads to: a pure function of the request, the client, the hint and the browser's session
// (OpenID Connect RP-Initiated Logout 1.0 sections 2 to 4; the table of keycloak.md section 1.14).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "domain/client.h"
#include "domain/ids.h"

namespace cardea::oidc {

/// An ID token of ours, used as id_token_hint; it may have expired.
struct LogoutHint {
  SessionId session;  // empty when the token names none
  UserId user;
  std::string client_id;  // azp
};

struct LogoutInput {
  std::string_view client_id;  // as sent; empty: none
  std::optional<std::string_view> post_logout_redirect_uri;
  bool has_hint = false;                     // the parameter was sent
  std::optional<LogoutHint> hint;            // absent: not sent, or not a token of ours
  const Client* client = nullptr;            // of the hint, else of client_id; null when there is none
  std::optional<SessionId> browser_session;  // live, from the identity cookie
  std::string_view server_base;
  /// The return address came as `redirect_uri`, and the operator lets applications from before the standard log out as
  /// they did: without a question. Whoever can make a browser follow a link can then log it out.
  bool legacy_without_question = false;
};

/// 400 and a page; nothing ends, nobody is sent anywhere.
struct RefuseLogout {
  std::string_view message;
};
/// Ask the person first; nothing ends.
struct ConfirmLogout {};
/// End this session, when there is one, then show the target or say that it is done.
struct EndSession {
  std::optional<SessionId> session;
  bool to_target = false;  // redirect to post_logout_redirect_uri, which is allowed
};
using LogoutDecision = std::variant<RefuseLogout, ConfirmLogout, EndSession>;

[[nodiscard]] LogoutDecision decide_logout(const LogoutInput& input);

/// True when the client's people may be sent there after logout.
[[nodiscard]] bool is_target_allowed(const Client* client, std::string_view uri, std::string_view server_base);

}  // namespace cardea::oidc
