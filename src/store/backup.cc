#include "store/backup.h"

#include "db/migration.h"
#include "db/sqlite/connection.h"
#include "store/data_key.h"
#include "store/migrations.h"

namespace cardea::store {
namespace {

constexpr milliseconds kBusyTimeout{10'000};
constexpr db::Sql kSchema{"SELECT max(number) FROM schema_migrations"};
constexpr db::Sql kDataKey{"SELECT value FROM server WHERE name = ?1"};

OpenError not_ours(const std::string& path) {
  return {OpenFailure::kBadSettings, path + " is not a database of this server"};
}

}  // namespace

Result<DatabaseFile, OpenError> inspect_file(const std::string& path, Log& log) {
  const auto damage = db::check_sqlite_file(path, log);
  if (!damage) return refuse(damage.error());
  if (!damage->empty()) return refuse(OpenError{OpenFailure::kUnavailable, path + " is damaged: " + *damage});
  auto connection = db::SqliteConnection::open(path, db::SqliteRole::kReader, kBusyTimeout, log);
  if (!connection) return refuse(connection.error());
  DatabaseFile file;
  const auto schema = (*connection)->run(kSchema, {}, [&](const db::Row& row) { file.schema = row.integer(0); });
  if (!schema || file.schema == 0) return refuse(not_ours(path));
  if (const auto rest = db::pending(file.schema, migrations(db::Engine::kSqlite)); !rest) return refuse(rest.error());
  const auto key =
      (*connection)->run(kDataKey, {kDataKeyRow}, [&](const db::Row& row) { file.wrapped_data_key = row.bytes(0); });
  if (!key) return refuse(not_ours(path));
  return file;
}

Result<DatabaseFile, OpenError> copy_file(const std::string& from, const std::string& to, db::CopyProgress progress,
                                          Log& log) {
  if (auto copied = db::copy_sqlite_file(from, to, progress, log); !copied) return refuse(copied.error());
  return inspect_file(to, log);
}

}  // namespace cardea::store
