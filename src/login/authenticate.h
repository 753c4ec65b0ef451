// The forms of a flow: shown, posted, started over. Which form it is, is open_step.h's, what its answer leads to
// pass_step.h's; the forms themselves are in steps/. Internal to login.
#pragma once

#include "login/refusals.h"

namespace cardea::login {

/// Opens an interaction and shows its form; see Login::start for the members of `begin`.
[[nodiscard]] web::Outcome start_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm,
                                       AuthorizationRequest authorization, AwaitingLogin begin);

/// GET authenticate: the form of an interaction again. Changes nothing.
[[nodiscard]] web::Outcome show_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm);

/// GET restart: a fresh form for the same request, for any user. Changes nothing; the older form stays good until its
/// time is over.
[[nodiscard]] web::Outcome restart_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm);

/// POST authenticate.
[[nodiscard]] web::Outcome submit_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm);

}  // namespace cardea::login
