// Role mappings of users and groups, and scope mappings of clients and client scopes: the same resource on four kinds
// of holders (keycloak.md section 6.6).
#pragma once

#include <functional>
#include <vector>

#include "admin/seam/call.h"
#include "domain/role.h"

namespace cardea::admin {

/// Something that roles are mapped to.
struct RoleHolder {
  std::vector<RoleId> direct;
  std::vector<RoleId> effective;  // what composites start from: for users also the roles of their groups
  std::function<Or<void>(const std::vector<RoleId>& after)> set;  // writes the direct ones
  bool has_all = false;           // a client of full scope: its tokens may carry every role
  std::optional<ClientId> own{};  // a client's own roles are always in its scope
};
using LoadHolder = Or<RoleHolder> (*)(Call& call, bool to_change);

[[nodiscard]] Or<RoleHolder> user_holder(Call& call, bool to_change);
[[nodiscard]] Or<RoleHolder> group_holder(Call& call, bool to_change);

/// Scope mappings of the client, or of the client scope, of {holderId}.
[[nodiscard]] Or<RoleHolder> client_scope_holder(Call& call, bool to_change);
[[nodiscard]] Or<RoleHolder> scope_scope_holder(Call& call, bool to_change);

Answer get_mappings(Call& call, LoadHolder load);
enum class MappingView { kDirect, kAvailable, kComposite };
/// Roles of the realm, or of {clientUuid} when the path has it.
Answer list_mappings(Call& call, LoadHolder load, MappingView view);
Answer add_mappings(Call& call, LoadHolder load);
Answer remove_mappings(Call& call, LoadHolder load);

// For the table: one function for each row.
template <LoadHolder load>
Answer get_mappings_of(Call& call) {
  return get_mappings(call, load);
}
template <LoadHolder load, MappingView view>
Answer list_mappings_of(Call& call) {
  return list_mappings(call, load, view);
}
template <LoadHolder load>
Answer add_mappings_of(Call& call) {
  return add_mappings(call, load);
}
template <LoadHolder load>
Answer remove_mappings_of(Call& call) {
  return remove_mappings(call, load);
}

/// The rows of one kind of holder, the same for all four. AT: the path of its mappings; WHO: its name in those of
/// operations; TOP, WHAT and KIND: "RoleMappings", "Roles" and "ROLE_MAPPING", or "ScopeMappings" twice and
/// "SCOPE_MAPPING"; SEE and CHANGE: the holder's rights.
#define CARDEA_MAPPING_ROWS(AT, WHO, TOP, WHAT, KIND, HOLDER, SEE, CHANGE)                       \
  {web::Method::kGet, AT, "get" WHO TOP, SEE, Mode::kRead, &get_mappings_of<&HOLDER>},           \
      CARDEA_MAPPING_ROWS_OF(AT "/realm", WHO "Realm" WHAT, "REALM_" KIND, HOLDER, SEE, CHANGE), \
      CARDEA_MAPPING_ROWS_OF(AT "/clients/{clientUuid}", WHO "Client" WHAT, "CLIENT_" KIND, HOLDER, SEE, CHANGE)
#define CARDEA_MAPPING_ROWS_OF(AT, WHO, RESOURCE, HOLDER, SEE, CHANGE)                                     \
  {web::Method::kGet, AT, "list" WHO, SEE, Mode::kRead, &list_mappings_of<&HOLDER, MappingView::kDirect>}, \
      {web::Method::kGet,   AT "/available",                                                               \
       "listAvailable" WHO, SEE,                                                                           \
       Mode::kRead,         &list_mappings_of<&HOLDER, MappingView::kAvailable>},                          \
      {web::Method::kGet,   AT "/composite",                                                               \
       "listEffective" WHO, SEE,                                                                           \
       Mode::kRead,         &list_mappings_of<&HOLDER, MappingView::kComposite>},                          \
      {web::Method::kPost, AT, "add" WHO, CHANGE, Mode::kWrite, &add_mappings_of<&HOLDER>, RESOURCE}, {    \
    web::Method::kDelete, AT, "remove" WHO, CHANGE, Mode::kWrite, &remove_mappings_of<&HOLDER>, RESOURCE   \
  }

}  // namespace cardea::admin
