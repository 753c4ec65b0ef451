#include "core/settings.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include "core/realm_defaults.h"
#include "core/settings_bytes.h"
#include "core/settings_entries.h"
#include "core/token/service_account.h"
#include "crypto/key.h"
#include "domain/identity_provider.h"
#include "tests/support/memory_log.h"
#include "tests/support/memory_store.h"
#include "tests/support/sanitized.h"

namespace cardea {
namespace {

class SettingsTest : public testing::Test {
 protected:
  SettingsTest() {
    write([&](Tx& tx) {
      Realm realm;
      realm.id = RealmId("r");
      realm.name = "demo";
      return repos_.realms.insert(tx, realm);
    });
    write([&](Tx& tx) { return repos_.keys.insert(tx, RealmId("r"), rs256()); });
    add_client("app");
  }
  void write(const std::function<Stored<void>(Tx&)>& function) { ASSERT_TRUE(store_.write(function)); }
  void add_realm(const std::string& name) {
    write([&](Tx& tx) {
      Realm realm;
      realm.id = RealmId("id-" + name);
      realm.name = name;
      return repos_.realms.insert(tx, realm);
    });
  }
  void add_client(const std::string& client_id) {
    write([&](Tx& tx) {
      Client client;
      client.id = ClientId("id-" + client_id);
      client.client_id = client_id;
      client.secret = SecretBytes::copy_of("s3cret");
      return repos_.clients.insert(tx, RealmId("r"), client);
    });
  }
  void add_role(const std::string& id, std::vector<RoleId> composites = {}) {
    write([&](Tx& tx) {
      Role role;
      role.id = RoleId(id);
      role.realm = RealmId("r");
      role.name = "name-" + id;
      role.composites = std::move(composites);
      return repos_.roles.insert(tx, role);
    });
  }
  static RealmKey rs256() {
    auto made = crypto::PrivateKey::generate(crypto::KeyType::kRsa);
    RealmKey key;
    key.id = KeyId("k");
    key.kid = crypto::key_id(*made);
    key.algorithm = "RS256";
    key.use = "sig";
    key.secret = made->to_pem();
    return key;
  }
  std::shared_ptr<const RealmEntry> realm() { return *settings_.load_realm("demo"); }

  MemoryStore store_;
  Repositories repos_ = store_.repositories();
  MemoryLog log_;
  Settings settings_{repos_, log_};
};

TEST_F(SettingsTest, an_unknown_name_is_no_entry_and_is_asked_again) {
  EXPECT_EQ(*settings_.load_realm("other"), nullptr);
  EXPECT_EQ(*settings_.load_client(realm(), "later"), nullptr);
  add_client("later");
  EXPECT_NE(*settings_.load_client(realm(), "later"), nullptr) << "what another node made works here at once";
}

TEST_F(SettingsTest, entries_come_from_memory_once_loaded) {
  EXPECT_EQ(settings_.cached_realm("demo"), nullptr);
  const auto entry = realm();
  EXPECT_EQ(settings_.cached_realm("demo"), entry);
  EXPECT_EQ(settings_.cached_client(*entry, "app"), nullptr);
  const auto client = *settings_.load_client(entry, "app");
  EXPECT_EQ(settings_.cached_client(*entry, "app"), client);
  EXPECT_EQ(*settings_.load_client_by_id(entry, ClientId("id-app")), client);
}

TEST_F(SettingsTest, drops_what_changed_and_keeps_the_keys) {
  const auto before = realm();
  ASSERT_TRUE(settings_.check_versions());
  EXPECT_EQ(settings_.cached_realm("demo"), before) << "nothing changed";
  add_client("new");
  ASSERT_TRUE(settings_.check_versions());
  EXPECT_EQ(settings_.cached_realm("demo"), nullptr);
  const auto after = realm();
  EXPECT_NE(after, before);
  EXPECT_EQ(after->signing_key("RS256"), before->signing_key("RS256")) << "an RSA key is read once";
  EXPECT_EQ(settings_.cached_client(*before, "app"), nullptr) << "an entry of the old realm node is not handed out";
}

TEST_F(SettingsTest, refuses_to_keep_more_realms_than_its_budget_takes) {
  constexpr std::size_t kBudget = 1'000'000;
  constexpr int kRealms = 200;
  for (int i = 0; i < kRealms; ++i) add_realm("r" + std::to_string(i));
  Settings small(repos_, log_, kBudget);
  const auto hot = *small.load_realm("demo");
  const auto client = *small.load_client(hot, "app");
  for (int i = 0; i < kRealms; ++i) {
    const auto name = "r" + std::to_string(i);
    ASSERT_NE(*small.load_realm(name), nullptr);
    ASSERT_EQ(small.cached_realm("demo"), hot) << "what is asked for all the time stays: " << i;
    ASSERT_EQ(small.cached_client(*hot, "app"), client) << "with its clients";
    ASSERT_NE(small.cached_realm(name), nullptr) << "and what was asked for just now";
    ASSERT_LE(small.bytes(), kBudget);
  }
  EXPECT_GT(small.bytes(), kBudget / 2) << "it is used";
  EXPECT_EQ(small.cached_realm("r0"), nullptr);
  EXPECT_NE(*small.load_realm("r0"), nullptr) << "what was let go is read again";
}

TEST_F(SettingsTest, clients_count_for_their_realm) {
  for (int i = 0; i < 100; ++i) add_client("c" + std::to_string(i));
  add_realm("other");
  Settings small(repos_, log_, 1'000'000);
  ASSERT_NE(*small.load_realm("other"), nullptr);
  const auto entry = *small.load_realm("demo");
  const auto before = small.bytes();
  for (int i = 0; i < 100; ++i) ASSERT_NE(*small.load_client(entry, "c" + std::to_string(i)), nullptr);
  EXPECT_GT(small.bytes(), before);
  EXPECT_EQ(small.cached_realm("other"), nullptr) << "they take its place";
  EXPECT_EQ(small.cached_realm("demo"), entry) << "a realm is never let go while it is the one that grows";
  add_client("new");
  ASSERT_TRUE(small.check_versions());
  EXPECT_EQ(small.bytes(), 0U) << "nothing is counted that is not there";
}

TEST_F(SettingsTest, a_budget_of_nothing_keeps_the_realm_that_is_asked_for) {
  add_realm("other");
  Settings none(repos_, log_, 0);
  const auto entry = *none.load_realm("demo");
  EXPECT_EQ(none.cached_realm("demo"), entry);
  EXPECT_NE(*none.load_client(entry, "app"), nullptr);
  EXPECT_NE(none.cached_client(*entry, "app"), nullptr);
  ASSERT_NE(*none.load_realm("other"), nullptr);
  EXPECT_EQ(none.cached_realm("demo"), nullptr);
  EXPECT_NE(*none.load_client(entry, "app"), nullptr) << "a request that began goes on with what it holds";
}

// The first figure is what one realm of an ordinary size may take; the second, that the budget counts what is there.
TEST(SettingsBytes, an_ordinary_realm_takes_little_and_is_counted_right) {
  if (kSanitized) GTEST_SKIP() << "the allocator is another one";
  constexpr std::size_t kRealms = 32;
  MemoryLog log;
  const auto make = [&log](std::size_t i) {
    auto file = default_realm("realm-" + std::to_string(i));
    return make_realm_entry(std::move(file.realm), std::move(*file.scopes), {}, nullptr, log);
  };
  const auto first = make(kRealms);  // with what all share
  std::vector<std::shared_ptr<const RealmEntry>> entries(kRealms);
  const auto before = mallinfo2().uordblks;
  for (std::size_t i = 0; i < kRealms; ++i) entries[i] = make(i);
  const auto each = (mallinfo2().uordblks - before) / kRealms;
  EXPECT_LT(each, 128U * 1024);
  const auto counted = bytes_of(*entries.front());
  EXPECT_GT(counted, each * 2 / 3) << each;
  EXPECT_LT(counted, each * 2) << each;
  EXPECT_FALSE(entries.front()->realm.extra.contains("authenticationFlows")) << "what was read once is not kept twice";
  EXPECT_TRUE(entries.front()->flows.browser_flow(Client()) != nullptr);
}

TEST_F(SettingsTest, refuses_the_identity_providers_of_organizations_that_are_off) {
  Organization acme;
  acme.id = OrganizationId("acme");
  acme.realm = RealmId("r");
  acme.name = acme.alias = "Acme";
  write([&](Tx& tx) { return repos_.organizations.insert(tx, acme); });
  const auto change = [&](const std::function<Stored<void>(Tx&, Realm&)>& apply) {
    write([&](Tx& tx) -> Stored<void> {
      auto row = repos_.realms.find_by_name(tx, "demo");
      if (!row) return refuse(row.error());
      if (auto done = apply(tx, **row); !done) return done;
      return repos_.realms.update(tx, **row);
    });
    ASSERT_TRUE(settings_.check_versions());
  };
  const auto enabled = [&] {
    std::string words;
    for (const auto* alias : {"of-acme", "of-nobody", "of-gone"}) {
      if (find_identity_provider(realm()->realm, alias)->enabled) words.append(alias).append(" ");
    }
    return words;
  };
  change([](Tx&, Realm& row) -> Stored<void> {
    row.extra["organizationsEnabled"] = true;
    row.extra["identityProviders"] = parse_json(R"([{"alias":"of-acme","providerId":"oidc","organizationId":"acme"},
        {"alias":"of-nobody","providerId":"oidc"},{"alias":"of-gone","providerId":"oidc","organizationId":"x"}])")
                                         .value();
    return {};
  });
  EXPECT_EQ(enabled(), "of-acme of-nobody ");
  acme.enabled = false;
  change([&](Tx& tx, Realm&) { return repos_.organizations.update(tx, acme); });
  EXPECT_EQ(enabled(), "of-nobody ");
  acme.enabled = true;
  change([&](Tx& tx, Realm&) { return repos_.organizations.update(tx, acme); });
  EXPECT_EQ(enabled(), "of-acme of-nobody ");
  change([](Tx&, Realm& row) -> Stored<void> {
    row.extra["organizationsEnabled"] = false;
    return {};
  });
  EXPECT_EQ(enabled(), "of-nobody ");
}

TEST_F(SettingsTest, refuses_to_remember_a_service_account_that_was_changed) {
  add_role("later");
  write([&](Tx& tx) {
    User user;
    user.id = UserId("account");
    user.realm = RealmId("r");
    user.username = "service-account-app";
    user.service_account_client = ClientId("id-app");
    return repos_.users.insert(tx, user, false);
  });
  const auto has_role = [&] {
    const auto client = *settings_.load_client(realm(), "app");
    const std::shared_ptr<const TokenPlan> plan = *plan_for(*client, "");
    auto account = client->service_accounts->find(*plan).account;
    if (account == nullptr) {
      account = read_from(repos_.store, [&](Rows& rows) {
                  return load_service_account(rows, repos_.subjects, settings_, *client, plan);
                })->account;
      EXPECT_EQ(client->service_accounts->find(*plan).account, account) << "read once";
    }
    return account->roles->contains("later");
  };
  EXPECT_FALSE(has_role());
  write([&](Tx& tx) { return repos_.users.add_role(tx, UserId("account"), RoleId("later")); });
  ASSERT_TRUE(settings_.check_versions());
  EXPECT_TRUE(has_role());
}

TEST_F(SettingsTest, expands_composites_once_each_and_survives_cycles) {
  add_role("a", {RoleId("b"), RoleId("c")});
  add_role("b", {RoleId("c")});
  add_role("c", {RoleId("a")});
  const auto entry = realm();
  ASSERT_TRUE(store_.read([&](Rows& rows) -> Stored<void> {
    const auto roles = settings_.expand_roles(rows, *entry, {RoleId("a"), RoleId("gone")});
    EXPECT_TRUE(roles);
    EXPECT_EQ((*roles)->items.size(), 3u);
    EXPECT_TRUE((*roles)->contains_realm_role("name-c"));
    return {};
  }));
}

TEST_F(SettingsTest, roles_of_parent_groups_reach_members_of_subgroups) {
  add_role("a");
  write([&](Tx& tx) {
    Group top;
    top.id = GroupId("top");
    top.realm = RealmId("r");
    top.name = "top";
    top.roles = {RoleId("a")};
    if (auto done = repos_.groups.insert(tx, top); !done) return done;
    Group sub;
    sub.id = GroupId("sub");
    sub.realm = RealmId("r");
    sub.name = "sub";
    sub.parent = GroupId("top");
    return repos_.groups.insert(tx, sub);
  });
  const auto entry = realm();
  Subject subject;
  subject.groups = {GroupId("sub")};
  ASSERT_TRUE(store_.read([&](Rows& rows) -> Stored<void> {
    EXPECT_TRUE((*settings_.effective_roles(rows, *entry, subject))->contains_realm_role("name-a"));
    EXPECT_EQ((*settings_.groups(rows, *entry, subject)).front()->path, "/top/sub");
    return {};
  }));
}

/// The way up is cut after kGroupDepthMax groups. What was walked from too far below is walked again from nearer by.
TEST_F(SettingsTest, the_way_up_from_one_group_does_not_cut_that_from_another) {
  add_role("top");
  add_role("side");
  const auto id = [](int level) { return GroupId("g" + std::to_string(level)); };
  const int deep = kGroupDepthMax + kGroupDepthMax / 2;
  write([&](Tx& tx) -> Stored<void> {
    for (int level = 0; level <= deep; ++level) {
      Group group;
      group.id = id(level);
      group.realm = RealmId("r");
      group.name = "g" + std::to_string(level);
      if (level == 0) group.roles = {RoleId("top")};
      if (level == deep) group.roles = {RoleId("side")};
      if (level > 0) group.parent = id(level - 1);
      if (auto done = repos_.groups.insert(tx, group); !done) return done;
    }
    return {};
  });
  const auto entry = realm();
  ASSERT_TRUE(store_.read([&](Rows& rows) -> Stored<void> {
    const auto reaches = [&](std::vector<GroupId> groups) {
      Subject subject;
      subject.groups = std::move(groups);
      return (*settings_.effective_roles(rows, *entry, subject))->contains_realm_role("name-top");
    };
    EXPECT_FALSE(reaches({id(deep)})) << "too far up";
    EXPECT_FALSE(reaches({id(kGroupDepthMax), id(deep)}));
    for (int again = 0; again < 2; ++again) {  // from the store, then from memory
      EXPECT_TRUE(reaches({id(deep), id(kGroupDepthMax - 1)}));
      EXPECT_TRUE(reaches({id(kGroupDepthMax - 1), id(deep)}));
    }
    return {};
  }));
}

TEST_F(SettingsTest, groups_are_told_in_their_order_and_those_that_are_gone_are_left_out) {
  write([&](Tx& tx) -> Stored<void> {
    for (const auto* name : {"a", "b", "c"}) {
      Group group;
      group.id = GroupId(name);
      group.realm = RealmId("r");
      group.name = name;
      if (auto done = repos_.groups.insert(tx, group); !done) return done;
    }
    return {};
  });
  const auto entry = realm();
  ASSERT_TRUE(store_.read([&](Rows& rows) -> Stored<void> {
    const auto names = [&](std::vector<GroupId> groups) {
      Subject subject;
      subject.groups = std::move(groups);
      std::string text;
      const auto found = settings_.groups(rows, *entry, subject);
      for (const auto& group : *found) text += group->name;
      return text;
    };
    EXPECT_EQ(names({GroupId("b")}), "b");
    EXPECT_EQ(names({GroupId("c"), GroupId("gone"), GroupId("b"), GroupId("a")}), "cba") << "one is in memory";
    std::vector<GroupId> many(1500, GroupId("gone"));
    many.front() = GroupId("a");
    many.back() = GroupId("b");
    EXPECT_EQ(names(many), "ab");
    return {};
  }));
}

TEST_F(SettingsTest, another_key_that_signs_is_logged_once_and_says_whether_the_old_one_is_published) {
  const auto before = realm();
  auto next = rs256();
  next.id = KeyId("next");
  next.priority = 200;
  write([&](Tx& tx) { return repos_.keys.insert(tx, RealmId("r"), next); });
  ASSERT_TRUE(settings_.check_versions());
  EXPECT_FALSE(log_.contains("signing_key_changed"));
  EXPECT_EQ(realm()->signing_key("RS256")->kid(), next.kid);
  EXPECT_EQ(log_.count("signing_key_changed realm=demo algorithm=RS256"), 1U);
  EXPECT_TRUE(log_.contains("old_kid=" + before->signing_key("RS256")->kid()));
  EXPECT_TRUE(log_.contains("verifiers_that_read_keys_once_must_be_restarted"));
  write([&](Tx& tx) -> Stored<void> {
    if (auto removed = repos_.keys.remove(tx, RealmId("r"), next.id); !removed) return refuse(removed.error());
    return {};
  });
  ASSERT_TRUE(settings_.check_versions());
  EXPECT_EQ(realm()->signing_key("RS256")->kid(), before->signing_key("RS256")->kid());
  EXPECT_TRUE(log_.contains("tokens_of_the_old_key_are_refused"));
  add_client("new");
  ASSERT_TRUE(settings_.check_versions());
  (void)realm();
  EXPECT_EQ(log_.count("signing_key_changed"), 2U) << "the same key is no change";
}

TEST_F(SettingsTest, a_key_that_does_not_read_is_left_out_and_logged) {
  write([&](Tx& tx) {
    RealmKey key;
    key.id = KeyId("bad");
    key.kid = "bad";
    key.algorithm = "ES256";
    key.use = "sig";
    key.secret = SecretBytes::copy_of("no key");
    return repos_.keys.insert(tx, RealmId("r"), key);
  });
  const auto entry = realm();
  EXPECT_EQ(entry->signing_key("ES256"), nullptr);
  EXPECT_NE(entry->signing_key("RS256"), nullptr);
  EXPECT_TRUE(log_.contains("realm_key_unusable"));
  EXPECT_FALSE(log_.contains("no key"));
}

}  // namespace
}  // namespace cardea
