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
  auto first = connect_postgres(*target);
  if (!first) return refuse(OpenError{OpenFailure::kUnavailable, first.error()});
  if (PQserverVersion(first->get()) < kServerVersionMin) {
    return refuse(OpenError{OpenFailure::kBadSettings, "the database server is older than PostgreSQL 15"});
  }
  std::unique_ptr<PostgresDatabase> database(new PostgresDatabase(std::move(*target), settings, log));
  database->first_ = std::move(*first);
  return database;
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
  PgHandle connection = std::move(first_);
  if (!connection) {
    auto another = connect_postgres(target_);
    if (!another) return refuse(OpenError{OpenFailure::kUnavailable, another.error()});
    connection = std::move(*another);
  }
  auto done = migrate_postgres(*connection, known);
  if (done) pool_.adopt(std::move(connection));
  return done;
}

}  // namespace cardea::db
