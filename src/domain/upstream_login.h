// A login that leaves for an upstream provider and comes back: what `broker` and `login` tell each other, joined by
// app/wire. `login` keeps the flow; `broker` finds out who came.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>

#include "base/clock.h"
#include "domain/authorization.h"
#include "domain/repository/store.h"
#include "domain/user.h"

namespace cardea {

/// What leads back to a login on its way, as its forms carry it. Worth nothing in a browser without its cookie.
struct PausedLogin {
  std::string session_code;  // the sealed interaction, or the handle of its row
  std::string execution;     // the step that the provider answers
  std::string client_id;
  std::string tab_id;
  std::string client_data;
  std::string provider = {};             // the one that the step is about; empty: any
  std::optional<UserId> proven_as = {};  // by a step before, or by the session that is stepped up
  bool may_link = false;                 // to `proven_as`: this is the only way on, so no other factor is evaded
  bool links = false;  // the action idp_link: the identity is linked to `proven_as`, and nobody signs in by it
};

/// Whom a provider's identity stands for here, checked: enabled, not locked. Of PausedLogin::links whom it is linked
/// to.
struct UpstreamSignIn {
  User user;
  std::set<std::string, std::less<>> credentials;  // types the user has
  std::optional<TimePoint> password_set_at = {};
  UpstreamProof proof = {};
  /// `save` links the identity to whoever was proven before in this login: only a step that ends the login pays for it,
  /// or half a proof would leave a way in behind.
  bool only_at_end = false;
  /// Uses up what came back from the provider and stores what it brought, with the step's result or not at all.
  /// kConflict: it was used before. May run twice.
  std::function<Stored<void>(Tx&)> save = {};
};

}  // namespace cardea
