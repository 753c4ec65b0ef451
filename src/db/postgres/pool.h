// A bounded pool of PostgreSQL connections.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "db/postgres/connection.h"

namespace cardea::db {

class PgPool {
 public:
  /// `round_trips` and `log` outlive the pool; the pool outlives its leases.
  PgPool(PostgresTarget target, const PostgresSettings& settings, Counter& round_trips, Log& log);

  /// A connection for one caller, given back on destruction when it is still good.
  class Lease {
   public:
    Lease(PgPool& pool, std::unique_ptr<PgConnection> connection) : pool_(pool), connection_(std::move(connection)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_) pool_.give_back(std::move(connection_));
    }
    PgConnection& operator*() const { return *connection_; }
    PgConnection* operator->() const { return connection_.get(); }

   private:
    PgPool& pool_;
    std::unique_ptr<PgConnection> connection_;
  };

  /// Waits up to pool_wait for a free connection (kBusy), opens one when there may be more (kUnavailable, kBusy).
  /// Connections that the server has closed meanwhile are replaced, so a restart costs no request.
  Result<Lease, DbError> lease();

  /// Takes in a connection that served before the pool was asked: to make one costs several milliseconds of key
  /// derivation, more than all that a start reads. A full pool lets it go.
  void adopt(PgHandle handle);

 private:
  void give_back(std::unique_ptr<PgConnection> connection);
  void forget_one();
  Result<Lease, DbError> open_one();

  PostgresTarget target_;
  const std::size_t size_max_;
  const std::chrono::milliseconds wait_;
  const std::chrono::milliseconds answer_within_;
  Counter& round_trips_;
  Log& log_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<PgConnection>> idle_;  // the last given back is the first lent: its caches are warm
  std::size_t open_ = 0;                             // idle, lent, or being opened
};

}  // namespace cardea::db
