#include "db/postgres/database.h"

#include "db/postgres/migrate.h"
#include "db/postgres/session.h"

namespace cardea::db {
namespace {

constexpr int kServerVersionMin = 150000;

}  // namespace

PostgresDatabase::PostgresDatabase(PostgresTarget target, const PostgresSettings& settings, Log& log)
    : target_(std::move(target)),
      pool_(PostgresTarget{target_.keywords, target_.password.clone()}, settings, round_trips_, log) {}

Result<std::unique_ptr<PostgresDatabase>, OpenError> PostgresDatabase::open(const PostgresSettings& settings,
                                                                            Log& log) {
  auto target = parse_postgres_url(settings);
  if (!target) return refuse(OpenError{OpenFailure::kBadSettings, target.error()});
  const auto first = connect_postgres(*target);
  if (!first) return refuse(OpenError{OpenFailure::kUnavailable, first.error()});
  if (PQserverVersion(first->get()) < kServerVersionMin) {
    return refuse(OpenError{OpenFailure::kBadSettings, "the database server is older than PostgreSQL 15"});
  }
  return std::unique_ptr<PostgresDatabase>(new PostgresDatabase(std::move(*target), settings, log));
}

Result<void, DbError> PostgresDatabase::read(ReadBody body) {
  auto lease = pool_.lease();
  if (!lease) return refuse(lease.error());
  PgReadSession session(**lease);
  body(session);
  return {};
}

/// Attempts follow each other at once: the transaction that made us give way has ended, or ends first, for row locks
/// make us queue behind it; and the pool bounds how many compete.
Result<void, DbError> PostgresDatabase::write(WriteBody body) {
  auto lease = pool_.lease();
  if (!lease) return refuse(lease.error());
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    PgTransaction transaction(**lease);
    const Verdict verdict = body(transaction);
    const auto done = transaction.finish(verdict);
    if (done || done.error() != DbError::kRetry) return done;
    if (!(*lease)->is_usable()) return refuse(DbError::kUnavailable);
  }
  return refuse(DbError::kBusy);
}

Result<void, OpenError> PostgresDatabase::migrate(std::span<const Migration> known) {
  const auto connection = connect_postgres(target_);
  if (!connection) return refuse(OpenError{OpenFailure::kUnavailable, connection.error()});
  return migrate_postgres(**connection, known);
}

}  // namespace cardea::db
