// Writes a planned realm through an import stage, in an order that never refers to a row that is not there yet: realm
// roles, client scopes, clients, client roles, composites, role mappings, keys, groups, users.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/import/import_stage.h"
#include "core/import/plan_users.h"
#include "core/import/realm_plan.h"
#include "domain/key.h"

namespace cardea {

/// Where a write failed: the store's reason, and which record, such as "clients[3]" or "role app/editor".
struct WriteFailure {
  StoreError error;
  std::string record;
};

/// Writes everything but users.
[[nodiscard]] std::optional<WriteFailure> write_settings(ImportStage& stage, const Repositories& repositories,
                                                         RealmPlan& plan, const std::vector<RealmKey>& keys);

/// Writes some users. `first`: the number of the first one in the file, for the path.
[[nodiscard]] std::optional<WriteFailure> write_users(ImportStage& stage, const Repositories& repositories,
                                                      const std::vector<UserRows>& users, std::size_t first,
                                                      bool duplicate_emails);

/// Writes the client through which administrators of master manage `realm`, with its roles, and extends master's role
/// "admin". Nothing happens when master or its role is not there. A client of that name that is there is completed when
/// it is bearer-only, as a file of master has it; kConflict for any other: it could sign in with rights over the realm.
[[nodiscard]] Stored<void> write_admin_access(Tx& tx, const Repositories& repositories, const RealmPlan& access);

/// The plan of that client and its roles. Its realm is master; ids are drawn here.
[[nodiscard]] RealmPlan plan_admin_access(std::string_view realm, Random& random);

}  // namespace cardea
