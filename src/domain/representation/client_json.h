// ClientRepresentation (keycloak.md section 5.2).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "domain/client.h"
#include "domain/representation/members.h"
#include "domain/representation/problems.h"

namespace cardea {

/// A client whose scopes are names. `client.default_scopes` and `client.optional_scopes` stay empty: only the store
/// knows ids.
struct ClientRepresentation {
  Client client;
  std::optional<std::vector<std::string>> default_scopes;  // absent: not said
  std::optional<std::vector<std::string>> optional_scopes;
};

/// Reads a client over `base`: a new one for create, the stored one for update. A client_id is required. What follows
/// from other members when they are missing (origins from redirect URIs, a secret, ...) is not done here but by
/// core/changes/new_client.h. The mask "**********" as secret keeps the secret of `base`.
[[nodiscard]] ClientRepresentation parse_client(const json::object& object, const JsonPath& at,
                                                RepresentationProblems& problems, ClientRepresentation base = {});

/// In the order of section 5.2. The secret is shown for confidential clients only.
[[nodiscard]] json::object to_json(const ClientRepresentation& client, Secrets secrets);

/// True for members that some Keycloak puts or takes in a ClientRepresentation.
[[nodiscard]] bool is_client_member(std::string_view name);
/// Those names, the serialised ones first.
[[nodiscard]] std::vector<std::string_view> client_members();

}  // namespace cardea
