// Migrations on PostgreSQL, on a connection of their own outside pipeline mode, since a script has many statements.
#pragma once

#include <span>

#include "base/result.h"
#include "db/migration.h"
#include "db/postgres/connection.h"

namespace cardea::db {

/// Runs what is pending in one transaction. The lease is a row lock on row 0 of schema_migrations: a second node waits
/// for it, at most a minute, and then finds nothing to do. A database that is up to date is only read.
[[nodiscard]] Result<void, OpenError> migrate_postgres(PGconn& connection, std::span<const Migration> known);

}  // namespace cardea::db
