// Opening: from nothing, again, at the same time, too new; readiness and the change counter.
#include <sys/stat.h>

#include <filesystem>

#include "db/sqlite/database.h"
#include "store/migrations.h"
#include "tests/store/fixture.h"
#include "tests/support/postgres.h"

namespace cardea {
namespace {

INSTANTIATE_TEST_SUITE_P(Engines, StoreTest, kBothEngines, engine_name);

TEST_P(StoreTest, refuses_a_schema_of_a_newer_release) {
  open();
  close();
  execute("INSERT INTO schema_migrations (number, name) VALUES (999, 'of_the_future')");
  const auto opened = store::open(settings(), log_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().failure, store::OpenFailure::kNewerSchema);
  EXPECT_NE(opened.error().detail.find("999"), std::string::npos) << opened.error().detail;
  EXPECT_EQ(raw("SELECT count(*) || '' FROM schema_migrations WHERE number = 999").front(), "1") << "it was touched";
}

TEST_P(StoreTest, refuses_a_migration_that_fails_and_keeps_nothing_of_it) {
  execute("CREATE TABLE codes (in_the_way INTEGER)");  // what V0001 makes in its middle
  const auto failed = store::open(settings(), log_);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().failure, store::OpenFailure::kMigration);
  EXPECT_NE(failed.error().detail.find("V0001__initial"), std::string::npos) << failed.error().detail;
  execute("DROP TABLE codes");
  open();
  EXPECT_TRUE(opened().ping());
}

TEST_P(StoreTest, migrates_from_nothing_and_then_has_nothing_to_do) {
  open();
  insert_realm();
  close();
  open();
  EXPECT_TRUE(read([&](Rows& rows) { return repos().realms.find_by_name(rows, "demo"); }).value());
  const auto known = store::migrations(GetParam());
  EXPECT_EQ(raw("SELECT max(number) || '' FROM schema_migrations").front(), std::to_string(known.size()));
}

TEST_P(StoreTest, of_nodes_that_start_together_one_migrates_and_all_open) {
  std::array<bool, 6> well{};
  in_parallel(6, [&](int i) { well[static_cast<std::size_t>(i)] = store::open(settings(), log_).has_value(); });
  for (const bool one : well) EXPECT_TRUE(one);
}

TEST_P(StoreTest, both_engines_know_the_same_migrations) {
  const auto sqlite = store::migrations(db::Engine::kSqlite);
  const auto postgres = store::migrations(db::Engine::kPostgres);
  ASSERT_EQ(sqlite.size(), postgres.size());
  for (std::size_t i = 0; i < sqlite.size(); ++i) {
    EXPECT_EQ(sqlite[i].number, postgres[i].number);
    EXPECT_EQ(sqlite[i].name, postgres[i].name);
  }
}

// A file that stands in the folder and not in the table would never run.
TEST_P(StoreTest, every_migration_in_the_folder_is_known) {
  const std::filesystem::directory_iterator files("src/store/migrations");
  EXPECT_EQ(std::distance(begin(files), end(files)), 2 * std::ssize(store::migrations(GetParam())));
}

TEST_P(StoreTest, the_change_counter_tells_of_commits_by_others) {
  open();
  const auto before = opened().change_counter().value();
  if (!is_postgres()) EXPECT_EQ(opened().change_counter().value(), before) << "nothing happened in between";
  auto other = store::open(settings(), log_);
  ASSERT_TRUE(other);
  ASSERT_TRUE(write_to((*other)->store(), [&](Tx& tx) { return (*other)->server().insert(tx, "by-another", "1"); }));
  EXPECT_NE(opened().change_counter().value(), before);
}

TEST_P(StoreTest, answers_pings_and_says_where_reads_run) {
  open();
  EXPECT_TRUE(opened().ping());
  EXPECT_EQ(opened().store().reads_block(), is_postgres());
  EXPECT_EQ(opened().store_lane() == nullptr, is_postgres());
}

TEST_P(StoreTest, server_rows_are_inserted_once) {
  open();
  const std::string wrapped("bytes\0with\xff NUL", 14);
  const auto insert = [&](std::string_view value) {
    return write_to(opened().store(), [&](Tx& tx) { return opened().server().insert(tx, "data-key", value); });
  };
  EXPECT_TRUE(insert(wrapped));
  EXPECT_EQ(insert("another").error(), StoreError::kConflict);
  const auto find = [&](std::string_view name) {
    return read_from(opened().store(), [&](Rows& rows) { return opened().server().find(rows, name); }).value();
  };
  EXPECT_EQ(find("data-key"), wrapped);
  EXPECT_FALSE(find("nothing"));
}

TEST(SqliteOpenTest, refuses_a_folder_that_is_not_there) {
  MemoryLog log;
  store::DatabaseSettings settings;
  settings.path = "/nonexistent-folder/cardea.db";
  const auto opened = store::open(std::move(settings), log);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().failure, store::OpenFailure::kUnavailable);
}

TEST(PostgresOpenTest, refuses_what_does_not_answer_and_never_tells_the_password) {
  MemoryLog log;
  store::DatabaseSettings settings;
  settings.engine = db::Engine::kPostgres;
  settings.url = "postgres://cardea:hunter2@127.0.0.1:1/cardea";
  const auto opened = store::open(std::move(settings), log);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().failure, store::OpenFailure::kUnavailable);
  EXPECT_EQ(opened.error().detail.find("hunter2"), std::string::npos);
}

TEST(PostgresOpenTest, takes_the_jdbc_form_with_user_and_password_apart) {
  auto& server = TestPostgres::shared();
  MemoryLog log;
  const auto open_with = [&](std::string password) {
    store::DatabaseSettings settings;
    settings.engine = db::Engine::kPostgres;
    settings.url = "jdbc:postgresql://127.0.0.1:" + std::to_string(server.port()) + "/" + server.make_database();
    settings.username = "cardea";
    settings.password = SecretBytes(std::move(password));
    return store::open(std::move(settings), log);
  };
  const auto refused = open_with("wrong");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().failure, store::OpenFailure::kUnavailable);
  const auto opened = open_with("cardea");
  ASSERT_TRUE(opened) << opened.error().detail;
}

TEST(PostgresOpenTest, keeps_its_tables_in_the_schema_asked_for) {
  auto& server = TestPostgres::shared();
  MemoryLog log;
  store::DatabaseSettings settings;
  settings.engine = db::Engine::kPostgres;
  const auto database = server.make_database();
  server.execute("CREATE SCHEMA \"My Sso\"", database);
  settings.url = server.url(database);
  settings.schema = "My Sso";
  const auto opened = store::open(std::move(settings), log);
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ(server.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'codes'", database).front(), "My Sso");
}

TEST(SqliteOpenTest, makes_the_file_for_its_owner_alone) {
  std::string folder = testing::TempDir() + "cardea-mode-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  MemoryLog log;
  store::DatabaseSettings settings;
  settings.path = folder + "/cardea.db";
  const auto opened = store::open(std::move(settings), log);
  ASSERT_TRUE(opened);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat about{};
    ASSERT_EQ(::stat((folder + "/cardea.db" + suffix).c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U) << suffix;
  }
}

}  // namespace
}  // namespace cardea
