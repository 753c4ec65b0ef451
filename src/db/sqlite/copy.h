// A SQLite file copied while servers read and write it (SQLite's online backup): the copy is what was committed at one
// moment, in one file without a WAL beside it.
#pragma once

#include <string>

#include "base/log.h"
#include "base/result.h"
#include "db/error.h"
#include "db/function_ref.h"

namespace cardea::db {

/// Pages copied and pages there are, told after every few thousand of them.
using CopyProgress = FunctionRef<void(int done, int total)>;

/// Copies `from` into `to`, an empty file that the caller made with the mode it wants. Writers of `from` go on
/// meanwhile; what they commit after the copy began is not in it. On the disk when this returns.
[[nodiscard]] Result<void, OpenError> copy_sqlite_file(const std::string& from, const std::string& to,
                                                       CopyProgress progress, Log& log);

/// What SQLite finds wrong in the file, in its own words; empty when it finds nothing.
[[nodiscard]] Result<std::string, OpenError> check_sqlite_file(const std::string& path, Log& log);

}  // namespace cardea::db
