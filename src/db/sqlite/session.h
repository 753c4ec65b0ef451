// A Session on a SQLite connection: a read of committed rows, or the part of a transaction one body sees.
#pragma once

#include <optional>

#include "db/session.h"
#include "db/sqlite/connection.h"

namespace cardea::db {

class SqliteSession final : public Session {
 public:
  explicit SqliteSession(SqliteConnection& connection) : connection_(connection) {}
  /// Part of a group that commits as one; `cached_rows_changed` is the group's.
  SqliteSession(SqliteConnection& connection, bool& cached_rows_changed)
      : Session(cached_rows_changed), connection_(connection) {}

  Result<std::int64_t, DbError> run(const Sql& sql, Values values, RowVisitor visit) override {
    if (failure_) return refuse(*failure_);
    auto rows = connection_.run(sql, values, visit);
    if (!rows) failure_ = rows.error();
    return rows;
  }

  Result<void, DbError> send(const Sql& sql, Values values) override {
    const auto done = change(sql, values);
    if (!done) return refuse(done.error());
    return {};
  }

  /// The first error of a statement, if any.
  [[nodiscard]] std::optional<DbError> failure() const { return failure_; }

 private:
  SqliteConnection& connection_;
  std::optional<DbError> failure_;
};

}  // namespace cardea::db
