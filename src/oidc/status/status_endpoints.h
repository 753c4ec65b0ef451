// P/login-status-iframe.html and its /init, P/3p-cookies/step1.html and step2.html (keycloak.md section 1.20).
#pragma once

#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

/// The page. With `version`, which names resources of another server, 404.
[[nodiscard]] web::Outcome login_status_endpoint(const Dependencies& dependencies, const web::Request& request);
/// May pages of `origin` ask for `client_id`? 204 when the client is enabled and the origin is one of its web origins
/// or our own, else 403.
[[nodiscard]] web::Outcome login_status_init_endpoint(const Dependencies& dependencies, const web::Request& request);
[[nodiscard]] web::Outcome third_party_cookies_step1_endpoint(const Dependencies& dependencies,
                                                              const web::Request& request);
[[nodiscard]] web::Outcome third_party_cookies_step2_endpoint(const Dependencies& dependencies,
                                                              const web::Request& request);

/// The decision behind /init.
[[nodiscard]] bool may_ask_login_status(const Client& client, std::string_view origin, std::string_view server_base);

}  // namespace cardea::oidc
