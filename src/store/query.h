// Running a statement for a repository: values in, typed records out, errors as StoreError.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "db/session.h"
#include "store/handle.h"

namespace cardea::store {

using db::Sql;
using db::Value;
using db::Values;

[[nodiscard]] inline Value millis(TimePoint at) { return {epoch_milliseconds(at)}; }
template <class Tag>
[[nodiscard]] Value id_or_null(const std::optional<Id<Tag>>& id) {
  return id ? Value(id->str()) : Value::null(Value::Kind::kText);
}

/// Reads the columns of a row from left to right, in the order the statement names them.
class Columns {
 public:
  explicit Columns(const db::Row& row) : row_(row) {}
  std::string text() { return std::string(view()); }
  /// Holds only while the row is visited.
  std::string_view view() { return row_.bytes(next_++); }
  std::int64_t integer() { return row_.integer(next_++); }
  bool boolean() { return row_.boolean(next_++); }
  TimePoint time() { return from_epoch_milliseconds(row_.integer(next_++)); }
  template <class AnyId>
  AnyId id() {
    return AnyId(view());
  }
  template <class AnyId>
  std::optional<AnyId> optional_id() {
    if (row_.is_null(next_)) return skip(), std::nullopt;
    return id<AnyId>();
  }
  [[nodiscard]] bool next_is_null() const { return row_.is_null(next_); }
  void skip(int columns = 1) { next_ += columns; }

 private:
  const db::Row& row_;
  int next_ = 0;
};

/// Rows changed.
[[nodiscard]] inline Stored<std::int64_t> change(Tx& tx, const Sql& sql, Values values) {
  const auto rows = session_of(tx).change(sql, values);
  if (!rows) return refuse(store_error(rows.error()));
  return *rows;
}

/// kConflict unless a row was changed: the guard of a guarded statement said no, or a unique name is taken.
[[nodiscard]] inline Stored<void> change_one(Tx& tx, const Sql& sql, Values values) {
  const auto rows = change(tx, sql, values);
  if (!rows) return refuse(rows.error());
  if (*rows == 0) return refuse(StoreError::kConflict);
  return {};
}

/// For statements whose answer nobody needs.
[[nodiscard]] inline Stored<void> send(Tx& tx, const Sql& sql, Values values) {
  const auto sent = session_of(tx).send(sql, values);
  if (!sent) return refuse(store_error(sent.error()));
  return {};
}

/// Every row through `parse(Columns&) -> Stored<T>`; the first error ends it.
template <class T, class Parse>
[[nodiscard]] Stored<std::vector<T>> find_all(Rows& rows, const Sql& sql, Values values, Parse&& parse) {
  Stored<std::vector<T>> found;
  const auto ran = session_of(rows).run(sql, values, [&](const db::Row& row) {
    if (!found) return;
    Columns columns(row);
    Stored<T> item = parse(columns);
    if (item) {
      found->push_back(std::move(*item));
    } else {
      found = refuse(item.error());
    }
  });
  if (!ran) return refuse(store_error(ran.error()));
  return found;
}

/// The first row, or none.
template <class T, class Parse>
[[nodiscard]] Stored<std::optional<T>> find_one(Rows& rows, const Sql& sql, Values values, Parse&& parse) {
  Stored<std::optional<T>> found;
  const auto ran = session_of(rows).run(sql, values, [&](const db::Row& row) {
    if (!found || found->has_value()) return;
    Columns columns(row);
    Stored<T> item = parse(columns);
    if (item) {
      found->emplace(std::move(*item));
    } else {
      found = refuse(item.error());
    }
  });
  if (!ran) return refuse(store_error(ran.error()));
  return found;
}

/// Whether the statement gives a row.
[[nodiscard]] inline Stored<bool> gives_a_row(Rows& rows, const Sql& sql, Values values) {
  const auto ran = session_of(rows).run(sql, values, [](const db::Row&) {});
  if (!ran) return refuse(store_error(ran.error()));
  return *ran > 0;
}

/// kConflict unless the statement gives a row: what this transaction builds on is gone.
[[nodiscard]] inline Stored<void> require_row(Rows& rows, const Sql& sql, Values values) {
  const auto found = gives_a_row(rows, sql, values);
  if (!found) return refuse(found.error());
  if (!*found) return refuse(StoreError::kConflict);
  return {};
}

}  // namespace cardea::store
