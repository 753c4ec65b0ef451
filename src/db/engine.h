// The two database engines. Everything above `db` is written once for both.
#pragma once

namespace cardea::db {

enum class Engine { kSqlite, kPostgres };

}  // namespace cardea::db
