// The second half of an import: a complete realm file and its users are planned, looked over, and written. Realm files
// (realm_import.h) and the first start (bootstrap_master.h) come together here.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "core/import/import_review.h"
#include "core/import/placeholders.h"
#include "domain/repository/repositories.h"
#include "domain/representation/realm_file.h"

namespace cardea {

struct ImportTools {
  Repositories repositories;
  const Clock& clock;
  Random& random;
};

struct ImportOptions {
  PlaceholderLookup lookup;     // for files: the environment. Empty: texts are taken as they are
  seconds abandoned_after{15};  // how long a silent import keeps its claim; zero when nobody else can be importing
};

enum class ImportOutcome { kImported, kExists };

struct ImportReport {
  std::string realm;
  RealmId id;
  ImportOutcome outcome = ImportOutcome::kImported;
  std::size_t clients = 0, scopes = 0, roles = 0, groups = 0, users = 0;  // written, the added ones included
  ImportReview review{};                                                  // review.text() is the one warning to log
};

enum class ImportError {
  kInvalid,     // `problems` says what is wrong with the file; nothing was written
  kInProgress,  // another process imports a realm of this name right now: try again later
  kTaken,       // an id belongs to another realm already; `record` says whose
  kClaimLost,   // another process took this import over, since this one was silent for too long
  kKey,         // a key could not be made
  kPassword,    // a password could not be hashed, for want of memory
  kStore,       // `store` says why
};

struct ImportFailure {
  ImportError error;
  RepresentationProblems problems{};
  StoreError store = StoreError::kUnavailable;
  std::string record{};  // "clients[3]", where one is to blame
  /// For the log or the person at the command line; never has a secret in it.
  [[nodiscard]] std::string describe() const;
};

/// Users by number. Both functions are called more than once for the same number.
struct UserSource {
  std::size_t count = 0;
  std::function<UserRepresentation(std::size_t, const JsonPath&, RepresentationProblems&)> read;
  std::function<void(std::size_t, const UserRepresentation&, const JsonPath&, ImportReview&)> review;
};

/// Writes `file`, which must be complete, and the users. Every problem that is left is found before the first write.
[[nodiscard]] Result<ImportReport, ImportFailure> run_import(const ImportTools& tools, const ImportOptions& options,
                                                             RealmFile file, const UserSource& users,
                                                             ImportReview review);

/// The realm of that name, if it is there and visible.
[[nodiscard]] Stored<std::optional<Realm>> find_realm(const ImportTools& tools, std::string_view name);

}  // namespace cardea
