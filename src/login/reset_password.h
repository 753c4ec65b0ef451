// "Forgot password?": login-actions/reset-credentials (keycloak.md section 1.16; attack class 5). Asks for a name and
// writes a mail with a link; the answer is the same whether there is such a person or not, and so are the statements
// behind it. Internal to login.
#pragma once

#include "login/refusals.h"

namespace cardea::login {

/// GET: the page with the field, when the realm allows it (`resetPasswordAllowed`).
[[nodiscard]] web::Outcome show_reset_password(const Dependencies& dependencies, const web::Request& request,
                                               RealmPtr realm);
/// POST `username`.
[[nodiscard]] web::Outcome submit_reset_password(const Dependencies& dependencies, const web::Request& request,
                                                 RealmPtr realm);

}  // namespace cardea::login
