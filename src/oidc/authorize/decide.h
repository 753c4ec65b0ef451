// What an authorization request needs next, given who the browser is signed in as. A pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/settings.h"
#include "domain/authorization.h"
#include "domain/repository/session_repos.h"

namespace cardea::oidc {

enum class AuthorizeNext {
  kLogin,                // show the login page
  kReauthenticate,       // show it for the signed-in user only
  kStepUp,               // show what is missing for the level that is asked for
  kActions,              // signed in, but something must be done first
  kComplete,             // single sign-on
  kLoginRequired,        // prompt=none and no usable session
  kInteractionRequired,  // prompt=none and something must be done first
};

/// What the realm and the client's flow make of the request.
struct AuthorizeFacts {
  bool level_missing = false;         // a level of authentication is asked for that the session does not reach
  std::int64_t action_max_age = 300;  // seconds: how old a login may be for what a client asks people to do (kc_action)
};

/// Does the client's flow let a session stand for a login? Judged without any form, so only its cookie step can pass.
[[nodiscard]] bool accepts_session(const RealmEntry& realm, const Client& client, const UserId& user);

/// `live`: the session of the identity cookie, when it lives; its user enabled. `pending`: what that user must do first
/// (core/required_actions.h).
[[nodiscard]] AuthorizeNext decide_authorization(const AuthorizationRequest& request,
                                                 const std::optional<LiveSession>& live,
                                                 const std::vector<std::string>& pending, TimePoint now,
                                                 const AuthorizeFacts& facts = {});

}  // namespace cardea::oidc
