// Numbered migrations, forward only. Both engines keep the numbers they have seen in the table schema_migrations.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "db/error.h"

namespace cardea::db {

struct Migration {
  int number;             // from 1, without gaps
  std::string_view name;  // as in the file's name, V0001__name
  std::string_view sql;   // statements separated by ';'
};

/// What is left to run on a database that has come to `applied` (0: a new one). kNewerSchema when it is ahead of us:
/// a release runs on its own schema and on older ones, which it brings forward, never on a newer one.
[[nodiscard]] Result<std::span<const Migration>, OpenError> pending(std::int64_t applied,
                                                                    std::span<const Migration> known);

}  // namespace cardea::db
