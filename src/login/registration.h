// Making an account of one's own (keycloak.md sections 1.16 and 3.7, flow `registration`): the realm's profile fields,
// a password, terms where the flow asks for them. It begins from a login's interaction, before anything is proven, and
// goes on as a login does: pending actions, consent, the client. Internal to login.
#pragma once

#include "login/refusals.h"

namespace cardea::login {

/// Does the realm let people register, by a flow that this release can run?
[[nodiscard]] bool is_registration_open(const RealmEntry& realm);

/// GET registration: the form. Changes nothing.
[[nodiscard]] web::Outcome show_registration(const Dependencies& dependencies, const web::Request& request,
                                             RealmPtr realm);
/// POST registration.
[[nodiscard]] web::Outcome submit_registration(const Dependencies& dependencies, const web::Request& request,
                                               RealmPtr realm);
/// The form of an interaction that was just opened (prompt=create); `link` as in its URL.
[[nodiscard]] web::Outcome open_registration(const Dependencies& dependencies, const web::Request& request,
                                             RealmPtr realm, LoginLink link, Interaction interaction);

}  // namespace cardea::login
