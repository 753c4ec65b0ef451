// RoleRepresentation as the admin API serves it (keycloak.md sections 5.5 and 6.7).
#pragma once

#include "admin/seam/call.h"
#include "domain/role.h"

namespace cardea::admin {

/// A role; rows of lists leave the attributes out.
[[nodiscard]] json::object role_json(const Role& role, bool with_attributes);
[[nodiscard]] json::array role_rows(const std::vector<Role>& roles, bool with_attributes = false);

/// The roles that a body such as `[{"id": ..., "name": ...}]` means, found by id and checked by name when there is one.
/// `client`: only roles of this client; absent and `any` false: only realm roles. 404 with `text`.
struct RoleBodyRule {
  std::optional<ClientId> client;
  bool any = false;
  std::string_view text = "Role not found";
};
[[nodiscard]] Or<std::vector<Role>> roles_of_body(Call& call, const RoleBodyRule& rule);

}  // namespace cardea::admin
