// One PostgreSQL connection in libpq's pipeline mode. An exchange sends any number of statements, each prepared when it
// is first used, and waits once for all answers: one round trip. Not thread-safe: its owner lends it to one thread at a
// time.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/log.h"
#include "base/metrics.h"
#include "base/result.h"
#include "db/error.h"
#include "db/postgres/url.h"
#include "db/session.h"

namespace cardea::db {

/// A statement with its values, which live until the exchange is over.
struct PgCall {
  const Sql* sql;
  std::span<const Value> values;
};

/// What an exchange does to the open transaction, if it fails half-way.
enum class PgStage {
  kInside,   // nothing is committed by it: a lost connection is kUnavailable
  kCommits,  // it commits: a lost connection is kUnknown
};

/// Opens a connection: blocks at most connect_timeout for each host and address. The text says why not, for the
/// operator.
struct PgClose {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PgHandle = std::unique_ptr<PGconn, PgClose>;
[[nodiscard]] Result<PgHandle, std::string> connect_postgres(const PostgresTarget& target);

/// What an SQLSTATE means to us; an empty one is a lost connection.
[[nodiscard]] DbError classify_postgres(std::string_view sqlstate);

class PgConnection {
 public:
  /// `answer_within` bounds each exchange. `round_trips` and `log` outlive the connection.
  PgConnection(PgHandle handle, std::chrono::milliseconds answer_within, Counter& round_trips, Log& log);
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  /// Runs the calls in order, up to the first that fails, and visits the rows of the last. Returns the rows of the last
  /// call, given or changed. Outside a transaction the calls of one exchange commit together or not at all.
  Result<std::int64_t, DbError> exchange(std::span<const PgCall> calls, PgStage stage, RowVisitor visit);

  /// False once the connection is lost or in an unknown state: it must not be used again.
  [[nodiscard]] bool is_usable() const { return usable_; }
  /// True outside transactions.
  [[nodiscard]] bool is_idle() const { return PQtransactionStatus(handle_.get()) == PQTRANS_IDLE; }
  /// Looks, without waiting, whether the server has closed an idle connection.
  [[nodiscard]] bool is_alive();

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  struct Step;
  struct Progress;

  [[nodiscard]] bool send(const PgCall& call);
  [[nodiscard]] std::string name_of(const Sql& sql, bool& is_new);
  bool wait_for_bytes(Deadline deadline);
  PGresult* next_result(Deadline deadline);
  void take_result(const PGresult& result, Progress& progress, RowVisitor visit);
  void take_error(const PGresult& result, Progress& progress);
  void end_step(Progress& progress);
  Result<std::int64_t, DbError> conclude(const Progress& progress, PgStage stage);
  DbError lost(std::string_view why, PgStage stage);
  static void on_notice(void* self, const PGresult* notice);

  PgHandle handle_;
  std::chrono::milliseconds answer_within_;
  Counter& round_trips_;
  Log& log_;
  std::unordered_map<const Sql*, std::string> prepared_;  // names of statements the server has
  std::uint64_t names_ = 0;
  bool usable_ = true;
  bool warned_ = false;  // the server sent a WARNING during this exchange
};

}  // namespace cardea::db
