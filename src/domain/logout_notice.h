// A client that must hear that a session ended (OpenID Connect Back-Channel Logout 1.0), or an adapter that must hear
// it at its Admin URL (keycloak.md section 1.14). A row of the outbox: written in the transaction that ends the
// session, delivered by whichever node leases it, never by the request.
#pragma once

#include <string>

#include "base/clock.h"
#include "domain/ids.h"

namespace cardea {

struct LogoutNotice {
  std::string id;  // UUID
  RealmId realm;
  std::string realm_name;
  ClientId client;    // empty: every client with an Admin URL, that all sessions of the realm ended
  SessionId session;  // empty: all of them
  UserId user;
  std::string issuer;  // as the session's tokens said it
  TimePoint created_at{};
  int attempts = 0;             // leases so far
  std::string adapter_session;  // the adapter's name of the session: it is told by that, and gets no logout token
  std::string adapter_host;     // the node to tell; empty: the host of the Admin URL
};

/// Leases of one notice before it is given up.
inline constexpr int kLogoutAttemptsMax = 5;
/// A notice nobody delivered by then is of no use to anybody.
inline constexpr seconds kLogoutNoticeLife{3600};
/// After the n-th lease the notice may be leased again n times this much later.
inline constexpr seconds kLogoutRetry{30};

}  // namespace cardea
