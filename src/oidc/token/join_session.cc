#include "oidc/token/join_session.h"

#include "core/consent.h"
#include "core/offline_access.h"
#include "core/session.h"
#include "core/token/refresh_rotation.h"
#include "oidc/token/rotate_refresh.h"

namespace cardea::oidc {
namespace {

using Joined = Result<JoinedSession, OAuthError>;

/// A share that is there keeps its beginning and its chains: older tokens of the client stay good (why_not_live). One
/// that has reached its maximum begins anew.
ClientSession share_of(const TokenRequest& request, const SessionShare& joining, const UserSession& session,
                       const std::optional<ClientSession>& before) {
  const bool goes_on = before && request.now < client_session_end(request.realm->realm, request.client->client, session,
                                                                  before->started_at);
  ClientSession share;
  share.session = joining.session.id;
  share.client = request.client->client.id;
  share.started_at = goes_on ? before->started_at : request.now;
  share.scope = joining.scope;
  share.chain = {.refresh_id = joining.refresh_id, .previous_refresh_id = {}, .rotated_at = request.now};
  const auto rule = refresh_rotation(request.realm->realm, request.client->client);
  if (goes_on) share.other_chains = chains_behind_a_new_one(rule, *before);
  share.claims = joining.claims;
  if (!joining.adapter_session.empty()) {
    share.adapter_session = joining.adapter_session;
    share.adapter_host = joining.adapter_host;
  } else if (before) {
    share.adapter_session = before->adapter_session;
    share.adapter_host = before->adapter_host;
  }
  return share;
}

Stored<Joined> join_online(Tx& tx, const TokenRequest& request, const SessionShare& joining) {
  auto& sessions = request.dependencies.repositories.sessions;
  if (joining.is_new) {
    const auto end = session_end(request.realm->realm, joining.session);
    if (auto stored = sessions.insert(tx, joining.session, end); !stored) return refuse(stored.error());
  }
  const auto share = share_of(request, joining, joining.session, joining.share);
  if (auto stored = sessions.put_client_session(tx, share); !stored) return refuse(stored.error());
  return Joined(JoinedSession{joining.session, share.started_at});
}

/// The offline session, made unless it is there and alive.
Stored<LiveSession> settle_offline(Tx& tx, const TokenRequest& request, const SessionShare& joining) {
  const auto& realm = request.realm->realm;
  auto& offline = request.dependencies.repositories.offline_sessions;
  auto live = offline.load_to_change(tx, realm.id, joining.session.id, request.client->client.id);
  if (!live) return refuse(live.error());
  if (*live && is_session_alive(realm, (*live)->session, request.now)) {
    (*live)->session.last_seen = request.now;
    const auto prolonged = offline.prolong(tx, (*live)->session.id, request.now, purge_time(realm, (*live)->session));
    if (!prolonged) return refuse(prolonged.error());
    return std::move(**live);
  }
  if (*live) {
    if (auto removed = offline.remove(tx, realm.id, joining.session.id); !removed) return refuse(removed.error());
  }
  LiveSession made;
  made.session = make_offline_session(joining.session, request.now);
  const auto stored = offline.insert(tx, made.session, purge_time(realm, made.session));
  if (!stored) return refuse(stored.error());
  return made;
}

/// Nothing in the browser's session but what becomes offline now: it is not left behind.
Stored<void> drop_unused_session(Tx& tx, const TokenRequest& request, const SessionShare& joining) {
  if (joining.is_new || joining.share) return {};
  auto& sessions = request.dependencies.repositories.sessions;
  const auto shares = sessions.client_sessions(tx, joining.session.id);
  if (!shares) return refuse(shares.error());
  if (!shares->empty()) return {};
  const auto removed = sessions.remove(tx, request.realm->realm.id, joining.session.id);
  if (!removed) return refuse(removed.error());
  return {};
}

}  // namespace

std::optional<OAuthError> why_not_joinable(const TokenRequest& request, const std::optional<LiveSession>& live,
                                           const UserId& user, TimePoint agreed_at, std::string_view not_valid) {
  const auto refused = [](std::string_view text, std::string note) {
    return OAuthError{OAuthCode::kInvalidGrant, std::string(text), 0, std::move(note)};
  };
  if (const auto reason = why_no_single_sign_on(request.realm->realm, live, request.now)) {
    if (*reason == NotLive::kUserDisabled) return refused("User disabled", "user_disabled");
    return refused(not_valid, *reason == NotLive::kStale ? "not_before" : "session_gone");
  }
  if (live->session.user != user) return refused(not_valid, "session_of_other_user");
  if (epoch_seconds(agreed_at) < request.client->client.not_before) return refused(not_valid, "client_not_before");
  return std::nullopt;
}

OAuthError offline_not_allowed() {
  return {OAuthCode::kNotAllowed, "Offline tokens not allowed for the user or client", 0, "offline_not_allowed"};
}

Stored<std::optional<OAuthError>> why_no_consent(Rows& rows, const TokenRequest& request, const UserId& user,
                                                 std::string_view scope) {
  using Answer = std::optional<OAuthError>;
  const auto lacks = lacks_consent(rows, request.dependencies.repositories, *request.client, user, scope);
  if (!lacks) return refuse(lacks.error());
  if (!*lacks) return Answer();
  return Answer({OAuthCode::kInvalidScope, "Client no longer has requested consent from user", 0, "consent_gone"});
}

Stored<Joined> join_session(Tx& tx, const TokenRequest& request, const SessionShare& joining) {
  auto refusal = why_no_consent(tx, request, joining.session.user, joining.scope);
  if (!refusal) return refuse(refusal.error());
  if (*refusal) return Joined(refuse(std::move(**refusal)));
  if (!is_offline_requested(joining.plan)) return join_online(tx, request, joining);
  if (!is_offline_allowed(joining.subject)) return Joined(refuse(offline_not_allowed()));
  auto offline = settle_offline(tx, request, joining);
  if (!offline) return refuse(offline.error());
  const auto share = share_of(request, joining, offline->session, offline->client_session);
  const auto stored = request.dependencies.repositories.offline_sessions.put_client_session(tx, share);
  if (!stored) return refuse(stored.error());
  if (auto dropped = drop_unused_session(tx, request, joining); !dropped) return refuse(dropped.error());
  return Joined(JoinedSession{std::move(offline->session), share.started_at});
}

}  // namespace cardea::oidc
