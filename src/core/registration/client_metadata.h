// Client metadata of OpenID Connect Dynamic Client Registration and RFC 7591, from and to Keycloak's
// ClientRepresentation (keycloak.md sections 1.15 and 5.2): of the registration endpoint, and of the admin API's
// converter. Pure functions. Members that we do not know are passed over (RG-7); values that we cannot keep our word on
// are refused (RG-8).
#pragma once

#include <string>

#include "base/json.h"
#include "core/settings.h"

namespace cardea {

/// Why metadata is not taken; RFC 7591 section 3.2.2 has an error for redirect URIs and one for the rest.
struct MetadataRefusal {
  bool is_redirect_uri = false;
  std::string text;  // public; from a fixed list
  std::string note;  // for the log: which member
};

/// The representation that the metadata asks for, without id, client_id and secret. Such clients are held to OAuth 2.1
/// (exact redirect URIs, PKCE, code flow).
[[nodiscard]] Result<json::object, MetadataRefusal> client_of_metadata(const json::object& metadata,
                                                                       const RealmEntry& realm);

/// What a client is told about itself, in Keycloak's order; the members about the registration are the caller's.
[[nodiscard]] json::object metadata_of_client(const Client& client, const RealmEntry& realm);

}  // namespace cardea
