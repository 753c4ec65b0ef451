// What a write keeps and what it does not: alone, in a group, after an error.
#include <future>

#include "tests/store/fixture.h"

namespace cardea {
namespace {

class TransactionTest : public OpenStoreTest {
 protected:
  void SetUp() override {
    open();
    insert_realm();
  }
  Stored<void> insert_marker(Tx& tx, const char* name) { return repos().server.insert(tx, name, "1"); }
  bool has_marker(const char* name) {
    return read([&](Rows& rows) { return repos().server.find(rows, name); }).value().has_value();
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, TransactionTest, kBothEngines, engine_name);

TEST_P(TransactionTest, refuses_to_keep_anything_of_a_function_that_returns_an_error) {
  const auto done = write([&](Tx& tx) -> Stored<void> {
    EXPECT_TRUE(insert_marker(tx, "one"));
    EXPECT_TRUE(repos().revocations.insert(tx, realm_, "jti", now_));
    return refuse(StoreError::kUnavailable);
  });
  EXPECT_EQ(done.error(), StoreError::kUnavailable);
  EXPECT_FALSE(has_marker("one"));
  EXPECT_FALSE(read([&](Rows& rows) { return repos().revocations.contains(rows, realm_, "jti"); }).value());
}

TEST_P(TransactionTest, refuses_to_commit_after_a_failed_statement_even_if_the_function_says_yes) {
  const auto done = write([&](Tx& tx) -> Stored<void> {
    EXPECT_TRUE(insert_marker(tx, "one"));
    Group group;
    group.id = GroupId("g");
    group.realm = realm_;
    group.parent = GroupId("gone");
    group.name = "staff";
    EXPECT_FALSE(repos().groups.insert(tx, group)) << "a foreign key says no";
    EXPECT_FALSE(insert_marker(tx, "two")) << "the transaction is lost";
    return {};
  });
  EXPECT_EQ(done.error(), StoreError::kConflict);
  EXPECT_FALSE(has_marker("one"));
}

TEST_P(TransactionTest, refuses_to_let_settings_be_remembered_that_may_still_be_lost) {
  const auto done = write([&](Tx& tx) -> Stored<void> {
    EXPECT_TRUE(tx.are_cacheable()) << "nothing was changed yet";
    if (auto raised = repos().realms.raise_version(tx, realm_); !raised) return raised;
    EXPECT_FALSE(tx.are_cacheable());
    return {};
  });
  EXPECT_TRUE(done);
  EXPECT_TRUE(read([&](Rows& rows) -> Stored<bool> { return rows.are_cacheable(); }).value());
}

TEST_P(TransactionTest, a_taken_name_is_an_answer_and_the_transaction_goes_on) {
  ASSERT_TRUE(write([&](Tx& tx) { return insert_marker(tx, "taken"); }));
  const auto done = write([&](Tx& tx) -> Stored<void> {
    EXPECT_EQ(insert_marker(tx, "taken").error(), StoreError::kConflict);
    return insert_marker(tx, "mine");
  });
  EXPECT_TRUE(done);
  EXPECT_TRUE(has_marker("mine"));
}

TEST_P(TransactionTest, a_transaction_sees_what_it_wrote_and_nobody_else_does) {
  ASSERT_TRUE(write([&](Tx& tx) -> Stored<void> {
    EXPECT_TRUE(repos().revocations.insert(tx, realm_, "jti", now_));
    EXPECT_TRUE(repos().revocations.contains(tx, realm_, "jti").value());
    EXPECT_FALSE(read([&](Rows& rows) { return repos().revocations.contains(rows, realm_, "jti"); }).value());
    return {};
  }));
  EXPECT_TRUE(read([&](Rows& rows) { return repos().revocations.contains(rows, realm_, "jti"); }).value());
}

TEST_P(TransactionTest, a_write_that_writes_nothing_succeeds) {
  EXPECT_TRUE(write([](Tx&) -> Stored<void> { return {}; }));
}

TEST_P(TransactionTest, a_large_transaction_is_kept_whole) {
  insert_user("ada");
  constexpr int kRows = 1000;
  ASSERT_TRUE(write([&](Tx& tx) -> Stored<void> {
    for (int i = 0; i < kRows; ++i) {
      const std::string id = "jti-" + std::to_string(i) + std::string(200, 'x');
      if (auto done = repos().revocations.insert(tx, realm_, id, now_); !done) return done;
    }
    return {};
  }));
  EXPECT_EQ(raw("SELECT count(*) || '' FROM revocations").front(), std::to_string(kRows));
}

/// The lane of SQLite. Jobs submitted while a gate holds the writer share one group.
class LaneTest : public TransactionTest {
 protected:
  struct Done {
    Stored<void> answer = refuse(StoreError::kUnavailable);
    std::promise<bool> durable;
  };
  /// Holds the lane until `gate` opens, so that what is submitted meanwhile comes in one group.
  void hold(std::promise<void>& entered, std::shared_future<void> gate) {
    ASSERT_TRUE(opened().store_lane()->submit({[&entered, gate = std::move(gate)] {
                                                 entered.set_value();
                                                 gate.wait();
                                               },
                                               [](bool) {}}));
    entered.get_future().wait();
  }
  void submit(Done& done, std::function<Stored<void>()> work) {
    ASSERT_TRUE(opened().store_lane()->submit({[&done, work = std::move(work)] { done.answer = work(); },
                                               [&done](bool durable) { done.durable.set_value(durable); }}));
  }
};
INSTANTIATE_TEST_SUITE_P(Sqlite, LaneTest, testing::Values(db::Engine::kSqlite), engine_name);

TEST_P(LaneTest, a_failing_job_does_not_undo_its_neighbours) {
  std::promise<void> entered;
  std::promise<void> gate;
  hold(entered, gate.get_future().share());
  Done before;
  Done failing;
  Done broken;
  Done after;
  const auto groups = opened().groups();
  submit(before, [&] { return write([&](Tx& tx) { return insert_marker(tx, "before"); }); });
  submit(failing, [&] {
    return write([&](Tx& tx) -> Stored<void> {
      EXPECT_TRUE(insert_marker(tx, "failing"));
      return refuse(StoreError::kCorrupt);
    });
  });
  submit(broken, [&] {
    return write([&](Tx& tx) -> Stored<void> {
      EXPECT_TRUE(insert_marker(tx, "broken"));
      EXPECT_FALSE(repos().users.add_role(tx, UserId("gone"), RoleId("gone")));
      return {};
    });
  });
  submit(after, [&] { return write([&](Tx& tx) { return insert_marker(tx, "after"); }); });
  gate.set_value();
  EXPECT_TRUE(before.durable.get_future().get());
  EXPECT_TRUE(failing.durable.get_future().get());
  EXPECT_TRUE(broken.durable.get_future().get());
  EXPECT_TRUE(after.durable.get_future().get());
  EXPECT_TRUE(before.answer);
  EXPECT_EQ(failing.answer.error(), StoreError::kCorrupt);
  EXPECT_EQ(broken.answer.error(), StoreError::kConflict);
  EXPECT_TRUE(after.answer);
  EXPECT_TRUE(has_marker("before"));
  EXPECT_FALSE(has_marker("failing"));
  EXPECT_FALSE(has_marker("broken"));
  EXPECT_TRUE(has_marker("after"));
  EXPECT_EQ(opened().groups(), groups + 1) << "one commit for all";
}

TEST_P(LaneTest, readers_see_nothing_of_a_group_before_its_commit) {
  std::promise<void> entered;
  std::promise<void> gate;
  hold(entered, gate.get_future().share());
  Done writing;
  Done looking;
  submit(writing, [&] { return write([&](Tx& tx) { return insert_marker(tx, "new"); }); });
  bool seen = true;
  submit(looking, [&]() -> Stored<void> {
    seen = has_marker("new");
    return {};
  });
  gate.set_value();
  EXPECT_TRUE(writing.durable.get_future().get());
  EXPECT_TRUE(looking.durable.get_future().get());
  EXPECT_FALSE(seen);
  EXPECT_TRUE(has_marker("new"));
}

TEST_P(LaneTest, writes_of_other_threads_wait_for_the_group_and_lose_nothing) {
  constexpr int kEach = 50;
  std::array<std::vector<Done>, 4> done;
  in_parallel(8, [&](int thread) {
    const auto name = [thread](int i) { return "m" + std::to_string(thread) + "-" + std::to_string(i); };
    if (thread % 2 == 0) {
      auto& mine = done[static_cast<std::size_t>(thread / 2)];
      mine.resize(kEach);
      for (int i = 0; i < kEach; ++i) {
        submit(mine[static_cast<std::size_t>(i)],
               [this, marker = name(i)] { return write([&](Tx& tx) { return insert_marker(tx, marker.c_str()); }); });
      }
      for (auto& one : mine) EXPECT_TRUE(one.durable.get_future().get());
    } else {
      for (int i = 0; i < kEach; ++i) {
        EXPECT_TRUE(write([&](Tx& tx) { return insert_marker(tx, name(i).c_str()); }));
      }
    }
  });
  EXPECT_EQ(raw("SELECT 'm' FROM server").size(), 8U * kEach);
  EXPECT_EQ(opened().grouped_writes(), 8U * kEach + 1) << "and the realm";
}

}  // namespace
}  // namespace cardea
