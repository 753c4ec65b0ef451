// The login form: shown, posted, started over. Fetch the user, decide by the password, hand on (architecture section
// 1); the lanes are read, hash, and whatever comes next. Internal to login.
#pragma once

#include "login/refusals.h"

namespace cardea::login {

/// Opens an interaction and shows its form; see Login::start.
[[nodiscard]] web::Outcome start_login(const Dependencies& dependencies, const web::Request& request,
                                       const RealmEntry& realm, AuthorizationRequest authorization,
                                       std::string username_shown);

/// GET authenticate: the form of an interaction again. Changes nothing.
[[nodiscard]] web::Outcome show_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm);

/// GET restart: a fresh form for the same request, for any user. Changes nothing; the older form stays good until its
/// time is over.
[[nodiscard]] web::Outcome restart_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm);

/// POST authenticate.
[[nodiscard]] web::Outcome submit_login(const Dependencies& dependencies, const web::Request& request, RealmPtr realm);

}  // namespace cardea::login
