#include "app/wire/database.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "db/sqlite/database.h"
#include "tests/support/memory_log.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_folder.h"

namespace cardea::app {
namespace {

using testing::HasSubstr;

class DatabaseTest : public testing::Test {
 protected:
  DatabaseTest() { settings_.data_dir = folder_ / "data"; }

  std::string refusal() {
    const auto opened = OpenDatabase::open(settings_, {}, log_, random_);
    return opened ? "opened" : opened.error();
  }

  TemporaryFolder folder_;
  ServerSettings settings_;
  MemoryLog log_;
  SeededRandom random_{7};
};

TEST_F(DatabaseTest, refuses_another_master_key) {
  ASSERT_EQ(refusal(), "opened");
  std::filesystem::remove(folder_ / "data/master.key");
  settings_.master_key = SecretBytes::copy_of("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=");
  EXPECT_EQ(refusal(), "the master key from KC_MASTER_KEY is not the one this database was made with");
}

TEST_F(DatabaseTest, refuses_to_make_a_second_key_for_a_database_that_is_there) {
  ASSERT_EQ(refusal(), "opened");
  std::filesystem::remove(folder_ / "data/master.key");
  EXPECT_THAT(refusal(), HasSubstr("there is no master key"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "data/master.key"));
}

TEST_F(DatabaseTest, refuses_a_second_server) {
  const auto first = OpenDatabase::open(settings_, {}, log_, random_);
  ASSERT_TRUE(first) << first.error();
  EXPECT_THAT(refusal(), HasSubstr("another server"));
}

TEST_F(DatabaseTest, refuses_to_make_a_database_in_order_to_ask_it) {
  const auto asked = OpenDatabase::open_as_it_is(settings_, {}, log_, random_);
  ASSERT_FALSE(asked);
  EXPECT_THAT(asked.error(), HasSubstr("there is no database"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "data"));
}

TEST_F(DatabaseTest, refuses_to_migrate_a_database_in_order_to_ask_it) {
  ASSERT_EQ(refusal(), "opened");
  const auto path = std::string(folder_ / "data/cardea.db");
  const auto newest = [&](std::string_view change) {
    auto database = db::SqliteDatabase::open({.path = path}, log_);
    EXPECT_TRUE(database);
    static constexpr db::Sql kForget{
        "DELETE FROM schema_migrations WHERE number = (SELECT max(number) FROM schema_migrations)"};
    static constexpr db::Sql kNewest{"SELECT max(number) FROM schema_migrations"};
    std::int64_t number = 0;
    EXPECT_TRUE((*database)->write([&](db::Session& session) {
      if (!change.empty()) EXPECT_TRUE(session.run(kForget, {}, [](const db::Row&) {}));
      EXPECT_TRUE(session.run(kNewest, {}, [&](const db::Row& row) { number = row.integer(0); }));
      return db::Verdict::kCommit;
    }));
    return number;
  };
  EXPECT_TRUE(OpenDatabase::open_as_it_is(settings_, {}, log_, random_));
  const auto before = newest("forget");
  const auto asked = OpenDatabase::open_as_it_is(settings_, {}, log_, random_);
  ASSERT_FALSE(asked);
  EXPECT_THAT(asked.error(), HasSubstr("older release"));
  EXPECT_EQ(newest(""), before);
}

// A start that ended before its key was kept: the next server makes one, who only asks does not.
TEST_F(DatabaseTest, refuses_to_make_a_data_key_in_order_to_ask) {
  ASSERT_EQ(refusal(), "opened");
  const auto without_key = [&] {
    db::Sql remove{"DELETE FROM server WHERE name = 'data-key'"};
    auto opened = db::SqliteDatabase::open({folder_ / "data/cardea.db"}, log_);
    ASSERT_TRUE(opened);
    ASSERT_TRUE((*opened)->write([&](db::Session& session) {
      EXPECT_TRUE(session.change(remove, {}));
      return db::Verdict::kCommit;
    }));
  };
  without_key();
  for (int i = 0; i < 2; ++i) {
    const auto asked = OpenDatabase::open_as_it_is(settings_, {}, log_, random_);
    ASSERT_FALSE(asked) << "made by the first of them";
    EXPECT_THAT(asked.error(), HasSubstr("has no data key"));
  }
}

TEST_F(DatabaseTest, refuses_postgres_that_is_not_there) {
  settings_.db = Database::kPostgres;
  settings_.db_url = "postgresql://127.0.0.1:1/none";
  settings_.db_pool_max_size = 1;
  settings_.master_key = SecretBytes::copy_of("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=");
  EXPECT_NE(refusal(), "opened");
}

TEST_F(DatabaseTest, what_was_sealed_is_read_after_a_restart) {
  std::string sealed;
  {
    const auto first = OpenDatabase::open(settings_, {}, log_, random_);
    ASSERT_TRUE(first) << first.error();
    sealed = (*first)->sealer().seal("hush", "place");
  }
  const auto second = OpenDatabase::open(settings_, {}, log_, random_);
  ASSERT_TRUE(second) << second.error();
  EXPECT_EQ((*second)->sealer().open(sealed, "place")->reveal(), "hush");
  EXPECT_TRUE((*second)->store().ping());
}

}  // namespace
}  // namespace cardea::app
