#include "db/postgres/migrate.h"

#include <fmt/format.h>

#include <optional>

namespace cardea::db {
namespace {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

constexpr const char* kTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL);"
    "INSERT INTO schema_migrations (number, name) VALUES (0, 'lease') ON CONFLICT DO NOTHING";
constexpr std::string_view kUndefinedTable = "42P01";  // appendix A of PostgreSQL's manual
constexpr const char* kApplied = "SELECT max(number) FROM schema_migrations";
constexpr const char* kBegin = "BEGIN; SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = 0";
constexpr const char* kLease = "SELECT 1 FROM schema_migrations WHERE number = 0 FOR UPDATE";
constexpr int kTableAttemptsMax = 10;

class Migrator {
 public:
  Migrator(PGconn& connection, std::span<const Migration> known) : connection_(connection), known_(known) {}

  Result<void, OpenError> run() {
    auto done = is_up_to_date();
    if (!done) return refuse(done.error());
    if (*done) return {};
    if (auto made = make_table(); !made) return made;
    auto moved = bring_forward();
    if (!moved) (void)execute("ROLLBACK");
    return moved;
  }

 private:
  Result<ResultHandle, std::string> execute(const std::string& sql) {
    ResultHandle result(PQexec(&connection_, sql.c_str()));
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      const char* primary = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
      return refuse(std::string(primary == nullptr ? PQerrorMessage(&connection_) : primary));
    }
    return result;
  }

  static OpenError failed(std::string detail) { return {OpenFailure::kMigration, std::move(detail)}; }

  Result<std::int64_t, OpenError> applied() {
    auto read = execute(kApplied);
    if (!read) return refuse(failed(read.error()));
    return std::strtoll(PQgetvalue(read->get(), 0, 0), nullptr, 10);
  }

  /// One round trip where the database has been used before: every start waits for it.
  Result<bool, OpenError> is_up_to_date() {
    const ResultHandle read(PQexec(&connection_, kApplied));
    if (PQresultStatus(read.get()) != PGRES_TUPLES_OK) {
      const char* state = PQresultErrorField(read.get(), PG_DIAG_SQLSTATE);
      if (state != nullptr && state == kUndefinedTable) return false;
      return refuse(failed(PQerrorMessage(&connection_)));
    }
    const auto rest = pending(std::strtoll(PQgetvalue(read.get(), 0, 0), nullptr, 10), known_);
    if (!rest) return refuse(rest.error());
    return rest->empty();
  }

  /// CREATE TABLE IF NOT EXISTS fails when two nodes run it at the same moment; the second attempt finds the table.
  Result<void, OpenError> make_table() {
    std::string problem;
    for (int i = 0; i < kTableAttemptsMax; ++i) {
      const auto made = execute(kTable);
      if (made) return {};
      problem = made.error();
    }
    return refuse(failed(problem));
  }

  Result<void, OpenError> bring_forward() {
    for (const char* statement : {kBegin, kLease}) {
      if (auto ran = execute(statement); !ran) return refuse(failed(ran.error()));
    }
    const auto number = applied();  // again: another node may have been first
    if (!number) return refuse(number.error());
    const auto rest = pending(*number, known_);
    if (!rest) return refuse(rest.error());
    for (const Migration& migration : *rest) {
      auto ran = execute(std::string(migration.sql));
      if (ran) ran = execute(note(migration));
      if (!ran) {
        return refuse(failed(fmt::format("V{:04}__{}: {}", migration.number, migration.name, ran.error())));
      }
    }
    if (auto kept = execute("COMMIT"); !kept) return refuse(failed(kept.error()));
    return {};
  }

  /// Names are our own file names: letters, digits and underscores.
  static std::string note(const Migration& migration) {
    return fmt::format("INSERT INTO schema_migrations (number, name) VALUES ({}, '{}')", migration.number,
                       migration.name);
  }

  PGconn& connection_;
  std::span<const Migration> known_;
};

}  // namespace

Result<void, OpenError> migrate_postgres(PGconn& connection, std::span<const Migration> known) {
  PQsetNoticeProcessor(&connection, [](void*, const char*) {}, nullptr);  // "table exists already"
  return Migrator(connection, known).run();
}

}  // namespace cardea::db
