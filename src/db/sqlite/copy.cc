#include "db/sqlite/copy.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>

#include "db/sqlite/connection.h"

namespace cardea::db {
namespace {

constexpr int kPagesPerStep = 4096;  // 16 MB
constexpr milliseconds kBusyTimeout{10'000};
constexpr Sql kCheck{"PRAGMA quick_check(1)"};

struct Close {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

OpenError unavailable(std::string detail) { return {OpenFailure::kUnavailable, std::move(detail)}; }

Result<Handle, OpenError> open(const std::string& path, int flags) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(db);
  if (code != SQLITE_OK) return refuse(unavailable(fmt::format("cannot open {}: {}", path, sqlite3_errstr(code))));
  sqlite3_busy_timeout(db, static_cast<int>(kBusyTimeout.count()));
  return handle;
}

Result<void, OpenError> run(sqlite3* db, const char* script, const std::string& path) {
  if (sqlite3_exec(db, script, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return refuse(unavailable(fmt::format("cannot read {}: {}", path, sqlite3_errmsg(db))));
}

}  // namespace

Result<void, OpenError> copy_sqlite_file(const std::string& from, const std::string& to, CopyProgress progress,
                                         Log& log) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(from, error)) return refuse(unavailable("there is no file " + from));
  // The connection type sets up the library the way every other use of it in this process does.
  if (auto first = SqliteConnection::open(from, SqliteRole::kReader, kBusyTimeout, log); !first)
    return refuse(first.error());
  auto source = open(from, SQLITE_OPEN_READONLY);
  if (!source) return refuse(source.error());
  // One read transaction around all steps: without it a commit of somebody else would start the copy anew.
  if (auto begun = run(source->get(), "BEGIN; SELECT count(*) FROM sqlite_schema;", from); !begun)
    return refuse(begun.error());
  auto target = open(to, SQLITE_OPEN_READWRITE);
  if (!target) return refuse(target.error());
  sqlite3_backup* backup = sqlite3_backup_init(target->get(), "main", source->get(), "main");
  if (backup == nullptr)
    return refuse(unavailable(fmt::format("cannot write {}: {}", to, sqlite3_errmsg(target->get()))));
  int code = SQLITE_OK;
  while (code == SQLITE_OK) {
    code = sqlite3_backup_step(backup, kPagesPerStep);
    const int total = sqlite3_backup_pagecount(backup);
    progress(total - sqlite3_backup_remaining(backup), total);
  }
  if (sqlite3_backup_finish(backup) != SQLITE_OK || code != SQLITE_DONE)
    return refuse(unavailable(fmt::format("cannot copy {} to {}: {}", from, to, sqlite3_errstr(code))));
  return run(target->get(), "PRAGMA journal_mode=DELETE;", to);
}

Result<std::string, OpenError> check_sqlite_file(const std::string& path, Log& log) {
  auto connection = SqliteConnection::open(path, SqliteRole::kReader, kBusyTimeout, log);
  if (!connection) return refuse(connection.error());
  std::string found;
  const auto read = (*connection)->run(kCheck, {}, [&](const Row& row) { found = std::string(row.bytes(0)); });
  if (!read) return refuse(unavailable("cannot read " + path));
  return found == "ok" ? std::string() : found;
}

}  // namespace cardea::db
