// The protocol mappers this server runs, as serverinfo describes them (keycloak.md sections 4 and 6.15). Labels are the
// keys that the console's messages have.
#pragma once

#include <string_view>

#include "base/json.h"

namespace cardea::admin {

/// ProtocolMapperTypeRepresentation of each, by id.
[[nodiscard]] json::array mapper_types();
/// Mappers that the console offers ready made: those of the client scopes of a new realm.
[[nodiscard]] json::array builtin_mappers();
/// True for providers that mappers may name: those above, and SAML's, which are kept and never run.
[[nodiscard]] bool is_mapper_provider(std::string_view id);

}  // namespace cardea::admin
