#include "db/sqlite/writer.h"

#include <barrier>
#include <future>

#include "db/sqlite/test_file.h"
#include "tests/support/memory_log.h"

namespace cardea::db {
namespace {

constexpr Sql kInsert{"INSERT INTO t (id) VALUES (?1)"};
constexpr Sql kInsertChild{"INSERT INTO child (parent) VALUES (?1)"};
constexpr Sql kAll{"SELECT id FROM t ORDER BY id"};

class SqliteWriterTest : public testing::Test {
 protected:
  SqliteWriterTest() {
    connection = std::move(*SqliteConnection::open(file.path(), SqliteRole::kWriter, milliseconds(0), log));
    EXPECT_TRUE(
        connection->run_script("CREATE TABLE t (id INTEGER PRIMARY KEY);"
                               "CREATE TABLE child (parent INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)"));
    writer = std::make_unique<SqliteWriter>(*connection, 100, log);
  }

  Result<void, DbError> insert(int id, Verdict verdict = Verdict::kCommit) {
    return writer->write([&](Session& session) {
      (void)session.change(kInsert, {id});
      return verdict;
    });
  }
  /// What another connection sees: what is committed.
  std::vector<std::int64_t> committed() {
    auto reader = std::move(*SqliteConnection::open(file.path(), SqliteRole::kReader, milliseconds(0), log));
    std::vector<std::int64_t> ids;
    EXPECT_TRUE(reader->run(kAll, {}, [&](const Row& row) { ids.push_back(row.integer(0)); }));
    return ids;
  }
  /// Occupies the writer's thread until `release`, so that jobs submitted meanwhile come in one group.
  void hold() {
    EXPECT_TRUE(writer->submit({[this] {
                                  held.set_value();
                                  gate.get_future().wait();
                                },
                                [](bool) {}}));
    held.get_future().wait();
  }
  void release() { gate.set_value(); }
  std::future<bool> submit(MoveOnlyFunction<> work) {
    auto durable = std::make_shared<std::promise<bool>>();
    auto answer = durable->get_future();
    EXPECT_TRUE(writer->submit({std::move(work), [durable](bool kept) { durable->set_value(kept); }}));
    return answer;
  }

  TestFile file;
  MemoryLog log;
  std::unique_ptr<SqliteConnection> connection;
  std::unique_ptr<SqliteWriter> writer;
  std::promise<void> held;
  std::promise<void> gate;
};

using SqliteWriterDeathTest = SqliteWriterTest;

TEST_F(SqliteWriterDeathTest, refuses_a_write_inside_a_write) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH((void)writer->write([&](Session&) {
    (void)insert(1);
    return Verdict::kCommit;
  }),
               "in_body_");
}

TEST_F(SqliteWriterTest, refuses_jobs_beyond_the_queue_without_calling_them) {
  writer = std::make_unique<SqliteWriter>(*connection, 2, log);
  hold();
  auto first = submit([] {});
  auto second = submit([] {});
  EXPECT_EQ(writer->queued(), 2U);
  EXPECT_FALSE(writer->submit({[] { ADD_FAILURE(); }, [](bool) { ADD_FAILURE(); }}));
  release();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
}

TEST_F(SqliteWriterTest, refuses_to_call_a_job_durable_whose_group_did_not_commit) {
  hold();
  Result<void, DbError> kept;
  Result<void, DbError> refused;
  auto writes = submit([&] { kept = insert(1); });
  auto rolled_back = submit([&] { refused = insert(2, Verdict::kRollBack); });
  auto breaks_commit = submit([&] {
    (void)writer->write([](Session& session) {
      (void)session.change(kInsertChild, {99});  // no such parent: found out at COMMIT
      return Verdict::kCommit;
    });
  });
  auto writes_nothing = submit([] {});
  release();
  EXPECT_FALSE(writes.get());
  EXPECT_FALSE(rolled_back.get()) << "it may have seen what now never was";
  EXPECT_FALSE(breaks_commit.get());
  EXPECT_TRUE(writes_nothing.get());
  EXPECT_TRUE(kept) << "inside the group it had worked";
  EXPECT_TRUE(committed().empty());
  EXPECT_EQ(writer->groups(), 0U);
  EXPECT_TRUE(insert(3)) << "the next one is not touched by it";
}

TEST_F(SqliteWriterTest, refuses_the_whole_group_once_while_another_process_writes) {
  auto other = std::move(*SqliteConnection::open(file.path(), SqliteRole::kWriter, milliseconds(0), log));
  ASSERT_TRUE(other->run_script("BEGIN IMMEDIATE"));
  hold();
  Result<void, DbError> first;
  Result<void, DbError> second;
  auto one = submit([&] { first = insert(1); });
  auto two = submit([&] { second = insert(2); });
  release();
  EXPECT_TRUE(one.get()) << "nothing was written, so the refusal may be answered";
  EXPECT_TRUE(two.get());
  EXPECT_EQ(first.error(), DbError::kBusy);
  EXPECT_EQ(second.error(), DbError::kBusy);
  ASSERT_TRUE(other->run_script("ROLLBACK"));
  // The refused group stays open for kGroupAgeMax at most and takes in who comes meanwhile; the next one writes.
  Result<void, DbError> third = refuse(DbError::kBusy);
  for (int i = 0; i < 10'000 && !third && third.error() == DbError::kBusy; ++i) {
    EXPECT_TRUE(submit([&] { third = insert(3); }).get());
  }
  EXPECT_TRUE(third);
}

TEST_F(SqliteWriterTest, refuses_to_hide_from_a_neighbour_what_the_group_changed) {
  hold();
  std::vector<bool> seen;
  const auto look = [&](bool change) {
    return writer->write([&, change](Session& session) {
      seen.push_back(session.has_changed_cached_rows());
      if (change) session.note_change_of_cached_rows();
      return Verdict::kCommit;
    });
  };
  auto first = submit([&] { EXPECT_TRUE(look(true)); });
  auto second = submit([&] { EXPECT_TRUE(look(false)); });
  release();
  EXPECT_TRUE(first.get() && second.get());
  EXPECT_EQ(seen, (std::vector<bool>{false, true}));
}

TEST_F(SqliteWriterTest, refuses_queued_jobs_when_it_stops_but_finishes_its_group) {
  writer = std::make_unique<SqliteWriter>(*connection, std::numeric_limits<std::size_t>::max(), log);
  hold();
  auto queued = submit([] { ADD_FAILURE() << "never run"; });
  auto* running = writer.get();  // lives until the group it holds has ended
  std::thread stopping([&] { writer.reset(); });
  while (running->submit({[] {}, [](bool) {}})) {  // a queue without a bound refuses for one reason: it is stopping
    std::this_thread::yield();
  }
  release();
  stopping.join();
  EXPECT_FALSE(queued.get());
}

TEST_F(SqliteWriterTest, a_group_is_one_commit_and_each_job_its_own_savepoint) {
  hold();
  std::vector<std::future<bool>> jobs;
  for (int id = 1; id <= 10; ++id) {
    jobs.push_back(submit([this, id] { (void)insert(id, id % 2 == 0 ? Verdict::kRollBack : Verdict::kCommit); }));
  }
  jobs.push_back(submit([this] { EXPECT_EQ(insert(1).error(), DbError::kConflict); }));
  release();
  for (auto& job : jobs) EXPECT_TRUE(job.get());
  EXPECT_EQ(committed(), (std::vector<std::int64_t>{1, 3, 5, 7, 9}));
  EXPECT_EQ(writer->groups(), 1U);
  EXPECT_EQ(writer->grouped_writes(), 5U);
}

TEST_F(SqliteWriterTest, a_job_may_write_twice_and_each_write_stands_alone) {
  EXPECT_TRUE(submit([this] {
                EXPECT_TRUE(insert(1));
                EXPECT_TRUE(insert(2, Verdict::kRollBack));
                EXPECT_TRUE(insert(3));
              }).get());
  EXPECT_EQ(committed(), (std::vector<std::int64_t>{1, 3}));
}

TEST_F(SqliteWriterTest, a_group_is_not_larger_than_its_bound) {
  hold();
  std::vector<std::future<bool>> jobs;
  for (std::size_t id = 1; id <= kGroupJobsMax + 5; ++id) {
    jobs.push_back(submit([this, id] { (void)insert(static_cast<int>(id)); }));
  }
  release();
  for (auto& job : jobs) EXPECT_TRUE(job.get());
  EXPECT_GE(writer->groups(), 2U);
}

TEST_F(SqliteWriterTest, a_write_of_another_thread_is_durable_when_it_returns) {
  EXPECT_TRUE(insert(1));
  EXPECT_EQ(committed(), std::vector<std::int64_t>{1});
  EXPECT_TRUE(insert(2, Verdict::kRollBack));
  EXPECT_EQ(insert(1).error(), DbError::kConflict);
  EXPECT_EQ(committed(), std::vector<std::int64_t>{1});
}

}  // namespace
}  // namespace cardea::db
