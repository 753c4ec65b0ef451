// ClientScopeRepresentation (keycloak.md sections 3.4 and 5.5).
#pragma once

#include "base/json.h"
#include "domain/representation/problems.h"
#include "domain/scope.h"

namespace cardea {

/// Reads a client scope over `base`: a new one for create, the stored one for update. The name is required. Role
/// mappings are not part of it: a realm file has them in "scopeMappings".
[[nodiscard]] ClientScope parse_scope(const json::object& object, const JsonPath& at, RepresentationProblems& problems,
                                      ClientScope base = {});

/// id, name, description, protocol, attributes, protocolMappers, then what was kept.
[[nodiscard]] json::object to_json(const ClientScope& scope);

}  // namespace cardea
