// The promises of the repository interfaces, kept by the fake that other tests stand on.
#include "tests/support/memory_store.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

class MemoryStoreTest : public testing::Test {
 protected:
  MemoryStoreTest() { insert_realm("realm-1", "demo"); }

  void insert_realm(const char* id, const char* name) {
    ASSERT_TRUE(write_to(store, [&](Tx& tx) {
      Realm made;
      made.id = RealmId(id);
      made.name = name;
      return repos.realms.insert(tx, made);
    }));
  }
  std::int64_t version() {
    return read_from(store, [&](Rows& rows) { return repos.realms.find_by_name(rows, "demo"); }).value()->version;
  }
  Stored<void> insert_user(const char* id, const char* name, const char* email, bool duplicates = false) {
    return write_to(store, [&](Tx& tx) {
      User user;
      user.id = UserId(id);
      user.realm = realm;
      user.username = name;
      user.email = email;
      return repos.users.insert(tx, user, duplicates);
    });
  }

  MemoryStore store;
  Repositories repos = store.repositories();
  const RealmId realm{"realm-1"};
};

TEST_F(MemoryStoreTest, refuses_taken_names_and_ids) {
  Realm twin;
  twin.id = RealmId("realm-2");
  twin.name = "demo";
  const auto same_name = write_to(store, [&](Tx& tx) { return repos.realms.insert(tx, twin); });
  EXPECT_EQ(same_name.error(), StoreError::kConflict);
  ASSERT_TRUE(insert_user("u1", "ada", "ada@example.org"));
  EXPECT_EQ(insert_user("u1", "bob", "").error(), StoreError::kConflict);
  EXPECT_EQ(insert_user("u2", "ada", "").error(), StoreError::kConflict);
  EXPECT_EQ(insert_user("u2", "bob", "ada@example.org").error(), StoreError::kConflict);
  EXPECT_TRUE(insert_user("u2", "bob", "ada@example.org", true));
  const auto found =
      read_from(store, [&](Rows& rows) { return repos.users.find_by_email(rows, realm, "ada@example.org"); });
  EXPECT_FALSE(found.value()) << "two users have it, so no one is meant";
}

TEST_F(MemoryStoreTest, refuses_rows_of_a_realm_that_is_not_there) {
  ClientScope scope;
  scope.id = ScopeId("s1");
  scope.name = "api";
  const auto written = write_to(store, [&](Tx& tx) { return repos.scopes.insert(tx, RealmId("gone"), scope); });
  EXPECT_EQ(written.error(), StoreError::kConflict);
}

TEST_F(MemoryStoreTest, rolls_back_everything_when_the_function_refuses) {
  const auto before = version();
  const auto written = write_to(store, [&](Tx& tx) -> Stored<void> {
    Group group;
    group.id = GroupId("g1");
    group.realm = realm;
    group.name = "staff";
    if (auto done = repos.groups.insert(tx, group); !done) return done;
    return refuse(StoreError::kBusy);
  });
  EXPECT_EQ(written.error(), StoreError::kBusy);
  EXPECT_TRUE(read_from(store, [&](Rows& rows) { return repos.groups.list(rows, realm); }).value().empty());
  EXPECT_EQ(version(), before);
}

TEST_F(MemoryStoreTest, readers_keep_their_snapshot) {
  ASSERT_TRUE(store.read([&](Rows& rows) -> Stored<void> {
    EXPECT_TRUE(insert_user("u1", "ada", ""));
    EXPECT_FALSE(repos.users.find_by_username(rows, realm, "ada").value());
    return {};
  }));
  EXPECT_TRUE(read_from(store, [&](Rows& rows) { return repos.users.find_by_username(rows, realm, "ada"); }).value());
}

TEST_F(MemoryStoreTest, settings_raise_the_version_and_users_do_not) {
  const auto before = version();
  ASSERT_TRUE(write_to(store, [&](Tx& tx) -> Stored<void> {
    Client client;
    client.id = ClientId("c1");
    client.client_id = "app";
    client.secret = SecretBytes(std::string("s3cret"));
    if (auto done = repos.clients.insert(tx, realm, client); !done) return done;
    Role role;
    role.id = RoleId("r1");
    role.realm = realm;
    role.client = ClientId("c1");
    role.name = "editor";
    return repos.roles.insert(tx, role);
  }));
  EXPECT_EQ(version(), before + 2);
  ASSERT_TRUE(insert_user("u1", "ada", ""));
  EXPECT_EQ(version(), before + 2);
  const auto client = read_from(store, [&](Rows& rows) { return repos.clients.find_by_client_id(rows, realm, "app"); });
  EXPECT_EQ(client.value()->secret.reveal(), "s3cret");
  const auto role = read_from(store, [&](Rows& rows) { return repos.roles.find(rows, realm, RoleId("r1")); });
  EXPECT_EQ(role.value()->client_name, "app");
}

TEST_F(MemoryStoreTest, of_many_groups_a_subject_has_those_that_give_something) {
  ASSERT_TRUE(insert_user("u1", "ada", ""));
  const auto insert = [&](std::size_t number, const char* parent, bool gives) {
    ASSERT_TRUE(write_to(store, [&](Tx& tx) -> Stored<void> {
      Group group;
      group.id = GroupId("g" + std::to_string(number));
      group.realm = realm;
      if (parent != nullptr) group.parent = GroupId(parent);
      group.name = group.id.str();
      group.attributes = {{gives ? "floor" : "upstream.id", {"1"}}};
      if (auto done = repos.groups.insert(tx, group); !done) return done;
      return repos.users.add_group(tx, UserId("u1"), group.id);
    }));
  };
  const auto load = [&] {
    return *read_from(store, [&](Rows& rows) { return repos.subjects.load(rows, realm, UserId("u1")); }).value();
  };
  insert(0, nullptr, true);
  insert(1, "g0", false);
  for (std::size_t at = 2; at < kMembershipsLoadedMax; ++at) insert(at, nullptr, false);
  EXPECT_TRUE(load().groups_are_whole);
  EXPECT_EQ(load().groups.size(), kMembershipsLoadedMax);
  insert(kMembershipsLoadedMax, nullptr, false);
  EXPECT_FALSE(load().groups_are_whole);
  EXPECT_EQ(load().groups, (std::vector{GroupId("g0"), GroupId("g1")}));
  const auto all = read_from(store, [&](Rows& rows) { return repos.subjects.memberships(rows, realm, UserId("u1")); });
  EXPECT_EQ(all->size(), kMembershipsLoadedMax + 1);
  for (std::size_t at = 0; at < kGivingGroupsMax; ++at) insert(1000 + at, "g0", false);
  EXPECT_TRUE(load().groups_are_whole);
  EXPECT_EQ(load().groups.size(), kMembershipsLoadedMax + 1 + kGivingGroupsMax);
}

TEST_F(MemoryStoreTest, of_two_takers_of_a_code_one_wins) {
  const TimePoint now = from_epoch_seconds(1000);
  AuthorizationCode code;
  code.hash = "h";
  code.realm = realm;
  code.expires_at = now + seconds(60);
  ASSERT_TRUE(write_to(store, [&](Tx& tx) { return repos.codes.insert(tx, code); }));
  const auto take = [&](TimePoint at) {
    return write_to(store, [&](Tx& tx) { return repos.codes.take(tx, realm, "h", at); }).value().result;
  };
  EXPECT_EQ(take(now + seconds(60)), TakeCode::kExpired);
  EXPECT_EQ(take(now), TakeCode::kTaken);
  EXPECT_EQ(take(now), TakeCode::kUsedBefore);
  ASSERT_TRUE(write_to(store, [&](Tx& tx) { return repos.purge.purge(tx, Expiring::kCodes, now + seconds(61), 10); }));
  EXPECT_EQ(take(now), TakeCode::kUnknown);
}

TEST_F(MemoryStoreTest, rotation_is_guarded_and_the_last_share_ends_the_session) {
  const TimePoint now = from_epoch_seconds(1000);
  ASSERT_TRUE(insert_user("u1", "ada", ""));
  UserSession session;
  session.id = SessionId("s");
  session.realm = realm;
  session.user = UserId("u1");
  ClientSession first;
  first.session = session.id;
  first.client = ClientId("c1");
  first.chain.refresh_id = "a";
  auto second = first;
  second.chain.refresh_id = "b";
  ASSERT_TRUE(write_to(store, [&](Tx& tx) -> Stored<void> {
    if (auto done = repos.sessions.insert(tx, session, now + seconds(60)); !done) return done;
    return repos.sessions.put_client_session(tx, first);
  }));
  EXPECT_TRUE(write_to(store, [&](Tx& tx) { return repos.sessions.rotate(tx, first, second); }));
  EXPECT_EQ(write_to(store, [&](Tx& tx) { return repos.sessions.rotate(tx, first, second); }).error(),
            StoreError::kConflict);
  const auto live =
      read_from(store, [&](Rows& rows) { return repos.sessions.load(rows, realm, session.id, ClientId("c1")); });
  ASSERT_TRUE(live.value());
  EXPECT_EQ(live.value()->client_session->chain.refresh_id, "b");
  EXPECT_TRUE(write_to(store, [&](Tx& tx) {
                return repos.sessions.remove_client_session(tx, session.id, ClientId("c1"));
              }).value());
  EXPECT_FALSE(read_from(store, [&](Rows& rows) { return repos.sessions.find(rows, realm, session.id); }).value());
}

TEST_F(MemoryStoreTest, removes_a_realm_bit_by_bit_and_nothing_else) {
  insert_realm("realm-2", "other");
  ASSERT_TRUE(insert_user("u1", "ada", "ada@example.org"));
  ASSERT_TRUE(insert_user("u2", "bob", ""));
  ASSERT_TRUE(write_to(store, [&](Tx& tx) -> Stored<void> {
    Group group;
    group.id = GroupId("g1");
    group.realm = realm;
    group.name = "staff";
    return repos.groups.insert(tx, group);
  }));
  const auto remove = [&] {
    return write_to(store, [&](Tx& tx) { return repos.realms.remove_some(tx, realm, 2); }).value();
  };
  EXPECT_FALSE(remove());
  EXPECT_TRUE(remove());
  EXPECT_TRUE(remove()) << "gone already";
  EXPECT_EQ(read_from(store, [&](Rows& rows) { return repos.realms.list(rows); }).value().size(), 1U);
  insert_realm("realm-1", "demo");
  EXPECT_TRUE(insert_user("u1", "ada", "ada@example.org")) << "names and ids are free again";
}

TEST_F(MemoryStoreTest, runs_writes_twice_and_fails_on_demand) {
  store.run_writes_twice(true);
  int runs = 0;
  ASSERT_TRUE(write_to(store, [&](Tx& tx) {
    ++runs;
    return repos.server.insert(tx, "marker", "1");
  }));
  EXPECT_EQ(runs, 2);
  store.fail_writes(1, StoreError::kUnavailable);
  EXPECT_TRUE(write_to(store, [&](Tx& tx) { return repos.server.insert(tx, "second", "1"); }));
  EXPECT_EQ(write_to(store, [&](Tx& tx) { return repos.server.insert(tx, "third", "1"); }).error(),
            StoreError::kUnavailable);
  store.heal();
  EXPECT_FALSE(read_from(store, [&](Rows& rows) { return repos.server.find(rows, "third"); }).value());
}

}  // namespace
}  // namespace cardea
