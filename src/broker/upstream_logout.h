// Signing out, both ways (OpenID Connect RP-Initiated, Front-Channel and Back-Channel Logout 1.0; guides.md G2-19;
// entra.md section 18): who signs out here signs out at the provider where its record says so (`logoutUrl`), and what
// the provider ends there ends here. Internal to broker, but for `upstream_logout_url` (broker.h).
#pragma once

#include "broker/endpoint.h"

namespace cardea::broker {

/// POST /realms/{realm}/broker/{alias}/endpoint/backchannel-logout. Ends the browser sessions that stand on the session
/// or the person there, and tells their clients.
[[nodiscard]] web::Outcome take_backchannel_logout(const Dependencies& dependencies, const web::Request& request);
/// The same at Keycloak's /realms/{realm}/protocol/openid-connect/logout/backchannel-logout, where the token's issuer
/// says which provider it is.
[[nodiscard]] web::Outcome take_realms_backchannel_logout(const Dependencies& dependencies,
                                                          const web::Request& request);

/// GET /realms/{realm}/broker/{alias}/endpoint/frontchannel-logout?iss=...&sid=...: in a frame of the provider's page,
/// where browsers keep our cookies back, so `sid` alone names the session. It is the provider's secret.
[[nodiscard]] web::Outcome take_frontchannel_logout(const Dependencies& dependencies, const web::Request& request);

/// GET /realms/{realm}/broker/{alias}/endpoint/logout_response: back from the provider, to where the client wants.
[[nodiscard]] web::Outcome take_logout_response(const Dependencies& dependencies, const web::Request& request);

}  // namespace cardea::broker
