// Keycloak realm files into the store (keycloak.md section 8). The file is read, completed, planned and looked over
// before anything is written; then it is written in short transactions into a realm that nobody can reach, and the last
// of them makes it visible at once (import/import_stage.h). Passwords are hashed and keys made outside of transactions:
// run an import on the `admin` or `cpu` lane or before serving, never inline.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "core/import/run_import.h"

namespace cardea {

/// Imports one realm. A realm of that name that exists already is left alone and reported as kExists. The realm
/// "master" should exist before others: each imported realm gets its admin client there, in the transaction that makes
/// it visible. What this release does not act on is kept, and told by the report's `review`.
[[nodiscard]] Result<ImportReport, ImportFailure> import_realm(const ImportTools& tools, json::object realm,
                                                               const ImportOptions& options = {});

}  // namespace cardea
