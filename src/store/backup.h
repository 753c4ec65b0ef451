// Copies of a SQLite database, and what a copy says of itself before anybody relies on it.
#pragma once

#include <cstdint>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "db/error.h"
#include "db/sqlite/copy.h"

namespace cardea::store {

using db::OpenError;
using db::OpenFailure;

struct DatabaseFile {
  std::int64_t schema = 0;       // the last migration it has seen
  std::string wrapped_data_key;  // opens with the master key the database was made with; empty: it has none
};

/// Looks at a file nobody writes to. Refused: one that SQLite cannot read or finds damaged, one that is no database of
/// ours, and kNewerSchema.
[[nodiscard]] Result<DatabaseFile, OpenError> inspect_file(const std::string& path, Log& log);

/// Copies `from`, which servers may use meanwhile, into the empty file `to`, and looks at the copy.
[[nodiscard]] Result<DatabaseFile, OpenError> copy_file(const std::string& from, const std::string& to,
                                                        db::CopyProgress progress, Log& log);

}  // namespace cardea::store
