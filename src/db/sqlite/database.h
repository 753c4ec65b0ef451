// A SQLite file as a Database.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/log.h"
#include "db/database.h"
#include "db/sqlite/readers.h"
#include "db/sqlite/writer.h"

namespace cardea::db {

struct SqliteSettings {
  std::string path;  // made with mode 0600 when absent
  std::size_t write_queue_max = 1024;
  milliseconds busy_timeout{2000};  // how long a write waits for another process that writes
};

class SqliteDatabase final : public Database {
 public:
  static Result<std::unique_ptr<SqliteDatabase>, OpenError> open(const SqliteSettings& settings, Log& log);

  [[nodiscard]] Engine engine() const override { return Engine::kSqlite; }
  Result<void, DbError> read(ReadBody body) override;
  Result<void, DbError> write(WriteBody body) override { return writer_.write(body); }
  Result<void, OpenError> migrate(std::span<const Migration> known) override;

  [[nodiscard]] SqliteWriter& writer() { return writer_; }
  /// Differs from the last answer when any connection or process has committed since.
  [[nodiscard]] Result<std::int64_t, DbError> data_version();

 private:
  SqliteDatabase(const SqliteSettings& settings, std::unique_ptr<SqliteConnection> writing,
                 std::unique_ptr<SqliteConnection> watching, Log& log);

  std::unique_ptr<SqliteConnection> writing_;
  std::mutex watching_mutex_;
  std::unique_ptr<SqliteConnection> watching_;  // data versions are comparable on one connection only
  SqliteReaders readers_;
  SqliteWriter writer_;  // last: its thread stops first
};

}  // namespace cardea::db
