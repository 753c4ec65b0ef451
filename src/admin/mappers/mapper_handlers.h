// Protocol mappers of a client or a client scope: the same resource on two kinds of owners (keycloak.md section 6.9).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "admin/seam/call.h"
#include "admin/seam/permissions.h"
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

/// The rows of mappers, the same for both owners. AT: the owner's path; WHO: its name in those of operations.
#define CARDEA_MAPPER_ROWS(AT, WHO, OWNER)                                                                            \
  {web::Method::kGet, AT "/protocol-mappers/models",     "list" WHO "Mappers", kSeeClients,                           \
   Mode::kRead,       &mappers_of<&OWNER, &list_mappers>},                                                            \
      {web::Method::kPost, AT "/protocol-mappers/models",       "create" WHO "Mapper", kChangeClients,                \
       Mode::kWrite,       &mappers_of<&OWNER, &create_mapper>, "PROTOCOL_MAPPER"},                                   \
      {web::Method::kPost, AT "/protocol-mappers/add-models",    "create" WHO "Mappers", kChangeClients,              \
       Mode::kWrite,       &mappers_of<&OWNER, &create_mappers>, "PROTOCOL_MAPPER"},                                  \
      {web::Method::kGet, AT "/protocol-mappers/protocol/{protocol}",    "list" WHO "MappersOfProtocol", kSeeClients, \
       Mode::kRead,       &mappers_of<&OWNER, &list_mappers_of_protocol>},                                            \
      {web::Method::kGet, AT "/protocol-mappers/models/{mapperId}", "get" WHO "Mapper", kSeeClients,                  \
       Mode::kRead,       &mappers_of<&OWNER, &get_mapper>},                                                          \
      {web::Method::kPut, AT "/protocol-mappers/models/{mapperId}", "update" WHO "Mapper", kChangeClients,            \
       Mode::kWrite,      &mappers_of<&OWNER, &update_mapper>,      "PROTOCOL_MAPPER"},                               \
      {web::Method::kDelete, AT "/protocol-mappers/models/{mapperId}", "delete" WHO "Mapper", kChangeClients,         \
       Mode::kWrite,         &mappers_of<&OWNER, &delete_mapper>,      "PROTOCOL_MAPPER"}

}  // namespace cardea::admin
