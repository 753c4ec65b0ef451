// Running statements. A Session is a connection, or a transaction on one, lent to a function for the time of its call.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/result.h"
#include "db/error.h"
#include "db/function_ref.h"
#include "db/sql.h"
#include "db/value.h"

namespace cardea::db {

/// One row of an answer, columns from 0. Views hold until the visitor returns.
class Row {
 public:
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual bool boolean(int column) const = 0;
  /// Text, JSON or bytes; empty for NULL.
  [[nodiscard]] virtual std::string_view bytes(int column) const = 0;

 protected:
  ~Row() = default;
};

using RowVisitor = FunctionRef<void(const Row&)>;
using Values = std::initializer_list<Value>;

class Session {
 public:
  virtual ~Session() = default;

  /// Runs a statement and visits its rows, which the visitor only copies: it runs no statement itself. Returns how many
  /// rows there were, or were changed. After an error every later call gives the same error, and a transaction can only
  /// be rolled back: the same on both engines, whatever the caller makes of the error.
  virtual Result<std::int64_t, DbError> run(const Sql& sql, Values values, RowVisitor visit) = 0;

  /// Runs a statement whose answer is not needed. PostgreSQL may hold it back until the next `run` or the commit and
  /// then report its error there.
  virtual Result<void, DbError> send(const Sql& sql, Values values) = 0;

  Result<std::int64_t, DbError> change(const Sql& sql, Values values) {
    return run(sql, values, [](const Row&) {});
  }

  /// Says that this transaction changes rows that callers keep in memory. From here on nobody whose commit hangs
  /// together with this one may remember what they read.
  void note_change_of_cached_rows() { *changed_ = true; }
  [[nodiscard]] bool has_changed_cached_rows() const { return *changed_; }

 protected:
  Session() : changed_(&own_) {}
  /// `shared` by the transactions that commit together; outlives them.
  explicit Session(bool& shared) : changed_(&shared) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  bool own_ = false;
  bool* changed_;
};

}  // namespace cardea::db
