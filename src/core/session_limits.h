// The authenticator user-session-limits (keycloak.md section 3.7): how many sessions a person may have, in the realm
// and at one client, and what happens to one more. Its step passes by itself; the limit is kept where the session is
// made, in that transaction, so that of two logins at the same moment one counts the other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "domain/flow/flow.h"
#include "domain/realm.h"
#include "domain/repository/repositories.h"

namespace cardea {

struct SessionLimits {
  int in_realm = 3;          // 0: any number
  int at_client = 3;         // the same
  bool ends_oldest = false;  // else the new login is refused
  std::string message;       // for people; empty: ours
};

/// Of the step in this flow; absent: there is none, or it is switched off. What its config does not say is as in
/// Keycloak (3, 3, refuse); what cannot be read is the strictest, one.
[[nodiscard]] std::optional<SessionLimits> session_limits(const Flow& flow);

struct NewSession {
  const Realm& realm;
  UserId user;
  ClientId client;
  std::string_view issuer;  // for the clients that hear of an ending
  TimePoint now;
};
/// False: the person has too many, and the new one must not be made. Ends the oldest where the limits say so.
[[nodiscard]] Stored<bool> make_room(Tx& tx, const Repositories& repositories, Random& random,
                                     const SessionLimits& limits, const NewSession& wanted);

}  // namespace cardea
