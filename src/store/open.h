// Opens the database and hands out its repositories. Order at start:
//
//   auto opened = store::open(settings, log);                       // opens, migrates; refuses a newer schema
//   auto row = read_from(opened->store(), ... opened->server().find(rows, "data-key"));
//   // absent: wrap a new data key and insert it (kConflict: another node was first, read again)
//   Repositories repositories = opened->repositories(sealer);       // secrets are sealed from here on
//
// One OpenStore per process and database. It is thread-safe; every thread that uses its parts ends before it does.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/lane_executor.h"
#include "base/log.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/seal.h"
#include "db/engine.h"
#include "db/error.h"
#include "domain/repository/repositories.h"

namespace cardea::store {

struct DatabaseSettings {
  db::Engine engine = db::Engine::kSqlite;

  /// The database is asked and stays as it is: nothing is made or migrated. One that is not there, or of an older
  /// release, is refused.
  bool only_asks = false;

  // SQLite
  std::string path;                    // the file; made with mode 0600 when absent, its folder must exist
  std::size_t write_queue_max = 1024;  // jobs that may wait for the writer; beyond it `submit` says no
  milliseconds busy_timeout{2000};     // how long a write waits for another process that writes

  // PostgreSQL
  std::string url;       // postgres://, postgresql:// or jdbc:postgresql://, several hosts allowed
  std::string username;  // wins over the URL's; empty: the URL's
  SecretBytes password;  // the same
  std::string schema;    // search_path; empty: the server's default
  int pool_size_max = 16;
  milliseconds pool_wait{1000};          // for a free connection; then kBusy
  seconds connect_timeout{3};            // for each host, at least 2 s
  milliseconds statement_timeout{5000};  // set on the server; we give up one second later
};

using db::OpenError;
using db::OpenFailure;

class OpenStore {
 public:
  ~OpenStore();
  OpenStore(const OpenStore&) = delete;
  OpenStore& operator=(const OpenStore&) = delete;

  /// Usable as soon as the database is open: what reads and keeps the wrapped data key.
  [[nodiscard]] Store& store();
  [[nodiscard]] ServerRepo& server();

  /// Every repository, sealing with `sealer`, which outlives this object. Call once.
  [[nodiscard]] Repositories repositories(const crypto::Sealer& sealer);

  /// SQLite: the writer with its group commit, to be the server's store lane. PostgreSQL: null; use a pool of threads.
  [[nodiscard]] LaneExecutor* store_lane();

  /// SQLite: a number that differs from the last answer when any connection or process has committed since; about a
  /// microsecond. PostgreSQL: a new number each time, since only the realms' versions tell. For one polling thread.
  [[nodiscard]] Stored<std::int64_t> change_counter();

  /// Asks the database for an answer; for readiness. Blocks on PostgreSQL.
  [[nodiscard]] Stored<void> ping();

  /// Waits for PostgreSQL since the start, one for each time bytes went out and the answer was waited for. SQLite: 0.
  [[nodiscard]] std::uint64_t round_trips() const;
  /// Group commits of SQLite since the start, and the writes in them; writes off the lane count as groups of one.
  [[nodiscard]] std::uint64_t groups() const;
  [[nodiscard]] std::uint64_t grouped_writes() const;

 private:
  friend Result<std::unique_ptr<OpenStore>, OpenError> open(DatabaseSettings settings, Log& log);
  struct Parts;
  explicit OpenStore(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

/// Opens and migrates. `log` outlives the store. Migrations run under a lease, so several nodes may start at once.
[[nodiscard]] Result<std::unique_ptr<OpenStore>, OpenError> open(DatabaseSettings settings, Log& log);

}  // namespace cardea::store
