// What this server can do, for machines (OpenID Connect Discovery 1.0 section 3, RFC 8414; keycloak.md section 1.2).
// Only what is true: grants come from the table of the token endpoint, algorithms from the keys of the realm, scopes
// from the realm. Members stand in Keycloak's order; what this release cannot do is left out, not listed.
#pragma once

#include <string>
#include <string_view>

#include "core/settings.h"
#include "oidc/metadata/document_cache.h"
#include "oidc/oidc.h"
#include "web/outcome.h"

namespace cardea::oidc {

/// What depends on how the server was started.
struct ServerCan {
  bool ask_on_devices = false;          // CIBA
  bool see_client_certificates = true;  // RFC 8705: its own TLS asks for them, or a proxy hands them on
};
/// The document. `base_url` as web::BaseUrl gives it.
[[nodiscard]] std::string discovery_json(const RealmEntry& realm, std::string_view base_url, ServerCan can = {});

/// GET /realms/{realm}/.well-known/openid-configuration, the same as oauth-authorization-server, and both in the form
/// of RFC 8414 section 3.1 (/.well-known/<name>/realms/{realm}). `documents` builds with discovery_json.
[[nodiscard]] web::Outcome discovery_endpoint(const Dependencies& dependencies, DocumentCache& documents,
                                              const web::Request& request);

}  // namespace cardea::oidc
