// `cardea export` and `cardea import`: realms of the database as Keycloak's realm JSON, and back (keycloak.md section
// 8.3). Both work on the database itself: with SQLite the server must not run meanwhile.
#pragma once

#include <cstdio>

#include "app/settings/read_settings.h"

namespace cardea::app {

/// Writes one file with the realm and its users, or with a list of all realms (--file), or a folder with
/// "NAME-realm.json" and "NAME-users-N.json" for each realm (--dir). --users says where users go, or skips them. Files
/// hold every secret in clear: only their owner may read them, and an existing file is not overwritten.
[[nodiscard]] int export_realms(Configuration configuration, const RealmFiles& files, const Environment& environment,
                                std::FILE* out, std::FILE* err);

/// Reads a file or folder as --import-realm does. A realm that exists is refused; with --override it is removed and
/// made anew from the file.
[[nodiscard]] int import_realm_files(Configuration configuration, const RealmFiles& files,
                                     const Environment& environment, std::FILE* out, std::FILE* err);

}  // namespace cardea::app
