#include "db/sqlite/readers.h"

namespace cardea::db {
namespace {

/// Where this thread begins to look. Threads of one server are numbered from 0, so each has a slot of its own.
std::size_t first_slot() {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
  return number % kReadersMax;
}

}  // namespace

Result<SqliteReaders::Lease, DbError> SqliteReaders::lease() {
  const std::size_t first = first_slot();
  for (std::size_t i = 0; i < kReadersMax; ++i) {
    Slot& slot = slots_[(first + i) % kReadersMax];
    if (slot.taken.test_and_set(std::memory_order_acquire)) continue;
    if (!slot.connection) {
      auto opened = SqliteConnection::open(path_, SqliteRole::kReader, busy_timeout_, log_);
      if (!opened) {
        slot.taken.clear(std::memory_order_release);
        log_.error("database_not_opened", {{"detail", opened.error().detail}});
        return refuse(DbError::kUnavailable);
      }
      slot.connection = std::move(*opened);
    }
    return Lease(slot.taken, *slot.connection);
  }
  return refuse(DbError::kBusy);
}

}  // namespace cardea::db
