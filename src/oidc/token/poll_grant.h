// Grants that ask again and again until a person has decided elsewhere: the device grant (RFC 8628 section 3.4) and
// CIBA (OpenID CIBA Core section 10.1). Poll, decision and, once the person agreed, the client's share in a session:
// one transaction. Signing comes after it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "oidc/device/decide_poll.h"
#include "oidc/token/join_session.h"

namespace cardea::oidc {

/// What came of one poll. With a refusal the rest says nothing.
struct Polled {
  std::optional<OAuthError> refusal;
  JoinedSession joined;
  std::shared_ptr<const TokenPlan> plan;
  TokenSubject subject;
  std::string acr;
};

/// The session of a person who agreed: theirs, or one made for the grant.
struct AgreedSession {
  Subject subject;
  UserSession session;
  bool is_new = false;
  std::optional<ClientSession> share;
};

/// What differs between these grants.
struct PollRules {
  const PollWords& words;
  std::string_view grant;                         // two letters of the jti
  std::optional<std::string_view> code_verifier;  // RFC 7636, where the grant knows it
  /// The session of whoever agreed, or why there is none. Runs in the transaction, which may run twice.
  std::function<Stored<Result<AgreedSession, OAuthError>>(Tx& tx, const DeviceCode& code)> session;
};

/// Answers a poll. `hash`: of the code, as stored.
[[nodiscard]] web::Outcome poll_grant(TokenRequestPtr request, std::string hash, PollRules rules);

}  // namespace cardea::oidc
