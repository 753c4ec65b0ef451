#include "tests/store/fixture.h"

#include <sqlite3.h>

#include <barrier>
#include <cstdlib>
#include <filesystem>

#include "tests/support/postgres.h"

namespace cardea {
namespace {

std::vector<std::string> raw_sqlite(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  std::vector<std::string> column;
  int code = SQLITE_OK;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, 0));
    column.emplace_back(bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, 0)));
  }
  EXPECT_EQ(code, SQLITE_DONE) << sqlite3_errmsg(db);
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return column;
}

std::string new_folder() {
  std::string name = std::filesystem::temp_directory_path() / "cardea-store-XXXXXX";
  EXPECT_NE(::mkdtemp(name.data()), nullptr);
  return name;
}

}  // namespace

StoreTest::StoreTest() : engine_(GetParam()) {
  if (is_postgres()) {
    schema_ = TestPostgres::shared().make_schema();
  } else {
    folder_ = new_folder();
  }
  std::vector<SecretBytes> keys;
  keys.emplace_back(std::string(crypto::kSealKeyBytes, 'k'));
  sealer_ = std::make_unique<crypto::Sealer>(std::move(keys));
}

StoreTest::~StoreTest() {
  close();
  if (!folder_.empty()) std::filesystem::remove_all(folder_);
}

store::DatabaseSettings StoreTest::settings() const {
  store::DatabaseSettings settings;
  settings.engine = engine_;
  settings.path = folder_ + "/cardea.db";
  settings.schema = schema_;
  if (is_postgres()) settings.url = TestPostgres::shared().url();
  return settings;
}

void StoreTest::open() {
  auto opened = store::open(settings(), log_);
  ASSERT_TRUE(opened) << opened.error().detail;
  opened_ = std::move(*opened);
  repositories_.emplace(opened_->repositories(*sealer_));
}

void StoreTest::close() {
  repositories_.reset();
  opened_.reset();
}

std::vector<std::string> StoreTest::raw(const std::string& sql) {
  if (is_postgres()) return TestPostgres::shared().execute("SET search_path TO " + schema_ + "; " + sql);
  return raw_sqlite(settings().path, sql);
}

Realm StoreTest::insert_realm(const std::string& name) {
  Realm realm;
  realm.id = name == "demo" ? realm_ : RealmId("realm-" + name);
  realm.name = name;
  const auto done = write([&](Tx& tx) { return repos().realms.insert(tx, realm); });
  EXPECT_TRUE(done) << describe(done.error());
  return realm;
}

Client StoreTest::insert_client(const std::string& client_id) {
  Client client;
  client.id = ClientId("id-of-" + client_id);
  client.client_id = client_id;
  const auto done = write([&](Tx& tx) { return repos().clients.insert(tx, realm_, client); });
  EXPECT_TRUE(done) << describe(done.error());
  return client;
}

Role StoreTest::insert_role(const std::string& name, const std::optional<ClientId>& client) {
  Role role;
  role.id = RoleId("role-" + (client ? client->str() + "-" : "") + name);
  role.realm = realm_;
  role.client = client;
  role.name = name;
  const auto done = write([&](Tx& tx) { return repos().roles.insert(tx, role); });
  EXPECT_TRUE(done) << describe(done.error());
  return role;
}

Group StoreTest::insert_group(const std::string& name, const std::optional<GroupId>& parent) {
  Group group;
  group.id = GroupId("group-" + name);
  group.realm = realm_;
  group.parent = parent;
  group.name = name;
  const auto done = write([&](Tx& tx) { return repos().groups.insert(tx, group); });
  EXPECT_TRUE(done) << describe(done.error());
  return group;
}

User StoreTest::insert_user(const std::string& username) {
  User user;
  user.id = UserId("user-" + username);
  user.realm = realm_;
  user.username = username;
  user.email = username + "@example.org";
  const auto done = write([&](Tx& tx) { return repos().users.insert(tx, user, false); });
  EXPECT_TRUE(done) << describe(done.error());
  return user;
}

UserId StoreTest::insert_service_account(const ClientId& client) {
  User user;
  user.id = UserId("service-account");
  user.realm = realm_;
  user.username = "service-account-app";
  user.service_account_client = client;
  const auto done = write([&](Tx& tx) { return repos().users.insert(tx, user, false); });
  EXPECT_TRUE(done) << describe(done.error());
  return user.id;
}

UserSession StoreTest::insert_session(const std::string& id, const UserId& user, const ClientId& client) {
  UserSession session;
  session.id = SessionId(id);
  session.realm = realm_;
  session.user = user;
  session.started_at = now_;
  session.last_seen = now_;
  ClientSession share;
  share.session = session.id;
  share.client = client;
  share.started_at = now_;
  share.chain.refresh_id = "first";
  const auto done = write([&](Tx& tx) -> Stored<void> {
    if (auto inserted = repos().sessions.insert(tx, session, now_ + std::chrono::hours(10)); !inserted) return inserted;
    return repos().sessions.put_client_session(tx, share);
  });
  EXPECT_TRUE(done) << describe(done.error());
  return session;
}

std::int64_t StoreTest::version() {
  const auto versions = read([&](Rows& rows) { return repos().realms.versions(rows, {realm_}); });
  return versions && versions->size() == 1 ? versions->front().second : -1;
}

void StoreTest::in_parallel(int threads, const std::function<void(int)>& work) {
  std::barrier together(threads);
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      together.arrive_and_wait();
      work(i);
    });
  }
  for (auto& thread : running) thread.join();
}

std::string engine_name(const testing::TestParamInfo<db::Engine>& info) {
  return info.param == db::Engine::kSqlite ? "sqlite" : "postgres";
}

}  // namespace cardea
