// What a granted authorization request leaves in the store and says to the client: a code, tokens, both or neither, as
// its response type asks (RFC 6749 section 4.1.2, OpenID Connect Core sections 3.2.2.5 and 3.3.2.5). Two steps: the
// first in the transaction that settles the session, the second, which signs, after it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/settings.h"
#include "core/token/token_subject.h"
#include "domain/authorization.h"
#include "domain/session.h"
#include "oidc/authorize/answer.h"
#include "oidc/oidc.h"

namespace cardea::oidc {

/// The request, with everything that was settled before the answer.
struct Grantable {
  const Dependencies& dependencies;
  std::shared_ptr<const RealmEntry> realm;
  std::shared_ptr<const ClientEntry> client;
  AuthorizationRequest request;
  Authentication proven;
  std::string issuer;
  TimePoint now;
};

/// What tokens in the answer are made from.
struct GrantedTokens {
  std::shared_ptr<const TokenPlan> plan;
  TokenSubject subject;
};

/// What the transaction stored for the client.
struct StoredGrant {
  std::string code = {};                     // empty when none was asked for
  std::optional<GrantedTokens> tokens = {};  // absent when none were asked for
};

/// The error is the client's answer: then nothing was stored for it.
using Granted = Result<StoredGrant, OAuthError>;

/// Uses up the pushed request the grant came from (RFC 9126 section 7.3), stores the code, and for tokens the client's
/// share of the session, which must be stored already.
[[nodiscard]] Stored<Granted> store_grant(Tx& tx, const Grantable& grant, const UserSession& session);

/// Signs what is to be signed, answers, and writes the login (or why it was none) to the log and the realm's events.
[[nodiscard]] web::Response answer_grant(const Grantable& grant, const web::Request& http, const UserSession& session,
                                         Granted granted);

/// Answers the client that nobody is signed in: no session was settled.
[[nodiscard]] web::Response answer_nobody(const Grantable& grant, const web::Request& http, std::string_view reason);

/// The line that answer_grant writes, for those who answer otherwise. `refused`: why not, or empty.
void log_grant(const Grantable& grant, const web::Request& http, const SessionId& session, std::string_view refused);

}  // namespace cardea::oidc
