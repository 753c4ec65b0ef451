// Ending a session for everybody in it: the one place that does (OpenID Connect Back-Channel and Front-Channel
// Logout 1.0; keycloak.md section 1.14). Notices for the clients that want one are written in the transaction that
// removes the session, so none is lost and none is sent for a session that stayed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "domain/realm.h"
#include "domain/repository/repositories.h"

namespace cardea {

struct SessionEnding {
  const Realm& realm;
  SessionId session;
  bool offline = false;  // the offline session of that id
  std::string_view issuer;
  TimePoint now;
};

/// A client whose logout page the browser must load.
struct FrontchannelLogout {
  std::string client_name;
  std::string url;  // with iss and sid unless the client does not want them
};

struct EndedSession {
  bool existed = false;
  std::vector<FrontchannelLogout> frontchannel;
};

/// Removes the session with the share of every client.
[[nodiscard]] Stored<EndedSession> end_session(Tx& tx, const Repositories& repositories, Random& random,
                                               const SessionEnding& ending);

/// Every session of a person but one ("sign out from other devices"), or all of them.
struct SessionsEnding {
  const Realm& realm;
  UserId user;
  std::optional<SessionId> keep = {};
  bool offline = false;  // the offline sessions, instead of the browsers'
  std::string_view issuer;
  TimePoint now;
};
/// As `end_session` for each, without what browsers would load; returns how many ended.
[[nodiscard]] Stored<int> end_sessions_of_user(Tx& tx, const Repositories& repositories, Random& random,
                                               const SessionsEnding& ending);

/// Every session of the realm ended, and its not-before is `now`: every client with an Admin URL is told so.
[[nodiscard]] Stored<void> tell_adapters(Tx& tx, const Repositories& repositories, Random& random, const Realm& realm,
                                         std::string_view issuer, TimePoint now);

/// The page of a client to load, or empty: only for clients with `frontchannelLogout` and an http or https URL.
[[nodiscard]] std::string frontchannel_url(const Client& client, std::string_view issuer, const SessionId& session);

}  // namespace cardea
