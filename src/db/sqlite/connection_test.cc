#include "db/sqlite/connection.h"

#include "db/sqlite/session.h"
#include "db/sqlite/test_file.h"
#include "tests/support/memory_log.h"

namespace cardea::db {
namespace {

constexpr Sql kInsert{"INSERT INTO t (id, text, blob, flag) VALUES (?1, ?2, ?3, ?4)"};
constexpr Sql kSelect{"SELECT id, text, blob, flag FROM t ORDER BY id"};
constexpr Sql kWrong{"SELECT nothing FROM nowhere"};
constexpr Sql kCount{"SELECT count(*) FROM t"};

class SqliteConnectionTest : public testing::Test {
 protected:
  SqliteConnectionTest() {
    connection = std::move(*SqliteConnection::open(file.path(), SqliteRole::kWriter, milliseconds(0), log));
    EXPECT_TRUE(connection->run_script("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT, blob BLOB, flag INTEGER)"));
  }
  Result<std::int64_t, DbError> insert(int id, const Value& text) {
    return connection->run(kInsert, {id, text, Value::blob(std::string_view("\0b", 2)), true}, [](const Row&) {});
  }
  std::int64_t count() {
    std::int64_t rows = -1;
    EXPECT_TRUE(connection->run(kCount, {}, [&](const Row& row) { rows = row.integer(0); }));
    return rows;
  }

  TestFile file;
  MemoryLog log;
  std::unique_ptr<SqliteConnection> connection;
};

TEST_F(SqliteConnectionTest, refuses_a_taken_key_as_a_conflict_and_logs_nothing) {
  ASSERT_TRUE(insert(1, "a"));
  EXPECT_EQ(insert(1, "b").error(), DbError::kConflict);
  EXPECT_FALSE(log.contains("sql_failed"));
}

TEST_F(SqliteConnectionTest, refuses_a_statement_it_does_not_understand_and_logs_no_values) {
  EXPECT_EQ(connection->run(kWrong).error(), DbError::kBroken);
  EXPECT_TRUE(log.contains("sql_failed"));
  EXPECT_EQ(insert(1, std::string_view("secret\0value", 12)).error(), DbError::kBroken);
  EXPECT_FALSE(log.contains("secret"));
  EXPECT_EQ(count(), 0);
}

TEST_F(SqliteConnectionTest, refuses_writes_of_readers) {
  auto reader = std::move(*SqliteConnection::open(file.path(), SqliteRole::kReader, milliseconds(0), log));
  const auto done = reader->run(kInsert, {1, "a", Value::blob(""), true}, [](const Row&) {});
  EXPECT_EQ(done.error(), DbError::kUnavailable);
}

TEST_F(SqliteConnectionTest, refuses_to_wait_for_a_lock_beyond_its_time) {
  auto other = std::move(*SqliteConnection::open(file.path(), SqliteRole::kWriter, milliseconds(0), log));
  ASSERT_TRUE(other->run_script("BEGIN IMMEDIATE"));
  EXPECT_EQ(insert(1, "a").error(), DbError::kBusy);
  ASSERT_TRUE(other->run_script("ROLLBACK"));
  EXPECT_TRUE(insert(1, "a"));
}

TEST_F(SqliteConnectionTest, refuses_every_statement_of_a_session_after_the_first_error) {
  SqliteSession session(*connection);
  ASSERT_TRUE(session.change(kInsert, {1, "a", Value::blob(""), true}));
  EXPECT_EQ(session.send(kInsert, {1, "a", Value::blob(""), true}).error(), DbError::kConflict);
  EXPECT_EQ(session.change(kInsert, {2, "a", Value::blob(""), true}).error(), DbError::kConflict);
  EXPECT_EQ(session.failure(), DbError::kConflict);
  EXPECT_EQ(count(), 1);
}

TEST_F(SqliteConnectionTest, values_come_back_as_they_went) {
  ASSERT_TRUE(insert(-7, "t\u00e4xt"));
  ASSERT_TRUE(insert(8, Value::null(Value::Kind::kText)));
  ASSERT_TRUE(insert(9, ""));
  std::vector<std::string> seen;
  const auto rows = connection->run(kSelect, {}, [&](const Row& row) {
    seen.push_back(std::to_string(row.integer(0)) + (row.is_null(1) ? "null" : std::string(row.bytes(1))));
    EXPECT_EQ(row.bytes(2), std::string_view("\0b", 2));
    EXPECT_TRUE(row.boolean(3));
  });
  EXPECT_EQ(*rows, 3);
  EXPECT_EQ(seen, (std::vector<std::string>{"-7t\u00e4xt", "8null", "9"}));
}

TEST_F(SqliteConnectionTest, tells_of_commits_by_other_connections_only) {
  const auto before = connection->data_version();
  ASSERT_TRUE(insert(1, "a"));
  EXPECT_EQ(*connection->data_version(), *before);
  auto other = std::move(*SqliteConnection::open(file.path(), SqliteRole::kWriter, milliseconds(0), log));
  ASSERT_TRUE(other->run_script("INSERT INTO t (id) VALUES (2)"));
  EXPECT_NE(*connection->data_version(), *before);
}

TEST(SqliteErrorTest, codes_become_what_a_caller_can_act_on) {
  EXPECT_EQ(classify_sqlite(SQLITE_CONSTRAINT_UNIQUE), DbError::kConflict);
  EXPECT_EQ(classify_sqlite(SQLITE_CONSTRAINT_FOREIGNKEY), DbError::kConflict);
  EXPECT_EQ(classify_sqlite(SQLITE_CONSTRAINT_NOTNULL), DbError::kBroken);
  EXPECT_EQ(classify_sqlite(SQLITE_BUSY_SNAPSHOT), DbError::kBusy);
  EXPECT_EQ(classify_sqlite(SQLITE_IOERR_FSYNC), DbError::kUnavailable);
  EXPECT_EQ(classify_sqlite(SQLITE_FULL), DbError::kUnavailable);
  EXPECT_EQ(classify_sqlite(SQLITE_CORRUPT), DbError::kBroken);
}

}  // namespace
}  // namespace cardea::db
