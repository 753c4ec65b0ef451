// A client that must hear that a session ended (OpenID Connect Back-Channel Logout 1.0). A row of the outbox: written
// in the transaction that ends the session, delivered by whichever node leases it, never by the request.
#pragma once

#include <string>

#include "base/clock.h"
#include "domain/ids.h"

namespace cardea {

struct LogoutNotice {
  std::string id;  // UUID
  RealmId realm;
  std::string realm_name;
  ClientId client;
  SessionId session;
  UserId user;
  std::string issuer;  // as the session's tokens said it
  TimePoint created_at{};
  int attempts = 0;  // leases so far
};

/// Leases of one notice before it is given up.
inline constexpr int kLogoutAttemptsMax = 5;
/// A notice nobody delivered by then is of no use to anybody.
inline constexpr seconds kLogoutNoticeLife{3600};
/// After the n-th lease the notice may be leased again n times this much later.
inline constexpr seconds kLogoutRetry{30};

}  // namespace cardea
