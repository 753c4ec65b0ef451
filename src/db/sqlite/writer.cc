#include "db/sqlite/writer.h"

#include "base/assert.h"
#include "db/sqlite/session.h"

namespace cardea::db {
namespace {

constexpr Sql kBegin{"BEGIN IMMEDIATE"};  // a deferred one could fail at its first write (stack.md section 8, trap 7)
constexpr Sql kCommit{"COMMIT"};
constexpr Sql kRollBack{"ROLLBACK"};
constexpr Sql kSavepoint{"SAVEPOINT job"};
constexpr Sql kRelease{"RELEASE job"};
constexpr Sql kRollBackTo{"ROLLBACK TO job"};

/// Marks the thread that runs a body, so that a write inside a write is a clear failure and not a deadlock.
class InBody {
 public:
  explicit InBody(std::atomic<std::thread::id>& mark) : mark_(mark) { mark_.store(std::this_thread::get_id()); }
  ~InBody() { mark_.store(std::thread::id{}); }
  InBody(const InBody&) = delete;
  InBody& operator=(const InBody&) = delete;

 private:
  std::atomic<std::thread::id>& mark_;
};

}  // namespace

SqliteWriter::SqliteWriter(SqliteConnection& connection, std::size_t queue_max, Log& log)
    : connection_(connection), queue_max_(queue_max), log_(log), thread_([this] { run(); }) {}

SqliteWriter::~SqliteWriter() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_changed_.notify_all();
  thread_.join();
}

bool SqliteWriter::submit(LaneJob job) {
  {
    const std::lock_guard lock(queue_mutex_);
    if (stopping_ || queue_.size() >= queue_max_) return false;
    queue_.push_back(std::move(job));
  }
  queue_changed_.notify_one();
  return true;
}

std::size_t SqliteWriter::queued() const {
  const std::lock_guard lock(queue_mutex_);
  return queue_.size();
}

Result<void, DbError> SqliteWriter::write(WriteBody body) {
  CARDEA_ASSERT(in_body_.load() != std::this_thread::get_id());
  if (std::this_thread::get_id() != thread_.get_id()) return write_alone(body);
  CARDEA_ASSERT(group_ != nullptr);  // `complete` must not write
  return write_in_group(*group_, body);
}

void SqliteWriter::run() {
  std::optional<LaneJob> job;
  while (wait_for_job(job)) run_group(std::move(*job));
  drop_queue();
}

bool SqliteWriter::wait_for_job(std::optional<LaneJob>& job) {
  std::unique_lock lock(queue_mutex_);
  queue_changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  if (stopping_) return false;
  job.emplace(std::move(queue_.front()));
  queue_.pop_front();
  return true;
}

bool SqliteWriter::next_job(std::optional<LaneJob>& job) {
  const std::lock_guard lock(queue_mutex_);
  if (stopping_ || queue_.empty()) return false;
  job.emplace(std::move(queue_.front()));
  queue_.pop_front();
  return true;
}

void SqliteWriter::run_group(LaneJob first) {
  const Deadline end = std::chrono::steady_clock::now() + kGroupAgeMax;
  Group group;
  group_ = &group;
  std::vector<MoveOnlyFunction<bool>> waiting;  // for the commit
  std::optional<LaneJob> job(std::move(first));
  std::size_t jobs = 0;
  do {
    group.job_took_part = false;
    job->work();
    if (group.job_took_part) {
      waiting.push_back(std::move(job->complete));
    } else {
      job->complete(true);
    }
  } while (++jobs < kGroupJobsMax && std::chrono::steady_clock::now() < end && next_job(job));
  const bool durable = finish(group);
  group_ = nullptr;
  group.lock = {};
  for (auto& complete : waiting) complete(durable);
}

Result<void, DbError> SqliteWriter::begin(Group& group) {
  if (group.state == Group::State::kOpen) return {};
  if (group.state == Group::State::kLost) return refuse(group.failure);
  group.lock = std::unique_lock(transaction_mutex_);
  const auto begun = connection_.run(kBegin);
  if (!begun) {  // Another process writes: the rest of this group does not wait for it again.
    group.state = Group::State::kLost;
    group.failure = begun.error();
    return begun;
  }
  group.state = Group::State::kOpen;
  return {};
}

Result<void, DbError> SqliteWriter::write_in_group(Group& group, WriteBody body) {
  if (auto begun = begin(group); !begun) return begun;
  group.job_took_part = true;
  if (auto saved = connection_.run(kSavepoint); !saved) return end_savepoint(group, saved.error(), Verdict::kRollBack);
  SqliteSession session(connection_, group.cached_rows_changed);
  Verdict verdict = Verdict::kRollBack;
  {
    const InBody mark(in_body_);
    try {
      verdict = body(session);
    } catch (...) {  // A library threw: what was half written must not ride along with the neighbours.
      (void)end_savepoint(group, session.failure(), Verdict::kRollBack);
      throw;
    }
  }
  return end_savepoint(group, session.failure(), verdict);
}

Result<void, DbError> SqliteWriter::end_savepoint(Group& group, std::optional<DbError> failure, Verdict verdict) {
  bool kept_together = connection_.in_transaction();
  if (kept_together && !failure && verdict == Verdict::kCommit) {
    kept_together = connection_.run(kRelease).has_value();
    if (kept_together) ++group.writes;
  } else if (kept_together) {
    kept_together = connection_.run(kRollBackTo).has_value() && connection_.run(kRelease).has_value();
  }
  if (!kept_together) {  // SQLite gave the whole transaction up (disk full, I/O error), the neighbours' part too.
    group.state = Group::State::kLost;
    group.failure = failure.value_or(DbError::kUnavailable);
    roll_back();
    return refuse(group.failure);
  }
  if (failure) return refuse(*failure);
  return {};
}

/// True when everything the group wrote is durable.
bool SqliteWriter::finish(Group& group) {
  if (group.state == Group::State::kNotBegun) return true;
  if (group.state == Group::State::kLost) return false;
  if (!commit()) return false;
  groups_.fetch_add(1, std::memory_order_relaxed);
  writes_.fetch_add(group.writes, std::memory_order_relaxed);
  return true;
}

Result<void, DbError> SqliteWriter::write_alone(WriteBody body) {
  const std::lock_guard lock(transaction_mutex_);
  if (auto begun = connection_.run(kBegin); !begun) return begun;
  SqliteSession session(connection_);
  Verdict verdict = Verdict::kRollBack;
  {
    const InBody mark(in_body_);
    try {
      verdict = body(session);
    } catch (...) {
      roll_back();
      throw;
    }
  }
  if (session.failure() || verdict == Verdict::kRollBack) {
    roll_back();
    if (session.failure()) return refuse(*session.failure());
    return {};
  }
  if (auto done = commit(); !done) return done;
  groups_.fetch_add(1, std::memory_order_relaxed);
  writes_.fetch_add(1, std::memory_order_relaxed);
  return {};
}

Result<void, DbError> SqliteWriter::commit() {
  const auto done = connection_.run(kCommit);
  if (done) return {};
  roll_back();
  // An I/O error may leave the commit in the WAL, to be found after a restart.
  return refuse(done.error() == DbError::kUnavailable ? DbError::kUnknown : done.error());
}

void SqliteWriter::roll_back() {
  if (!connection_.in_transaction()) return;
  if (!connection_.run(kRollBack)) log_.error("rollback_failed", {{"engine", "sqlite"}});
}

void SqliteWriter::drop_queue() {
  std::deque<LaneJob> dropped;
  {
    const std::lock_guard lock(queue_mutex_);
    dropped.swap(queue_);
  }
  for (LaneJob& job : dropped) job.complete(false);
}

}  // namespace cardea::db
