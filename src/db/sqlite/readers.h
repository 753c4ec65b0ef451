// Read connections: one per thread in practice, at most kReadersMax. A thread tries the same slot first each time, so
// its statements and page cache stay warm, and takes the next one when that is in use (a read inside a read).
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "db/sqlite/connection.h"

namespace cardea::db {

inline constexpr std::size_t kReadersMax = 64;

class SqliteReaders {
 public:
  SqliteReaders(std::string path, milliseconds busy_timeout, Log& log)
      : path_(std::move(path)), busy_timeout_(busy_timeout), log_(log) {}

  /// A connection for this thread alone, given back on destruction.
  class Lease {
   public:
    Lease(std::atomic_flag& taken, SqliteConnection& connection) : taken_(&taken), connection_(&connection) {}
    Lease(Lease&& other) noexcept : taken_(std::exchange(other.taken_, nullptr)), connection_(other.connection_) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (taken_ != nullptr) taken_->clear(std::memory_order_release);
    }
    SqliteConnection& operator*() const { return *connection_; }

   private:
    std::atomic_flag* taken_;
    SqliteConnection* connection_;
  };

  /// kBusy when kReadersMax reads are running; kUnavailable when the file cannot be opened again.
  Result<Lease, DbError> lease();

 private:
  struct Slot {
    std::atomic_flag taken;
    std::unique_ptr<SqliteConnection> connection;  // opened when first used; touched by the slot's taker only
  };

  std::string path_;
  milliseconds busy_timeout_;
  Log& log_;
  std::array<Slot, kReadersMax> slots_;
};

}  // namespace cardea::db
