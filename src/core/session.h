// Rules of sessions: made, alive, ended. Pure functions of the records and `now`; writing is the caller's transaction.
#pragma once

#include <optional>
#include <string_view>

#include "base/random.h"
#include "domain/client.h"
#include "domain/realm.h"
#include "domain/repository/session_repos.h"
#include "domain/session.h"

namespace cardea {

/// A fresh session with a new unguessable id (attack class 4: never reused, never adopted).
[[nodiscard]] UserSession make_session(const Realm& realm, const Authentication& proven, std::string_view ip_address,
                                       TimePoint now, Random& random);

/// Keeps which provider vouched for the person, and its session there; without one, forgets what was kept before.
void note_upstream(UserSession& session, const std::optional<UpstreamProof>& upstream);

/// The session note that says what the browser called itself at the login, for people who look at their sessions.
inline constexpr std::string_view kUserAgentNote = "user_agent";
inline constexpr std::size_t kUserAgentBytesMax = 256;
/// Keeps the User-Agent header of the login; without one, nothing.
void note_user_agent(UserSession& session, std::optional<std::string_view> header);

/// The offline session that `online` gives birth to (scope offline_access): same id, person and proof, a life of its
/// own.
[[nodiscard]] UserSession make_offline_session(const UserSession& online, TimePoint now);

/// End of the session whatever happens: start plus the realm's maximum. Offline sessions have none (a date that never
/// comes) unless the realm says so.
[[nodiscard]] TimePoint session_end(const Realm& realm, const UserSession& session);

/// Idle time allowed before a session dies.
[[nodiscard]] seconds session_idle(const Realm& realm, const UserSession& session);

/// Idle time after which the client's refresh token is no good: the session's, or less where realm or client say so.
[[nodiscard]] seconds client_session_idle(const Realm& realm, const Client& client, const UserSession& session);

/// When the client's share, opened at `share_started`, ends whatever happens: with the session, or earlier where realm
/// or client say so. Their maximum counts from the share's start, so a late single sign-on has all of it.
[[nodiscard]] TimePoint client_session_end(const Realm& realm, const Client& client, const UserSession& session,
                                           TimePoint share_started);

/// When nothing can be left of the session unless it is used again: for the purge.
[[nodiscard]] TimePoint purge_time(const Realm& realm, const UserSession& session);

/// False when too old or idle too long, or when the provider that vouched for it is disabled or gone. `last_seen` is
/// written only when a quarter of the idle time has passed, so idleness is judged with that quarter as slack.
[[nodiscard]] bool is_session_alive(const Realm& realm, const UserSession& session, TimePoint now);

/// Why a token or cookie no longer counts, though its signature does.
enum class NotLive {
  kSessionGone,        // removed, too old, or idle for too long
  kClientSessionGone,  // this client has no share in it, or one that is too old
  kUserDisabled,
  kStale,  // issued before a not-before of realm, client or user, or before the client's present share was opened
};

/// The one liveness rule of tokens that belong to a session (attack class 28): refresh, userinfo, introspection.
/// `issued_at`: `iat` of the token. Absent: it lives.
[[nodiscard]] std::optional<NotLive> why_not_live(const Realm& realm, const Client& client,
                                                  const std::optional<LiveSession>& live, std::int64_t issued_at,
                                                  TimePoint now);
/// The same for the browser's own session: single sign-on. Its date is the last active login.
[[nodiscard]] std::optional<NotLive> why_no_single_sign_on(const Realm& realm, const std::optional<LiveSession>& live,
                                                           TimePoint now);

/// True when `last_seen` is old enough to be written again.
[[nodiscard]] bool wants_touch(const Realm& realm, const UserSession& session, TimePoint now);

}  // namespace cardea
