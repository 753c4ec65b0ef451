#include "db/sqlite/database.h"

#include <fmt/format.h>

#include "db/sqlite/session.h"

namespace cardea::db {
namespace {

constexpr std::string_view kMigrationTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL)";
constexpr Sql kApplied{"SELECT coalesce(max(number), 0) FROM schema_migrations"};
constexpr Sql kNote{"INSERT INTO schema_migrations (number, name) VALUES (?1, ?2)"};

OpenError migration_failed(std::string detail) { return {OpenFailure::kMigration, std::move(detail)}; }

/// Runs inside the transaction that is the lease.
Result<void, OpenError> bring_forward(SqliteConnection& connection, std::span<const Migration> known) {
  if (const auto made = connection.run_script(kMigrationTable); !made) return refuse(migration_failed(made.error()));
  std::int64_t applied = 0;
  const auto read = connection.run(kApplied, {}, [&](const Row& row) { applied = row.integer(0); });
  if (!read) return refuse(migration_failed("cannot read schema_migrations"));
  const auto rest = pending(applied, known);
  if (!rest) return refuse(rest.error());
  for (const Migration& migration : *rest) {
    if (const auto ran = connection.run_script(migration.sql); !ran) {
      return refuse(migration_failed(fmt::format("V{:04}__{}: {}", migration.number, migration.name, ran.error())));
    }
    if (!connection.run(kNote, {migration.number, migration.name}, [](const Row&) {})) {
      return refuse(migration_failed("cannot write schema_migrations"));
    }
  }
  return {};
}

}  // namespace

SqliteDatabase::SqliteDatabase(const SqliteSettings& settings, std::unique_ptr<SqliteConnection> writing,
                               std::unique_ptr<SqliteConnection> watching, Log& log)
    : writing_(std::move(writing)),
      watching_(std::move(watching)),
      readers_(settings.path, settings.busy_timeout, log),
      writer_(*writing_, settings.write_queue_max, log) {}

Result<std::unique_ptr<SqliteDatabase>, OpenError> SqliteDatabase::open(const SqliteSettings& settings, Log& log) {
  auto writing = SqliteConnection::open(settings.path, SqliteRole::kWriter, settings.busy_timeout, log);
  if (!writing) return refuse(writing.error());
  auto watching = SqliteConnection::open(settings.path, SqliteRole::kReader, settings.busy_timeout, log);
  if (!watching) return refuse(watching.error());
  return std::unique_ptr<SqliteDatabase>(new SqliteDatabase(settings, std::move(*writing), std::move(*watching), log));
}

Result<void, DbError> SqliteDatabase::read(ReadBody body) {
  auto lease = readers_.lease();
  if (!lease) return refuse(lease.error());
  SqliteSession session(**lease);
  body(session);
  return {};
}

/// Called before the lane gets its first job, and the transaction is exclusive: other processes wait or are waited for.
Result<void, OpenError> SqliteDatabase::migrate(std::span<const Migration> known) {
  if (const auto begun = writing_->run_script("BEGIN EXCLUSIVE"); !begun) {
    return refuse(OpenError{OpenFailure::kUnavailable, "another process holds the database: " + begun.error()});
  }
  auto done = bring_forward(*writing_, known);
  if (done) {
    if (const auto kept = writing_->run_script("COMMIT"); !kept) done = refuse(migration_failed(kept.error()));
  }
  if (!done && writing_->in_transaction()) (void)writing_->run_script("ROLLBACK");
  return done;
}

Result<std::int64_t, DbError> SqliteDatabase::data_version() {
  const std::lock_guard lock(watching_mutex_);
  return watching_->data_version();
}

}  // namespace cardea::db
