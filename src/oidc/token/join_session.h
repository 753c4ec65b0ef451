// The client's share in a person's session: what every grant with a person behind it stores before it signs. With scope
// offline_access the share is one in the offline session (keycloak.md section 2.4).
#pragma once

#include <string>

#include "core/token/token_subject.h"
#include "domain/repository/session_repos.h"
#include "domain/session.h"
#include "oidc/error.h"
#include "oidc/token/token_request.h"

namespace cardea::oidc {

struct SessionShare {
  const TokenPlan& plan;
  const TokenSubject& subject;
  UserSession session;                 // the browser's, or one made for this grant
  bool is_new = false;                 // made for this grant: not stored yet
  std::optional<ClientSession> share;  // the client's in it, when there is one
  std::string scope;                   // as granted
  std::string refresh_id;              // jti of the refresh token to come
  std::string adapter_session = {};    // what the application calls its own session; empty: it said nothing
  std::string adapter_host = {};
  std::string claims = {};  // what the authorization asked for by name; empty: nothing
};

/// The session that tokens belong to, and when the client's share in it was opened.
struct JoinedSession {
  UserSession session;
  TimePoint share_started_at{};
};

/// Why nobody may join this session: it is gone, not the person's who agreed, the person is disabled, or a not-before
/// of realm, client or person has come since. The revocation that happens between a login and its exchange must not be
/// outrun: the tokens would be younger than it (attack class 28). `agreed_at`: when the code was issued or approved, at
/// the latest. `not_valid`: the grant's own words.
[[nodiscard]] std::optional<OAuthError> why_not_joinable(const TokenRequest& request,
                                                         const std::optional<LiveSession>& live, const UserId& user,
                                                         TimePoint agreed_at, std::string_view not_valid);

/// The words for people and clients that may not have offline tokens: 400 not_allowed.
[[nodiscard]] OAuthError offline_not_allowed();

/// The person took back, or never gave, what the client needs for `scope`: 400 invalid_scope. Absent: all is allowed.
[[nodiscard]] Stored<std::optional<OAuthError>> why_no_consent(Rows& rows, const TokenRequest& request,
                                                               const UserId& user, std::string_view scope);

/// Stores the share; gives the session that the tokens belong to, or the refusal offline_not_allowed or why_no_consent,
/// and then nothing is stored. When a browser's session begins with an offline token, the offline session alone is
/// left, as in Keycloak.
[[nodiscard]] Stored<Result<JoinedSession, OAuthError>> join_session(Tx& tx, const TokenRequest& request,
                                                                     const SessionShare& joining);

}  // namespace cardea::oidc
