// The gate to rows. Repositories take the handle they work on, so that a reader sees at once what is read alone and
// what is decided and written in one transaction.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "domain/store_error.h"

namespace cardea {

/// A handle to read with. Made by the store; never kept beyond the call it was given to.
class Rows {
 public:
  virtual ~Rows() = default;
  /// May what is read here be remembered? Not in a transaction that has changed settings, or that commits together with
  /// one that has (SQLite's groups): those changes may still be lost.
  [[nodiscard]] virtual bool are_cacheable() const { return true; }
};

/// A transaction. It commits when the function that got it returns a value, and rolls back when it returns an error.
class Tx : public Rows {
 public:
  [[nodiscard]] bool are_cacheable() const override { return false; }
};

template <class T>
using Stored = Result<T, StoreError>;

class Store {
 public:
  virtual ~Store() = default;

  /// True when reads wait for a network (PostgreSQL): then they run on the store lane. SQLite reads run inline.
  [[nodiscard]] virtual bool reads_block() const = 0;

  /// Calls `function` with a handle that sees committed rows. On SQLite from any thread, without waiting.
  virtual Stored<void> read(const std::function<Stored<void>(Rows&)>& function) = 0;

  /// Runs `function` in a transaction. It may run twice (PostgreSQL: 40001, 40P01), so it touches nothing but `tx` and
  /// the variables it assigns anew in each run. On SQLite, when called on the store lane, it is a savepoint inside the
  /// current group and durable when the lane's job completes; elsewhere it commits by itself before returning.
  virtual Stored<void> write(const std::function<Stored<void>(Tx&)>& function) = 0;
};

/// `read` for functions that give a value.
template <class F>
[[nodiscard]] auto read_from(Store& store, F&& function) {
  using Answer = decltype(function(std::declval<Rows&>()));
  Answer answer = refuse(StoreError::kUnavailable);
  const auto done = store.read([&](Rows& rows) -> Stored<void> {
    answer = function(rows);
    if (!answer) return refuse(answer.error());
    return {};
  });
  if (!done) answer = refuse(done.error());
  return answer;
}

/// `write` for functions that give a value.
template <class F>
[[nodiscard]] auto write_to(Store& store, F&& function) {
  using Answer = decltype(function(std::declval<Tx&>()));
  Answer answer = refuse(StoreError::kUnavailable);
  const auto done = store.write([&](Tx& tx) -> Stored<void> {
    answer = function(tx);
    if (!answer) return refuse(answer.error());
    return {};
  });
  if (!done) answer = refuse(done.error());
  return answer;
}

}  // namespace cardea
