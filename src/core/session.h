// Rules of sessions: made, alive, ended. Pure functions of the records and `now`; writing is the caller's transaction.
#pragma once

#include "base/random.h"
#include "domain/realm.h"
#include "domain/repository/session_repos.h"
#include "domain/session.h"

namespace cardea {

/// A fresh session with a new unguessable id (attack class 4: never reused, never adopted).
[[nodiscard]] UserSession make_session(const Realm& realm, const Authentication& proven, std::string_view ip_address,
                                       TimePoint now, Random& random);

/// End of the session whatever happens: start plus the realm's maximum.
[[nodiscard]] TimePoint session_end(const Realm& realm, const UserSession& session);

/// Idle time allowed before a session dies.
[[nodiscard]] seconds session_idle(const Realm& realm, const UserSession& session);

/// False when too old or idle too long. `last_seen` is written only when a quarter of the idle time has passed, so
/// idleness is judged with that quarter as slack.
[[nodiscard]] bool is_session_alive(const Realm& realm, const UserSession& session, TimePoint now);

/// True when `last_seen` is old enough to be written again.
[[nodiscard]] bool wants_touch(const Realm& realm, const UserSession& session, TimePoint now);

}  // namespace cardea
