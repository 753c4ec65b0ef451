// ProtocolMapperRepresentation (keycloak.md sections 4 and 5.5).
#pragma once

#include "base/json.h"
#include "domain/mapper.h"
#include "domain/representation/problems.h"

namespace cardea {

/// Reads a mapper over `base`: a new one for create, the stored one for update. Name and provider are required. The id
/// stays empty when none is given; members that no mapper has are dropped, there is no place to keep them.
[[nodiscard]] ProtocolMapper parse_mapper(const json::object& object, const JsonPath& at,
                                          RepresentationProblems& problems, ProtocolMapper base = {});

/// id, name, protocol, protocolMapper, consentRequired (always false), config.
[[nodiscard]] json::object to_json(const ProtocolMapper& mapper);
[[nodiscard]] json::array to_json(const std::vector<ProtocolMapper>& mappers);

}  // namespace cardea
