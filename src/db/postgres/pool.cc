#include "db/postgres/pool.h"

namespace cardea::db {
namespace {

/// The server ends a statement first and says so; we give up on a server that says nothing.
constexpr std::chrono::milliseconds kAnswerGrace{1000};
constexpr std::chrono::milliseconds kAnswerWithout{60'000};

}  // namespace

PgPool::PgPool(PostgresTarget target, const PostgresSettings& settings, Counter& round_trips, Log& log)
    : target_(std::move(target)),
      size_max_(settings.pool_size_max < 1 ? 1 : static_cast<std::size_t>(settings.pool_size_max)),
      wait_(settings.pool_wait),
      answer_within_(settings.statement_timeout.count() > 0 ? settings.statement_timeout + kAnswerGrace
                                                            : kAnswerWithout),
      round_trips_(round_trips),
      log_(log) {}

Result<PgPool::Lease, DbError> PgPool::lease() {
  const auto deadline = std::chrono::steady_clock::now() + wait_;
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      lock.unlock();
      if (connection->is_alive()) return Lease(*this, std::move(connection));
      connection.reset();
      forget_one();
      lock.lock();
    } else if (open_ < size_max_) {
      ++open_;
      lock.unlock();
      return open_one();
    } else if (changed_.wait_until(lock, deadline) == std::cv_status::timeout && idle_.empty() && open_ >= size_max_) {
      return refuse(DbError::kBusy);
    }
  }
}

Result<PgPool::Lease, DbError> PgPool::open_one() {
  auto handle = connect_postgres(target_);
  if (!handle) {
    forget_one();
    log_.error("database_not_reached", {{"engine", "postgres"}, {"message", handle.error()}});
    return refuse(DbError::kUnavailable);
  }
  return Lease(*this, std::make_unique<PgConnection>(std::move(*handle), answer_within_, round_trips_, log_));
}

void PgPool::adopt(PgHandle handle) {
  {
    const std::lock_guard lock(mutex_);
    if (open_ >= size_max_) return;
    ++open_;
  }
  give_back(std::make_unique<PgConnection>(std::move(handle), answer_within_, round_trips_, log_));
}

void PgPool::give_back(std::unique_ptr<PgConnection> connection) {
  if (!connection->is_usable() || !connection->is_idle()) {
    connection.reset();
    forget_one();
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }
  changed_.notify_one();
}

void PgPool::forget_one() {
  {
    const std::lock_guard lock(mutex_);
    --open_;
  }
  changed_.notify_one();
}

}  // namespace cardea::db
