// The way back: /realms/{realm}/broker/{alias}/endpoint and authentik's /source/oauth/callback/{slug}/. In this order:
// the state is ours, for this provider and this browser, and its login still waits; the provider says who it is
// (RFC 9207); only then is the code redeemed, the ID token checked, and userinfo asked. Internal to broker.
#pragma once

#include "broker/endpoint.h"

namespace cardea::broker {

/// GET, and POST for response_mode=form_post. A POST comes from another site, and browsers keep our cookies from it: it
/// is answered by the same as a GET, which they send them with (guides.md G2-05).
[[nodiscard]] web::Outcome take_callback(const Dependencies& dependencies, const web::Request& request);
/// authentik's path names no realm: the sealed state does. Goes on to the realm's own callback.
[[nodiscard]] web::Outcome take_source_callback(const Dependencies& dependencies, const web::Request& request);
[[nodiscard]] web::Outcome take_callback_post(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::broker
