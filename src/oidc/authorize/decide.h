// What an authorization request needs next, given who the browser is signed in as. A pure function.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/authorization.h"
#include "domain/repository/session_repos.h"

namespace cardea::oidc {

enum class AuthorizeNext {
  kLogin,                // show the login page
  kReauthenticate,       // show it for the signed-in user only
  kActions,              // signed in, but something must be done first
  kComplete,             // single sign-on
  kLoginRequired,        // prompt=none and no usable session
  kInteractionRequired,  // prompt=none and something must be done first
};

/// `live`: the session of the identity cookie, when it lives; its user enabled. `pending`: what that user must do first
/// (core/required_actions.h). `level_missing`: a level of authentication is asked for that the session does not reach.
[[nodiscard]] AuthorizeNext decide_authorization(const AuthorizationRequest& request,
                                                 const std::optional<LiveSession>& live,
                                                 const std::vector<std::string>& pending, TimePoint now,
                                                 bool level_missing = false);

}  // namespace cardea::oidc
