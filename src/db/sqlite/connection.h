// One SQLite connection with its prepared statements. Not thread-safe: its owner lends it to one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "db/error.h"
#include "db/session.h"

namespace cardea::db {

/// The writer creates the file, sets WAL and waits for each commit to reach the disk (synchronous=FULL). A reader is
/// opened read-only and refuses to change anything.
enum class SqliteRole { kWriter, kReader };

class SqliteConnection {
 public:
  /// `log` outlives the connection; failed statements are written to it, without their values.
  static Result<std::unique_ptr<SqliteConnection>, OpenError> open(const std::string& path, SqliteRole role,
                                                                   milliseconds busy_timeout, Log& log);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// As Session::run. The statement is reset before this returns, so that no read stays open and holds the WAL back.
  Result<std::int64_t, DbError> run(const Sql& sql, Values values, RowVisitor visit);
  Result<void, DbError> run(const Sql& sql);
  /// Runs a script of several statements; the text of the error for the operator.
  Result<void, std::string> run_script(std::string_view script);

  /// False also when SQLite gave the transaction up by itself (disk full, I/O error).
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
  /// Differs from the last answer of this connection when another one has committed since.
  [[nodiscard]] Result<std::int64_t, DbError> data_version();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  SqliteConnection(sqlite3* db, Log& log) : db_(db), log_(log) {}
  Result<sqlite3_stmt*, DbError> prepared(const Sql& sql);
  Result<void, OpenError> prepare_for(SqliteRole role, milliseconds busy_timeout);
  DbError failed(int code, std::string_view statement);

  sqlite3* db_;
  Log& log_;
  std::unordered_map<const Sql*, Statement> statements_;
};

/// What an extended result code of SQLite means to us.
[[nodiscard]] DbError classify_sqlite(int extended_code);

}  // namespace cardea::db
