// The schema's migrations, embedded from migrations/V*.sql.
#pragma once

#include <span>

#include "db/engine.h"
#include "db/migration.h"

namespace cardea::store {

/// All migrations this release knows, from 1.
[[nodiscard]] std::span<const db::Migration> migrations(db::Engine engine);

}  // namespace cardea::store
