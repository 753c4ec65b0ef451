// The writer of SQLite and the server's store lane: group commit. SQLite has one writer at a time and each durable
// commit waits for the disk, so many requests share one: stack.md measured 5,300 rows a second alone and 80,000 in
// groups of 16.
//
// A lane job runs on the writer's thread. The first `write` in a group opens the transaction, each `write` is a
// savepoint in it, and when the queue is empty (or the group is full or old) one COMMIT makes all of them durable; only
// then are their jobs complete. A failing body undoes its own savepoint and nothing else. When the COMMIT fails, every
// job that called `write` gets `complete(false)`: also one that was refused, for it may have seen rows that now never
// were.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/lane_executor.h"
#include "base/log.h"
#include "db/database.h"
#include "db/sqlite/connection.h"

namespace cardea::db {

inline constexpr std::size_t kGroupJobsMax = 64;
inline constexpr std::chrono::milliseconds kGroupAgeMax{50};

class SqliteWriter final : public LaneExecutor {
 public:
  /// `connection` and `log` outlive the writer; nothing else uses the connection meanwhile.
  SqliteWriter(SqliteConnection& connection, std::size_t queue_max, Log& log);
  /// Finishes the group in work; jobs still queued get `complete(false)`.
  ~SqliteWriter() override;

  [[nodiscard]] bool submit(LaneJob job) override;
  [[nodiscard]] std::size_t queued() const override;

  /// As Database::write. On the writer's thread a savepoint in the current group; on any other a transaction of its
  /// own, durable when this returns, for which it waits until the current group is over.
  Result<void, DbError> write(WriteBody body);

  /// Commits since the start, and the writes they made durable.
  [[nodiscard]] std::uint64_t groups() const { return groups_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t grouped_writes() const { return writes_.load(std::memory_order_relaxed); }

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  /// The transaction the jobs of one turn share.
  struct Group {
    enum class State { kNotBegun, kOpen, kLost } state = State::kNotBegun;
    DbError failure = DbError::kUnavailable;  // why it was lost or not begun
    std::unique_lock<std::mutex> lock;        // keeps writes of other threads out from BEGIN to COMMIT
    std::uint64_t writes = 0;
    bool job_took_part = false;  // the job in work has called write()
    bool cached_rows_changed = false;
  };

  void run();
  bool wait_for_job(std::optional<LaneJob>& job);
  bool next_job(std::optional<LaneJob>& job);
  void run_group(LaneJob first);
  Result<void, DbError> begin(Group& group);
  Result<void, DbError> write_in_group(Group& group, WriteBody body);
  Result<void, DbError> write_alone(WriteBody body);
  Result<void, DbError> end_savepoint(Group& group, std::optional<DbError> failure, Verdict verdict);
  bool finish(Group& group);
  Result<void, DbError> commit();
  void roll_back();
  void drop_queue();

  SqliteConnection& connection_;
  const std::size_t queue_max_;
  Log& log_;

  mutable std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::deque<LaneJob> queue_;
  bool stopping_ = false;

  std::mutex transaction_mutex_;
  std::atomic<std::thread::id> in_body_;  // the thread whose body runs now
  Group* group_ = nullptr;                // touched by the writer's thread only

  std::atomic<std::uint64_t> groups_{0};
  std::atomic<std::uint64_t> writes_{0};
  std::thread thread_;  // last: starts when everything else is ready
};

}  // namespace cardea::db
