// grant_type=refresh_token (RFC 6749 section 6; keycloak.md section 1.9). The token is a JWT of ours; what it stands
// for is the client's share of the session, read in one round trip. Without rotation nothing is written, save the
// session's activity.
#include <algorithm>

#include "base/text.h"
#include "core/check_bearer.h"
#include "core/logout/end_session.h"
#include "core/session.h"
#include "core/token/token_subject.h"
#include "oidc/encryption.h"
#include "oidc/endpoint.h"
#include "oidc/token/grants/all_grants.h"
#include "oidc/token/join_session.h"
#include "oidc/token/rotate_refresh.h"

namespace cardea::oidc {
namespace {

/// Requests with one token that may meet in one moment before the last is told to come again.
constexpr int kRotationAttempts = 8;

/// What the steps hand on.
struct Refresh {
  TokenRequestPtr request;
  std::string token_id, scope;
  std::string acr;
  std::string resources;       // RFC 8707, as granted
  std::int64_t issued_at = 0;  // epoch seconds
  bool tracked = false;
  bool offline = false;
  SessionRepo* sessions = nullptr;  // where the token's session is kept
  SessionId session_id;
  std::string fresh_id;

  LiveSession live;
  std::shared_ptr<const TokenPlan> plan;
  TokenSubject subject;
  std::string refresh_id;
  bool has_waited = false;      // for the provider the session stands on, after `live` was read
  bool is_vouched_for = false;  // said that provider
};
using RefreshPtr = std::shared_ptr<Refresh>;

/// An offline token has no expiry of its own, so a shorter idle time of this client is judged here.
bool is_idle_for_client(const TokenRequest& request, const UserSession& session) {
  if (!session.offline) return false;
  const auto idle = client_session_idle(request.realm->realm, request.client->client, session);
  return request.now >= session.last_seen + idle + idle / 4;
}

std::optional<OAuthError> refusal_of(const std::optional<LiveSession>& live, const Refresh& refresh) {
  const auto& request = *refresh.request;
  if (refresh.offline && !live) return invalid_grant("Offline user session not found", "offline_session_gone");
  if (refresh.offline && is_idle_for_client(request, live->session)) {
    return invalid_grant("Offline session not active", "idle_for_client");
  }
  const auto reason = why_not_live(request.realm->realm, request.client->client, live, refresh.issued_at, request.now);
  if (!reason) return std::nullopt;
  switch (*reason) {
    case NotLive::kSessionGone:
      if (refresh.offline) return invalid_grant("Offline session not active", "offline_session_expired");
      return invalid_grant("Session not active", "session_gone");
    case NotLive::kClientSessionGone:
      return invalid_grant("Session doesn't have required client", "client_session_gone");
    case NotLive::kUserDisabled:
      return invalid_grant("User disabled", "user_disabled");
    case NotLive::kStale:
      return invalid_grant("Stale token", "not_before");
  }
  return invalid_grant("Invalid refresh token", "not_live");
}

/// `scope` may narrow what was granted, never widen it (RFC 6749 section 6). The client's default scopes of today
/// always apply, as at every grant (keycloak.md section 1.9).
Result<std::shared_ptr<const TokenPlan>, OAuthError> narrowed_plan(const TokenRequest& request,
                                                                   const std::string& granted) {
  const auto asked = request.form.value("scope");
  if (!asked) return plan_for_granted(*request.client, granted);
  const auto words = split_words(granted);
  const OAuthError wider{OAuthCode::kInvalidScope, "Invalid scopes: " + std::string(*asked), 0, "scope_wider"};
  for (const auto word : split_words(*asked)) {
    if (std::find(words.begin(), words.end(), word) == words.end()) return refuse(wider);
  }
  auto plan = plan_for(*request.client, *asked);
  if (!plan) return refuse(wider);
  return std::move(*plan);
}

web::Outcome sign(const RefreshPtr& refresh) {
  const auto& request = refresh->request;
  const TokenContext context{.realm = *request->realm,
                             .client = *request->client,
                             .plan = *refresh->plan,
                             .subject = refresh->subject,
                             .issuer = request->issuer,
                             .now = request->now,
                             .session = &refresh->live.session,
                             .acr = refresh->acr,
                             .nonce = {},
                             .grant = "rt",
                             .refresh_scope = refresh->scope,
                             .refresh_id = refresh->refresh_id,
                             .share_started_at = refresh->live.client_session->started_at,
                             .resources = refresh->resources,
                             .requested_claims = refresh->live.client_session->claims};
  const auto tokens = issue_for(*request, context);
  if (!tokens) return refuse_token(*request, tokens.error());
  return token_answer(*request, *refresh->plan, *tokens, &refresh->live.session);
}

/// Rotation, in one guarded transaction. Of two parallel requests one rotates; the other reads what it left and decides
/// anew.
Stored<std::optional<OAuthError>> rotate(Tx& tx, Refresh& refresh) {
  using Answer = std::optional<OAuthError>;
  const auto& request = *refresh.request;
  auto& sessions = *refresh.sessions;
  for (int attempt = 0; attempt < kRotationAttempts; ++attempt) {
    const auto& share = *refresh.live.client_session;
    auto decision = rotate_refresh(refresh_rotation(request.realm->realm, request.client->client), share,
                                   refresh.token_id, refresh.tracked, refresh.fresh_id, request.now);
    if (decision.rotation == Rotation::kRefuse) {
      return Answer(invalid_grant("Invalid refresh token", "refresh_token_of_other_chain"));
    }
    if (decision.rotation == Rotation::kRevoke) {
      auto detached = sessions.detach(tx, share.session, share.client);
      if (!detached) return refuse(detached.error());
      return Answer(invalid_grant("Maximum allowed refresh token reuse exceeded", "refresh_token_reuse"));
    }
    refresh.refresh_id = std::move(decision.refresh_id);
    if (!decision.after) return Answer();
    const auto stored = sessions.rotate(tx, share, *decision.after);
    if (stored) return Answer();
    if (stored.error() != StoreError::kConflict) return refuse(stored.error());
    auto again = sessions.load_to_change(tx, request.realm->realm.id, refresh.session_id, request.client->client.id);
    if (!again) return refuse(again.error());
    if (auto refused = refusal_of(*again, refresh)) return Answer(std::move(refused));
    refresh.live = std::move(**again);
  }
  return refuse(StoreError::kBusy);
}

bool wants_touch(const Refresh& refresh) {
  const auto& request = *refresh.request;
  const auto& session = refresh.live.session;
  if (!session.offline) return cardea::wants_touch(request.realm->realm, session, request.now);
  return request.now - session.last_seen >=
         client_session_idle(request.realm->realm, request.client->client, session) / 4;
}

Stored<void> touch(Tx& tx, const Refresh& refresh) {
  const auto& request = *refresh.request;
  if (!refresh.offline) return refresh.sessions->touch(tx, refresh.session_id, request.now);
  auto used = refresh.live.session;
  used.last_seen = request.now;
  return refresh.sessions->prolong(tx, refresh.session_id, request.now, purge_time(request.realm->realm, used));
}

web::Outcome store_then_sign(RefreshPtr refresh) {
  const bool touches = wants_touch(*refresh);
  const bool rotates = refresh_rotation(refresh->request->realm->realm, refresh->request->client->client).is_on;
  refresh->refresh_id = refresh->fresh_id;
  // On PostgreSQL this is the store lane, whose threads wait for the network and do not sign.
  if (!touches && !rotates)
    return web::then(answer_lane(*refresh->request->realm, *refresh->request->client),
                     [refresh] { return sign(refresh); });
  return web::then(web::Lane::kStore, [refresh, touches, rotates]() -> web::Outcome {
    const auto& request = *refresh->request;
    const auto loaded = refresh->live;  // a write may run twice: each run starts from what was read before the first
    auto stored = write_to(request.dependencies.repositories.store, [&](Tx& tx) -> Stored<std::optional<OAuthError>> {
      refresh->live = loaded;
      refresh->refresh_id = refresh->fresh_id;
      if (touches) {
        if (auto touched = touch(tx, *refresh); !touched) return refuse(touched.error());
      }
      if (!rotates) return std::optional<OAuthError>();
      return rotate(tx, *refresh);
    });
    if (!stored) return token_store_failed(request, stored.error());
    if (*stored) return refuse_token(request, **stored);
    return web::then(answer_lane(*refresh->request->realm, *refresh->request->client),
                     [refresh] { return sign(refresh); });
  });
}

web::Outcome load(RefreshPtr refresh) {
  const auto& request = *refresh->request;
  const auto& repositories = request.dependencies.repositories;
  std::optional<OAuthError> refusal;
  const auto read = repositories.store.read([&](Rows& rows) -> Stored<void> {
    auto live = refresh->sessions->load(rows, request.realm->realm.id, refresh->session_id, request.client->client.id);
    if (!live) return refuse(live.error());
    if ((refusal = refusal_of(*live, *refresh))) return {};
    refresh->live = std::move(**live);
    auto plan = narrowed_plan(request, refresh->scope);
    if (!plan) {
      refusal = plan.error();
      return {};
    }
    refresh->plan = std::move(*plan);
    auto no_consent = why_no_consent(rows, request, refresh->live.session.user, refresh->scope);
    if (!no_consent) return refuse(no_consent.error());
    if ((refusal = std::move(*no_consent))) return {};
    auto subject =
        complete_subject(rows, request.dependencies.settings, *request.client, *refresh->plan, refresh->live.subject);
    if (!subject) return refuse(subject.error());
    refresh->subject = std::move(*subject);
    // The right to offline tokens can be taken away.
    const bool allowed = !refresh->offline || refresh->subject.roles->contains_realm_role("offline_access");
    if (!allowed) refusal = offline_not_allowed();
    return {};
  });
  if (!read) return token_store_failed(request, read.error());
  if (refusal) return refuse_token(request, *refusal);
  if (refresh->is_vouched_for) return store_then_sign(std::move(refresh));
  if (!request.dependencies.check_upstream) {
    return refuse_token(request, invalid_grant("Session not active", "upstream_check_missing"));
  }
  auto outcome = request.dependencies.check_upstream(
      request.http, request.realm, refresh->live.session, [refresh](bool is_vouched_for) -> web::Outcome {
        if (!is_vouched_for) {
          return refuse_token(*refresh->request, invalid_grant("Session not active", "not_vouched_for_upstream"));
        }
        if (!refresh->has_waited) return store_then_sign(refresh);
        refresh->is_vouched_for = true;
        return then_read(refresh->request->dependencies, [refresh] { return load(refresh); });
      });
  refresh->has_waited = true;  // whoever calls from here on does so after a call to the provider: much may have ended
  return outcome;
}

/// A bound refresh token is good only with what it is bound to (RFC 9449 section 5, RFC 8705 section 4).
std::optional<OAuthError> why_not_possessed(const TokenRequest& request, const jose::VerifiedJwt& token) {
  const auto key = confirmation(token, "jkt");
  const auto certificate = confirmation(token, "x5t#S256");
  if (!key.empty() && request.binding.key_thumbprint.empty()) {
    return OAuthError{OAuthCode::kInvalidRequest, "DPoP proof is missing", 0, "bound_refresh_token"};
  }
  if (!key.empty() && key != request.binding.key_thumbprint) {
    return invalid_grant("DPoP proof and token binding verification failed", "bound_to_other_key");
  }
  if (!certificate.empty() && certificate != request.binding.certificate_thumbprint) {
    return invalid_grant("Client certificate missing, or its thumbprint and one in the refresh token did NOT match",
                         "bound_to_other_certificate");
  }
  return std::nullopt;
}

}  // namespace

web::Outcome refresh_token_grant(TokenRequestPtr request) {
  const auto token = request->form.value("refresh_token");
  if (!token) return refuse_token(*request, {OAuthCode::kInvalidRequest, "No refresh token", 0, "no_refresh_token"});
  const auto jwt = verify_refresh_token(*request->realm, request->issuer, *token, request->now);
  if (!jwt) {
    const bool stale = jwt.error() == BearerError::kRevoked;
    return refuse_token(
        *request, invalid_grant(stale ? "Stale token" : "Invalid refresh token", std::string(describe(jwt.error()))));
  }
  // The token is this client's, and stays its (attack class 14).
  if (jwt->azp() != request->client->client.client_id) {
    return refuse_token(*request, invalid_grant("Invalid refresh token. Token client and authorized client don't match",
                                                "token_of_other_client"));
  }
  if (const auto refused = why_not_possessed(*request, *jwt)) return refuse_token(*request, *refused);
  auto refresh = std::make_shared<Refresh>();
  refresh->token_id = jwt->jti();
  refresh->scope = jwt->scope();
  refresh->tracked = !jwt->text("reuse_id").empty();
  refresh->session_id = SessionId(jwt->sid());
  refresh->offline = is_of_offline_session(*jwt);
  refresh->sessions = &sessions_of(request->dependencies.repositories, *jwt);
  refresh->fresh_id = random_uuid(request->dependencies.random);
  refresh->acr = jwt->text("acr");
  refresh->resources = jwt->text("resource");
  refresh->issued_at = epoch_seconds(*jwt->iat());
  refresh->request = std::move(request);
  const auto& dependencies = refresh->request->dependencies;
  return then_read(dependencies, [refresh]() -> web::Outcome { return load(refresh); });
}

}  // namespace cardea::oidc
