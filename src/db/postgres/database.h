// A PostgreSQL database as a Database. Version 15 or newer; READ COMMITTED.
#pragma once

#include <memory>

#include "base/log.h"
#include "base/metrics.h"
#include "db/database.h"
#include "db/postgres/pool.h"

namespace cardea::db {

class PostgresDatabase final : public Database {
 public:
  /// Checks that the server can be reached with these settings.
  static Result<std::unique_ptr<PostgresDatabase>, OpenError> open(const PostgresSettings& settings, Log& log);

  [[nodiscard]] Engine engine() const override { return Engine::kPostgres; }
  Result<void, DbError> read(ReadBody body) override;
  Result<void, DbError> write(WriteBody body) override;
  Result<void, OpenError> migrate(std::span<const Migration> known) override;

  /// Times that bytes went out and the answer was waited for.
  [[nodiscard]] std::uint64_t round_trips() const { return round_trips_.value(); }

 private:
  PostgresDatabase(PostgresTarget target, const PostgresSettings& settings, Log& log);

  PostgresTarget target_;
  PgHandle first_;  // from open() until migrate(), which gives it to the pool
  Counter round_trips_;
  PgPool pool_;
};

}  // namespace cardea::db
