// What adding a role to the document of a client or scope begins with.
#pragma once

#include <algorithm>
#include <vector>

#include "domain/ids.h"
#include "store/query.h"

namespace cardea::store {

/// Raises the realm's version, which makes this transaction the only one that changes the realm's documents, and checks
/// that the role is there; kConflict when not.
inline Stored<void> prepare_role_mapping(Tx& tx, const RealmId& realm, const RoleId& role) {
  static constexpr Sql kRoleExists{"SELECT 1 FROM roles WHERE realm_id = ?1 AND id = ?2"};
  if (auto raised = raise_version(tx, realm); !raised) return raised;
  return require_row(tx, kRoleExists, {realm.str(), role.str()});
}

/// False when it was there.
inline bool add_once(std::vector<RoleId>& roles, const RoleId& role) {
  if (std::find(roles.begin(), roles.end(), role) != roles.end()) return false;
  roles.push_back(role);
  return true;
}

}  // namespace cardea::store
