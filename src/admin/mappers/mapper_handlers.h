// Protocol mappers of a client or a client scope: the same resource on two kinds of owners (keycloak.md section 6.9).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "admin/seam/call.h"
#include "domain/mapper.h"

namespace cardea::admin {

inline constexpr std::size_t kMappersMax = 500;  // of one client or scope: each runs for every token

/// Holds the mappers that come inside a client or a scope to the rules of those that come alone, and gives them ids.
/// What stood in `before` stays as it is, such as mappers of an import that this release does not run.
[[nodiscard]] Or<void> settle_mappers(Call& call, const std::vector<ProtocolMapper>& before,
                                      std::vector<ProtocolMapper>& after);

/// What has mappers, loaded, and how it is written back.
struct MapperOwner {
  std::vector<ProtocolMapper> mappers;
  std::function<Or<void>(const std::vector<ProtocolMapper>& after)> set;
};
using LoadOwner = Or<MapperOwner> (*)(Call& call);

[[nodiscard]] Or<MapperOwner> client_mappers(Call& call);  // {clientUuid}
[[nodiscard]] Or<MapperOwner> scope_mappers(Call& call);   // {scopeId}

Answer list_mappers(Call& call, LoadOwner load);
Answer list_mappers_of_protocol(Call& call, LoadOwner load);
Answer create_mapper(Call& call, LoadOwner load);
Answer create_mappers(Call& call, LoadOwner load);
Answer get_mapper(Call& call, LoadOwner load);
Answer update_mapper(Call& call, LoadOwner load);
Answer delete_mapper(Call& call, LoadOwner load);

// For the table.
template <LoadOwner load, Answer (*handler)(Call&, LoadOwner)>
Answer mappers_of(Call& call) {
  return handler(call, load);
}

}  // namespace cardea::admin
