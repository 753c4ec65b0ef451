// The one place that issues tokens (attack class 27): every grant, and later every preview, calls `issue_tokens`. It
// checks that user, client and realm are alive, runs the plan, and signs. Contents: keycloak.md section 2.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "core/settings.h"
#include "core/token/token_plan.h"
#include "core/token/token_subject.h"
#include "core/token/written_claims.h"
#include "domain/session.h"

namespace cardea {

/// A session note of a session that is not kept.
struct TransientNote {
  std::string_view name;
  std::string_view value;
};

struct TokenContext {
  const RealmEntry& realm;
  const ClientEntry& client;
  const TokenPlan& plan;
  const TokenSubject& subject;
  std::string_view issuer;
  TimePoint now;
  const UserSession* session = nullptr;  // null: a transient session (client_credentials): no sid, no refresh token
  std::string_view acr;                  // empty: no acr claim
  std::string_view nonce;                // empty: none
  std::string_view grant;                // two letters of the jti: "ac", "ro", "rt", "cc"
  std::string_view
      refresh_scope{};  // what was granted, where these tokens narrow it (RFC 6749 section 6); empty: the plan's
  std::string_view refresh_id{};  // jti for the refresh token when it was stored beforehand; empty: a fresh one
  std::span<const TransientNote> notes{};  // session notes of a transient session
  WrittenClaims* written = nullptr;  // of a transient session: kept with the plan and the subject, filled and used here
  bool with_refresh = true;          // false: no refresh token, whatever the client may have
  /// Token exchange: only these audiences, and only roles of these clients; kAudienceMissing when the client's own
  /// settings do not give one of them. Empty: what the settings give.
  const std::vector<std::string>* only_audiences = nullptr;
  std::optional<TimePoint> latest_end{};  // no access token lives longer than this (RFC 8693: than the one shown)
  /// When the client's share in the session was opened: its maximum bounds access and refresh token. Absent: with the
  /// session.
  std::optional<TimePoint> share_started_at{};
  /// RFC 8707: the resources of the grant, space separated, for the refresh token to keep.
  std::string_view resources{};
  std::string_view requested_claims{};  // the claims parameter, checked (ClientSession::claims); empty: none
  /// What the tokens are bound to (RFC 7800, `cnf`); empty: nothing. `jkt` is the thumbprint of a DPoP key (RFC 9449
  /// section 6), the other the SHA-256 of a certificate (RFC 8705 section 3.1), both base64url.
  std::string_view key_thumbprint{};
  std::string_view certificate_thumbprint{};
  bool binds_refresh = false;  // the refresh token too: public clients have nothing else that proves them

  std::string_view subject_id{};  // what tokens call the person; set by issue_token from the plan (pairwise.h)

  /// Answers of the authorization endpoint (OpenID Connect Core sections 3.2 and 3.3).
  bool with_access = true;
  bool with_id = true;
  bool implicit = false;     // no code comes with them: the realm's lifespan for that
  std::string_view code{};   // c_hash of the ID token; empty: none
  std::string_view state{};  // s_hash; empty: none
};

struct IssuedTokens {
  std::string access_token;   // empty only when the context asks for none
  std::string id_token;       // empty without scope openid
  std::string refresh_token;  // empty for transient sessions and clients without refresh tokens
  std::string refresh_id;     // jti of the refresh token
  std::int64_t expires_in = 0;
  std::int64_t refresh_expires_in = 0;
  std::int64_t not_before = 0;  // tokens of this person at this client from before it count no more
  std::vector<std::string>
      left_out;                    // claims of the access token that could not be said: the value did not fit its type
  std::string organization_scope;  // TokenSubject's: the answer's `scope` says it behind the plan's
  std::string response_members;  // what mappers add to the answer itself: members of an object without braces, or empty
};

enum class IssueError {
  kUserDisabled,
  kClientDisabled,
  kRealmDisabled,
  kSessionExpired,
  kNoKey,  // the realm has no key for the algorithm asked for
  kAudienceMissing,
  kBadClaim,  // no pairwise subject can be made, or no JWT of the claims
};
[[nodiscard]] std::string_view describe(IssueError error);

/// Makes access, ID and refresh token as the plan and the context ask for. CPU: one signature per asymmetric token.
[[nodiscard]] Result<IssuedTokens, IssueError> issue_tokens(const TokenContext& context, Random& random);

/// Claims for the userinfo answer, the `sub` first (keycloak.md section 1.10).
[[nodiscard]] Result<std::string, IssueError> userinfo_json(const TokenContext& context);

/// Claims that introspection adds to those of the token: members of a JSON object without braces, or empty
/// (keycloak.md section 1.11).
[[nodiscard]] Result<std::string, IssueError> introspection_members(const TokenContext& context);

}  // namespace cardea
