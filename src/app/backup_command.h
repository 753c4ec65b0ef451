// `cardea backup` and `cardea restore`: the SQLite database as one file, and back. A backup is taken while the server
// runs; both look whether the master key at hand opens the copy, since a backup nobody can read is none. PostgreSQL has
// pg_dump and pg_restore, and both commands say so.
#pragma once

#include <cstdio>

#include "app/settings/read_settings.h"

namespace cardea::app {

/// Writes --file, which must not exist; only its owner may read it. The master key is not in it.
[[nodiscard]] int backup_database(const Configuration& configuration, const RealmFiles& files,
                                  const Environment& environment, std::FILE* out, std::FILE* err);

/// Makes the data folder's database from --file. No server may run on the folder. A database that is there is refused;
/// with --override it is kept beside as cardea.db.replaced.
[[nodiscard]] int restore_database(const Configuration& configuration, const RealmFiles& files,
                                   const Environment& environment, std::FILE* out, std::FILE* err);

}  // namespace cardea::app
