// The link in a mail: login-actions/action-token?key=... (keycloak.md section 1.16; core/action_token.h). Opening it
// changes nothing, because mail scanners open links, too: it shows what will happen and a button. The button uses the
// token up and does what it is for, in one transaction. Internal to login.
#pragma once

#include "login/refusals.h"

namespace cardea::login {

/// GET: the question. Links that cannot be used (changed, expired, of somebody who is gone or has another address by
/// now) end in a page that says so, 400.
[[nodiscard]] web::Outcome show_mail_link(const Dependencies& dependencies, const web::Request& request,
                                          RealmPtr realm);
/// POST: verifies the address; or goes on to the pages of the actions, which sign nobody in.
[[nodiscard]] web::Outcome follow_mail_link(const Dependencies& dependencies, const web::Request& request,
                                            RealmPtr realm);

}  // namespace cardea::login
