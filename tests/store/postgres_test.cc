// What only PostgreSQL can do to us: retries, lost connections, failing commits, slow answers; and what it costs in
// round trips (architecture section 4).
#include <signal.h>

#include <atomic>
#include <barrier>

#include "db/database.h"
#include "store/handle.h"
#include "tests/store/fixture.h"
#include "tests/support/postgres.h"

namespace cardea {
namespace {

constexpr db::Sql kBackend{"SELECT pg_backend_pid()"};
constexpr db::Sql kSleep{"SELECT pg_sleep(30)"};
constexpr db::Sql kSerializationFailure{"SELECT fail_with('40001')"};

/// A database of its own, so that ending its connections ends nobody else's.
class PostgresTest : public testing::Test {
 protected:
  PostgresTest() : database_(server_.make_database()) {
    settings_.engine = db::Engine::kPostgres;
    settings_.url = server_.url(database_);
    std::vector<SecretBytes> keys;
    keys.emplace_back(std::string(crypto::kSealKeyBytes, 'k'));
    sealer_ = std::make_unique<crypto::Sealer>(std::move(keys));
  }

  void open() {
    store::DatabaseSettings settings;
    settings.engine = settings_.engine;
    settings.url = settings_.url;
    settings.pool_size_max = settings_.pool_size_max;
    settings.pool_wait = settings_.pool_wait;
    settings.statement_timeout = settings_.statement_timeout;
    auto opened = store::open(std::move(settings), log_);
    ASSERT_TRUE(opened) << opened.error().detail;
    opened_ = std::move(*opened);
    repositories_.emplace(opened_->repositories(*sealer_));
    execute(
        "CREATE FUNCTION fail_with(code text) RETURNS int LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = code; END $$");
  }
  void execute(const std::string& sql) { (void)server_.execute(sql, database_); }
  Repositories& repos() { return *repositories_; }
  Store& store() { return opened_->store(); }
  Stored<void> revoke(Tx& tx, const char* token) { return repos().revocations.insert(tx, realm_, token, now_); }
  bool is_revoked(const char* token) {
    return read_from(store(), [&](Rows& rows) { return repos().revocations.contains(rows, realm_, token); }).value();
  }
  /// Round trips of `function`.
  template <class F>
  std::uint64_t cost(F&& function) {
    const auto before = opened_->round_trips();
    function();
    return opened_->round_trips() - before;
  }

  TestPostgres& server_ = TestPostgres::shared();
  MemoryLog log_;
  store::DatabaseSettings settings_;
  const RealmId realm_{"realm"};
  const TimePoint now_ = from_epoch_seconds(1'790'000'000);
  std::string database_;
  std::unique_ptr<crypto::Sealer> sealer_;
  std::unique_ptr<store::OpenStore> opened_;
  std::optional<Repositories> repositories_;
};

TEST_F(PostgresTest, refuses_a_server_that_is_read_only) {
  execute("ALTER DATABASE " + database_ + " SET default_transaction_read_only = on");
  store::DatabaseSettings settings;
  settings.engine = db::Engine::kPostgres;
  settings.url = settings_.url;
  const auto opened = store::open(std::move(settings), log_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().failure, store::OpenFailure::kUnavailable);
}

TEST_F(PostgresTest, a_serialization_failure_runs_the_function_again_from_the_start) {
  open();
  int runs = 0;
  const auto done = store().write([&](Tx& tx) -> Stored<void> {
    EXPECT_TRUE(revoke(tx, ("run-" + std::to_string(++runs)).c_str()));
    if (runs < 3) (void)store::session_of(tx).change(kSerializationFailure, {});
    return {};
  });
  EXPECT_TRUE(done);
  EXPECT_EQ(runs, 3);
  EXPECT_FALSE(is_revoked("run-1"));
  EXPECT_FALSE(is_revoked("run-2"));
  EXPECT_TRUE(is_revoked("run-3"));
}

TEST_F(PostgresTest, refuses_to_run_a_function_again_for_ever) {
  open();
  int runs = 0;
  const auto done = store().write([&](Tx& tx) -> Stored<void> {
    ++runs;
    (void)store::session_of(tx).change(kSerializationFailure, {});
    return {};
  });
  EXPECT_EQ(done.error(), StoreError::kBusy);
  EXPECT_EQ(runs, db::kAttemptsMax);
}

TEST_F(PostgresTest, of_two_transactions_in_a_deadlock_both_succeed_in_the_end) {
  static constexpr db::Sql kAdd{"UPDATE counters SET n = n + 1 WHERE id = ?1"};
  open();
  execute("CREATE TABLE counters (id BIGINT PRIMARY KEY, n BIGINT); INSERT INTO counters VALUES (0, 0), (1, 0)");
  std::barrier both_hold_one(2);
  std::atomic<int> runs{0};
  std::vector<std::thread> threads;
  for (const int first : {0, 1}) {
    threads.emplace_back([&, first] {
      bool is_first_run = true;
      const auto done = store().write([&](Tx& tx) -> Stored<void> {
        ++runs;
        auto& session = store::session_of(tx);
        (void)session.change(kAdd, {first});
        if (std::exchange(is_first_run, false)) both_hold_one.arrive_and_wait();
        (void)session.change(kAdd, {1 - first});
        return {};
      });
      EXPECT_TRUE(done) << describe(done.error());
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_GE(runs, 3) << "there was no deadlock to survive";
  EXPECT_EQ(server_.execute("SELECT sum(n) FROM counters", database_).front(), "4");
}

TEST_F(PostgresTest, refuses_to_go_on_when_the_connection_dies_inside_a_transaction_and_then_recovers) {
  open();
  int runs = 0;
  const auto done = store().write([&](Tx& tx) -> Stored<void> {
    ++runs;
    EXPECT_TRUE(revoke(tx, "lost"));
    EXPECT_TRUE(store::session_of(tx).change(kBackend, {}));
    server_.disconnect_all(database_);
    EXPECT_FALSE(store::session_of(tx).change(kBackend, {}));
    return {};
  });
  EXPECT_EQ(done.error(), StoreError::kUnavailable);
  EXPECT_EQ(runs, 1);
  EXPECT_FALSE(is_revoked("lost"));
  EXPECT_TRUE(store().write([&](Tx& tx) { return revoke(tx, "kept"); }));
  EXPECT_TRUE(is_revoked("kept"));
}

TEST_F(PostgresTest, connections_that_died_while_idle_cost_no_request) {
  open();
  ASSERT_TRUE(opened_->ping());
  server_.disconnect_all(database_);
  EXPECT_TRUE(opened_->ping());
  server_.disconnect_all(database_);
  EXPECT_TRUE(store().write([&](Tx& tx) { return revoke(tx, "kept"); }));
  server_.crash_and_restart();
  EXPECT_TRUE(opened_->ping());
  EXPECT_TRUE(is_revoked("kept")) << "acknowledged before the crash";
}

/// The server ends the connection in the middle of COMMIT.
class LostCommitTest : public PostgresTest {
 protected:
  void SetUp() override {
    open();
    execute(
        "CREATE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON revocations DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW WHEN (NEW.token_id = 'fatal') EXECUTE FUNCTION end_connection()");
  }
};

TEST_F(LostCommitTest, refuses_to_guess_or_to_run_again_when_the_connection_dies_in_commit) {
  int runs = 0;
  const auto done = store().write([&](Tx& tx) -> Stored<void> {
    ++runs;
    if (auto sent = revoke(tx, "fatal"); !sent) return sent;
    EXPECT_TRUE(store::session_of(tx).change(kBackend, {})) << "so there is a BEGIN and a COMMIT";
    return {};
  });
  EXPECT_EQ(done.error(), StoreError::kUnknown);
  EXPECT_EQ(runs, 1);
  EXPECT_TRUE(opened_->ping()) << "the pool recovers";
}

TEST_F(LostCommitTest, refuses_to_guess_when_statements_and_commit_travel_together) {
  int runs = 0;
  const auto done = store().write([&](Tx& tx) {
    ++runs;
    return revoke(tx, "fatal");
  });
  EXPECT_EQ(done.error(), StoreError::kUnknown);
  EXPECT_EQ(runs, 1);
  EXPECT_TRUE(opened_->ping());
}

TEST_F(LostCommitTest, a_commit_that_the_server_refuses_is_no_unknown_outcome) {
  execute(
      "CREATE CONSTRAINT TRIGGER at_commit_refuse AFTER INSERT ON codes DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION end_connection()");
  execute(
      "CREATE OR REPLACE FUNCTION end_connection() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '23505'; END $$");
  AuthorizationCode code;
  code.hash = "h";
  code.realm = realm_;
  const auto done = store().write([&](Tx& tx) { return repos().codes.insert(tx, code); });
  EXPECT_EQ(done.error(), StoreError::kConflict);
  EXPECT_TRUE(opened_->ping());
}

/// An administrator cancels the wait for a standby: the commit is kept here and perhaps lost with this machine.
TEST_F(PostgresTest, refuses_to_call_a_commit_durable_that_no_standby_has) {
  open();
  (void)server_.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  (void)server_.execute("SELECT pg_reload_conf()");
  std::atomic<bool> answered{false};
  Stored<void> last;
  std::thread writer([&] {
    for (int i = 0; i < 10'000 && last; ++i) {  // until the new setting has arrived
      last = store().write([&](Tx& tx) { return revoke(tx, ("waits-" + std::to_string(i)).c_str()); });
    }
    answered = true;
  });
  while (!answered) {
    (void)server_.execute(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = '" + database_ +
        "'");
  }
  writer.join();
  (void)server_.execute("ALTER SYSTEM RESET synchronous_standby_names");
  (void)server_.execute("SELECT pg_reload_conf()");
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error(), StoreError::kUnknown);
  EXPECT_TRUE(log_.contains("commit_not_replicated"));
}

TEST_F(PostgresTest, refuses_at_once_when_every_connection_is_taken) {
  settings_.pool_size_max = 1;
  settings_.pool_wait = milliseconds(20);
  open();
  ASSERT_TRUE(store().read([&](Rows&) -> Stored<void> {
    Stored<void> second;
    std::thread([&] { second = opened_->ping(); }).join();
    EXPECT_EQ(second.error(), StoreError::kBusy);
    return {};
  }));
  EXPECT_TRUE(opened_->ping());
}

TEST_F(PostgresTest, a_waiter_gets_the_connection_that_is_given_back) {
  settings_.pool_size_max = 1;
  settings_.pool_wait = milliseconds(10'000);
  open();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { EXPECT_TRUE(opened_->ping()); });
  for (auto& thread : threads) thread.join();
}

TEST_F(PostgresTest, refuses_statements_that_take_too_long_and_keeps_the_connection) {
  settings_.statement_timeout = milliseconds(50);
  open();
  const auto slow = store().write([&](Tx& tx) -> Stored<void> {
    EXPECT_FALSE(store::session_of(tx).change(kSleep, {}));
    return {};
  });
  EXPECT_EQ(slow.error(), StoreError::kBusy);
  EXPECT_TRUE(opened_->ping());
}

TEST_F(PostgresTest, refuses_to_wait_for_a_server_that_says_nothing) {
  settings_.statement_timeout = milliseconds(50);
  open();
  std::int64_t backend = 0;
  const auto silent = store().read([&](Rows& rows) -> Stored<void> {
    auto& session = store::session_of(rows);
    EXPECT_TRUE(session.run(kBackend, {}, [&](const db::Row& row) { backend = row.integer(0); }));
    ::kill(static_cast<pid_t>(backend), SIGSTOP);
    const auto answer = session.change(kBackend, {});
    ::kill(static_cast<pid_t>(backend), SIGCONT);
    return answer ? Stored<void>{} : Stored<void>(refuse(store::store_error(answer.error())));
  });
  EXPECT_EQ(silent.error(), StoreError::kUnavailable);
  EXPECT_TRUE(opened_->ping()) << "with another connection";
}

/// The budget of architecture section 4.
class RoundTripTest : public PostgresTest {
 protected:
  void SetUp() override {
    open();
    Realm realm;
    realm.id = realm_;
    realm.name = "demo";
    Client client;
    client.id = client_;
    client.client_id = "app";
    User user;
    user.id = user_;
    user.realm = realm_;
    user.username = "ada";
    user.service_account_client = client_;
    session_.id = SessionId("s");
    session_.realm = realm_;
    session_.user = user_;
    share_.session = session_.id;
    share_.client = client_;
    code_.hash = "h";
    code_.realm = realm_;
    code_.expires_at = now_ + seconds(60);
    ASSERT_TRUE(store().write([&](Tx& tx) -> Stored<void> {
      if (auto done = repos().realms.insert(tx, realm); !done) return done;
      if (auto done = repos().clients.insert(tx, realm_, client); !done) return done;
      return repos().users.insert(tx, user, false);
    }));
  }
  Stored<std::optional<LiveSession>> load(Rows& rows) {
    return repos().sessions.load(rows, realm_, session_.id, client_);
  }

  const ClientId client_{"app"};
  const UserId user_{"ada"};
  UserSession session_;
  ClientSession share_;
  AuthorizationCode code_;
};

TEST_F(RoundTripTest, reading_costs_one_for_each_statement) {
  EXPECT_EQ(cost([&] {
              EXPECT_TRUE(read_from(store(), [&](Rows& rows) {
                            return repos().subjects.load_service_account(rows, realm_, client_);
                          }).value());
            }),
            1U)
      << "client_credentials";
  EXPECT_EQ(cost([&] { EXPECT_TRUE(read_from(store(), [&](Rows& rows) { return load(rows); })); }), 1U);
}

TEST_F(RoundTripTest, a_transaction_of_sends_costs_one_and_nothing_costs_nothing) {
  EXPECT_EQ(cost([&] {
              EXPECT_TRUE(store().write([&](Tx& tx) -> Stored<void> {
                if (auto done = repos().sessions.insert(tx, session_, now_); !done) return done;
                if (auto done = repos().sessions.put_client_session(tx, share_); !done) return done;
                return repos().codes.insert(tx, code_);
              }));
            }),
            1U)
      << "a login";
  EXPECT_EQ(cost([&] { EXPECT_TRUE(store().write([](Tx&) -> Stored<void> { return {}; })); }), 0U);
  EXPECT_EQ(cost([&] {
              EXPECT_FALSE(store().write([&](Tx& tx) -> Stored<void> {
                (void)repos().sessions.touch(tx, session_.id, now_);
                return refuse(StoreError::kBusy);
              }));
            }),
            0U)
      << "sends that were never sent";
}

TEST_F(RoundTripTest, a_refresh_costs_three) {
  ASSERT_TRUE(store().write([&](Tx& tx) -> Stored<void> {
    if (auto done = repos().sessions.insert(tx, session_, now_); !done) return done;
    return repos().sessions.put_client_session(tx, share_);
  }));
  EXPECT_EQ(cost([&] {
              EXPECT_TRUE(read_from(store(), [&](Rows& rows) { return load(rows); }).value());
              auto after = share_;
              after.chain.refresh_id = "next";
              EXPECT_TRUE(store().write([&](Tx& tx) { return repos().sessions.rotate(tx, share_, after); }));
            }),
            3U);
}

TEST_F(RoundTripTest, single_sign_on_costs_at_most_six) {
  ASSERT_TRUE(store().write([&](Tx& tx) { return repos().sessions.insert(tx, session_, now_); }));
  const auto authorize = cost([&] {
    EXPECT_TRUE(read_from(store(), [&](Rows& rows) { return load(rows); }).value());
    EXPECT_TRUE(store().write([&](Tx& tx) -> Stored<void> {
      if (auto done = repos().sessions.put_client_session(tx, share_); !done) return done;
      return repos().codes.insert(tx, code_);
    }));
  });
  const auto token = cost([&] {
    EXPECT_TRUE(store().write([&](Tx& tx) -> Stored<void> {
      EXPECT_EQ(repos().codes.take(tx, realm_, "h", now_)->result, TakeCode::kTaken);
      EXPECT_TRUE(load(tx).value());
      return repos().sessions.put_client_session(tx, share_);
    }));
  });
  EXPECT_LE(authorize + token, 6U) << authorize << " and " << token;
}

}  // namespace
}  // namespace cardea
