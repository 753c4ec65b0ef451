// One database, either engine: reading, writing in a transaction, migrating. Thread-safe.
#pragma once

#include <span>

#include "base/result.h"
#include "db/engine.h"
#include "db/error.h"
#include "db/function_ref.h"
#include "db/migration.h"
#include "db/session.h"

namespace cardea::db {

/// What a transaction's function wants done with what it changed.
enum class Verdict { kCommit, kRollBack };

using ReadBody = FunctionRef<void(Session&)>;
using WriteBody = FunctionRef<Verdict(Session&)>;

class Database {
 public:
  virtual ~Database() = default;
  [[nodiscard]] virtual Engine engine() const = 0;

  /// Lends a session that sees committed rows; each statement by itself. Errors of statements are the body's to see;
  /// an error here means that the body was not called: kBusy (no free connection in time), kUnavailable.
  virtual Result<void, DbError> read(ReadBody body) = 0;

  /// Runs `body` in a transaction. Success: committed, or rolled back as the body asked. An error: nothing of it was
  /// kept, but for kUnknown, which says nobody knows. Once a statement has failed the transaction is rolled back
  /// whatever the body asks. The body runs again when the engine asks for it (kRetry), at most kAttemptsMax times, then
  /// kBusy. Not to be called inside a body: a bug, and asserted where it would wait for itself.
  virtual Result<void, DbError> write(WriteBody body) = 0;

  /// Brings the schema forward, all pending migrations in one transaction under a lease that other processes respect.
  virtual Result<void, OpenError> migrate(std::span<const Migration> known) = 0;
};

inline constexpr int kAttemptsMax = 8;

}  // namespace cardea::db
