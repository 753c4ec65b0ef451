// One suite of promises, run on both engines. Each test gets a database of its own: a file, or a schema of the shared
// server.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "store/open.h"
#include "tests/support/memory_log.h"

namespace cardea {

/// What `store` must keep, whichever engine is below.
class StoreTest : public testing::TestWithParam<db::Engine> {
 protected:
  StoreTest();
  ~StoreTest() override;

  /// Settings that open this test's database.
  [[nodiscard]] store::DatabaseSettings settings() const;
  /// Opens it (again) with the test's sealer, as a server that starts.
  void open();
  void close();

  /// Looks into the database past the store: the first column of the rows. Bytes come as they are stored.
  std::vector<std::string> raw(const std::string& sql);
  void execute(const std::string& sql) { (void)raw(sql); }

  [[nodiscard]] Repositories& repos() { return *repositories_; }
  [[nodiscard]] store::OpenStore& opened() { return *opened_; }
  [[nodiscard]] const crypto::Sealer& sealer() const { return *sealer_; }
  [[nodiscard]] bool is_postgres() const { return engine_ == db::Engine::kPostgres; }

  template <class F>
  auto read(F&& function) {
    return read_from(repos().store, std::forward<F>(function));
  }
  template <class F>
  auto write(F&& function) {
    return write_to(repos().store, std::forward<F>(function));
  }

  // Records to work with. `insert_realm` and so on fail the test when the store refuses.
  Realm insert_realm(const std::string& name = "demo");
  Client insert_client(const std::string& client_id = "app");
  Role insert_role(const std::string& name, const std::optional<ClientId>& client = {});
  Group insert_group(const std::string& name, const std::optional<GroupId>& parent = {});
  User insert_user(const std::string& username = "ada");
  UserId insert_service_account(const ClientId& client);
  /// A session of `user` with one share for `client`.
  UserSession insert_session(const std::string& id, const UserId& user, const ClientId& client);
  std::int64_t version();

  /// Runs `work(i)` on `threads` threads that start together.
  static void in_parallel(int threads, const std::function<void(int)>& work);

  const RealmId realm_{"10000000-0000-4000-8000-000000000001"};
  const TimePoint now_ = from_epoch_seconds(1'790'000'000);
  MemoryLog log_;

 private:
  db::Engine engine_;
  std::string folder_;  // of the SQLite file
  std::string schema_;  // in PostgreSQL
  std::unique_ptr<crypto::Sealer> sealer_;
  std::unique_ptr<store::OpenStore> opened_;
  std::optional<Repositories> repositories_;
};

/// The same with the database open and migrated.
class OpenStoreTest : public StoreTest {
 protected:
  void SetUp() override { open(); }
};

/// "sqlite" or "postgres": names a test's instances.
std::string engine_name(const testing::TestParamInfo<db::Engine>& info);

inline const auto kBothEngines = testing::Values(db::Engine::kSqlite, db::Engine::kPostgres);

}  // namespace cardea
