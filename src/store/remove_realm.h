// Removing a realm in bounded bits, so that no transaction holds the writer for long.
#pragma once

#include "domain/ids.h"
#include "domain/repository/store.h"

namespace cardea::store {

/// As RealmRepo::remove_some. What hangs on a row goes with it and is not counted: a user's roles, groups, credentials
/// and sessions, a role's composites.
Stored<bool> remove_realm_rows(Tx& tx, const RealmId& realm, int rows_max);

}  // namespace cardea::store
