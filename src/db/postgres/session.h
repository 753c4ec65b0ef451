// Sessions on a PostgreSQL connection. What they cost in round trips:
//
//   read                                   one for each statement
//   write, only `send`                     one in all: the statements and the commit travel together
//   write with n times `run`               n, plus one for the commit; BEGIN and what was sent travel along
//   write that is rolled back              as many `run`s as there were, plus one; none when there was no `run`
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "db/database.h"
#include "db/postgres/connection.h"

namespace cardea::db {

/// Each statement by itself.
class PgReadSession final : public Session {
 public:
  explicit PgReadSession(PgConnection& connection) : connection_(connection) {}
  Result<std::int64_t, DbError> run(const Sql& sql, Values values, RowVisitor visit) override;
  Result<void, DbError> send(const Sql& sql, Values values) override;

 private:
  PgConnection& connection_;
  std::optional<DbError> failure_;
};

/// One attempt at a transaction.
class PgTransaction final : public Session {
 public:
  explicit PgTransaction(PgConnection& connection) : connection_(connection) {}
  Result<std::int64_t, DbError> run(const Sql& sql, Values values, RowVisitor visit) override;
  Result<void, DbError> send(const Sql& sql, Values values) override;

  /// Ends it, once. Success: committed or, as wanted, rolled back. kRetry: the body should run again in a new one.
  Result<void, DbError> finish(Verdict verdict);

 private:
  /// A statement held back, with its own copy of the values.
  class Held {
   public:
    Held(const Sql& sql, Values values);
    [[nodiscard]] PgCall call() const { return {sql_, values_}; }

   private:
    const Sql* sql_;
    std::unique_ptr<char[]> bytes_;
    std::vector<Value> values_;  // views into bytes_
  };

  Result<std::int64_t, DbError> flush(const PgCall* last, PgStage stage, RowVisitor visit);
  Result<void, DbError> commit();
  void roll_back();

  PgConnection& connection_;
  std::vector<Held> held_;
  bool begun_ = false;
  std::optional<DbError> failure_;
};

}  // namespace cardea::db
