#include "db/sqlite/connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <mutex>

#include "base/assert.h"

namespace cardea::db {
namespace {

constexpr int kSetUpTries = 8;
constexpr std::int64_t kMappedBytesMax = 2'147'418'112;  // SQLite's own upper bound; pages beyond it are read by pread
constexpr Sql kDataVersion{"PRAGMA data_version"};

constexpr std::string_view kWriterPragmas =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-8192;"
    "PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;";
constexpr std::string_view kReaderPragmas =
    "PRAGMA query_only=ON; PRAGMA cache_size=-1024; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;";

/// Without its statistics SQLite allocates without a lock that every thread would share.
void set_up_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    CARDEA_ASSERT(sqlite3_initialize() == SQLITE_OK);
  });
}

/// The file holds credentials: it is made for its owner alone, and SQLite gives -wal and -shm the same mode.
bool make_private_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) return false;
  ::close(file);
  return true;
}

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  bool boolean(int column) const override { return sqlite3_column_int64(statement_, column) != 0; }
  std::string_view bytes(int column) const override {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {data, data == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3_stmt* statement_;
};

int bind(sqlite3_stmt* statement, int index, const Value& value) {
  if (value.is_null()) return sqlite3_bind_null(statement, index);
  const auto bytes = value.bytes();
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  switch (value.kind()) {
    case Value::Kind::kText:
      return sqlite3_bind_text64(statement, index, data, bytes.size(), SQLITE_STATIC, SQLITE_UTF8);
    case Value::Kind::kBlob:
      return sqlite3_bind_blob64(statement, index, data, bytes.size(), SQLITE_STATIC);
    case Value::Kind::kInteger:
    case Value::Kind::kBoolean:
      return sqlite3_bind_int64(statement, index, value.integer());
  }
  return SQLITE_MISUSE;
}

int bind_all(sqlite3_stmt* statement, Values values) {
  int index = 0;
  for (const Value& value : values) {
    if (!value.is_sendable()) return SQLITE_MISMATCH;
    if (const int code = bind(statement, ++index, value); code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

/// Leaves the statement as it was found, whatever happened.
class Reset {
 public:
  explicit Reset(sqlite3_stmt* statement) : statement_(statement) {}
  ~Reset() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Reset(const Reset&) = delete;
  Reset& operator=(const Reset&) = delete;

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

DbError classify_sqlite(int extended_code) {
  switch (extended_code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return DbError::kBusy;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
      return DbError::kUnavailable;
    case SQLITE_CONSTRAINT:
      break;
    default:
      return DbError::kBroken;
  }
  switch (extended_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return DbError::kConflict;
    default:
      return DbError::kBroken;
  }
}

Result<std::unique_ptr<SqliteConnection>, OpenError> SqliteConnection::open(const std::string& path, SqliteRole role,
                                                                            milliseconds busy_timeout, Log& log) {
  set_up_library();
  if (role == SqliteRole::kWriter && !make_private_file(path)) {
    return refuse(OpenError{OpenFailure::kUnavailable,
                            fmt::format("cannot open or make the database file {}: {}", path, std::strerror(errno))});
  }
  const int flags = SQLITE_OPEN_NOMUTEX | (role == SqliteRole::kWriter ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(db, log));  // closes `db` also after a failure
  if (code != SQLITE_OK) {
    return refuse(OpenError{OpenFailure::kUnavailable,
                            fmt::format("cannot open the database file {}: {}", path, sqlite3_errstr(code))});
  }
  if (auto ready = connection->prepare_for(role, busy_timeout); !ready) return refuse(ready.error());
  return connection;
}

SqliteConnection::~SqliteConnection() {
  statements_.clear();
  sqlite3_close_v2(db_);
}

Result<void, OpenError> SqliteConnection::prepare_for(SqliteRole role, milliseconds busy_timeout) {
  sqlite3_extended_result_codes(db_, 1);
  sqlite3_busy_timeout(db_, static_cast<int>(busy_timeout.count()));
  auto done = run_script(role == SqliteRole::kWriter ? kWriterPragmas : kReaderPragmas);
  // The change to WAL does not wait for its lock as everything else does. Taking the write lock does wait, so of
  // several that make a database together each comes to its turn.
  for (int tries = 0; !done && role == SqliteRole::kWriter && tries < kSetUpTries; ++tries) {
    if (!run_script("BEGIN IMMEDIATE; ROLLBACK")) break;
    done = run_script(kWriterPragmas);
  }
  if (done) done = run_script(fmt::format("PRAGMA mmap_size={};", kMappedBytesMax));
  if (!done) return refuse(OpenError{OpenFailure::kUnavailable, "cannot set up the database file: " + done.error()});
  return {};
}

Result<sqlite3_stmt*, DbError> SqliteConnection::prepared(const Sql& sql) {
  if (const auto found = statements_.find(&sql); found != statements_.end()) return found->second.get();
  sqlite3_stmt* statement = nullptr;
  const auto text = sql.sqlite_text();
  const int code = sqlite3_prepare_v3(db_, text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) return refuse(failed(code, text));
  statements_.emplace(&sql, Statement(statement));
  return statement;
}

Result<std::int64_t, DbError> SqliteConnection::run(const Sql& sql, Values values, RowVisitor visit) {
  auto statement = prepared(sql);
  if (!statement) return refuse(statement.error());
  CARDEA_ASSERT(!sqlite3_stmt_busy(*statement));  // A visitor must not run statements.
  const Reset reset(*statement);
  if (const int code = bind_all(*statement, values); code != SQLITE_OK) return refuse(failed(code, sql.sqlite_text()));
  std::int64_t rows = 0;
  int code = SQLITE_OK;
  while ((code = sqlite3_step(*statement)) == SQLITE_ROW) {
    visit(SqliteRow(*statement));
    ++rows;
  }
  if (code != SQLITE_DONE) return refuse(failed(code, sql.sqlite_text()));
  if (sqlite3_column_count(*statement) == 0) rows = sqlite3_changes64(db_);
  return rows;
}

Result<void, DbError> SqliteConnection::run(const Sql& sql) {
  const auto done = run(sql, {}, [](const Row&) {});
  if (!done) return refuse(done.error());
  return {};
}

Result<void, std::string> SqliteConnection::run_script(std::string_view script) {
  char* message = nullptr;
  const int code = sqlite3_exec(db_, std::string(script).c_str(), nullptr, nullptr, &message);
  const std::string text = message == nullptr ? sqlite3_errstr(code) : message;
  sqlite3_free(message);
  if (code != SQLITE_OK) return refuse(text);
  return {};
}

Result<std::int64_t, DbError> SqliteConnection::data_version() {
  std::int64_t version = 0;
  const auto done = run(kDataVersion, {}, [&](const Row& row) { version = row.integer(0); });
  if (!done) return refuse(done.error());
  return version;
}

DbError SqliteConnection::failed(int code, std::string_view statement) {
  const DbError error = classify_sqlite(code);
  if (error == DbError::kConflict) return error;  // an answer, not a failure
  log_.error("sql_failed", {{"engine", "sqlite"},
                            {"error", describe(error)},
                            {"code", code},
                            {"message", sqlite3_errmsg(db_)},
                            {"statement", statement}});
  return error;
}

}  // namespace cardea::db
