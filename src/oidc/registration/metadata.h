// Client metadata of OpenID Connect Dynamic Client Registration and RFC 7591, from and to Keycloak's
// ClientRepresentation (keycloak.md sections 1.15 and 5.2). Pure functions. Members that we do not know are passed over
// (RG-7); values that we cannot keep our word on are refused (RG-8).
#pragma once

#include <string>

#include "base/json.h"
#include "core/settings.h"
#include "oidc/error.h"

namespace cardea::oidc {

/// The representation that the metadata asks for, without id, client_id and secret. Clients that register themselves
/// are held to OAuth 2.1 (exact redirect URIs, PKCE, code flow). Refusals: invalid_redirect_uri and
/// invalid_client_metadata.
[[nodiscard]] Result<json::object, OAuthError> client_of_metadata(const json::object& metadata,
                                                                  const RealmEntry& realm);

/// What a client is told about itself, in Keycloak's order; the members about the registration are the caller's.
[[nodiscard]] json::object metadata_of_client(const Client& client, const RealmEntry& realm);

}  // namespace cardea::oidc
