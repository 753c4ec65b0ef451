#include "core/token/token_subject.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/memory_log.h"
#include "tests/support/memory_store.h"

namespace cardea {
namespace {

/// Somebody in two groups, one of which has something to give.
class TokenSubjectTest : public testing::Test {
 protected:
  TokenSubjectTest() {
    EXPECT_TRUE(store_.write([&](Tx& tx) -> Stored<void> {
      Realm realm;
      realm.id = RealmId("r");
      realm.name = "demo";
      if (auto done = repos_.realms.insert(tx, realm); !done) return done;
      Client client;
      client.id = ClientId("id-app");
      client.client_id = "app";
      if (auto done = repos_.clients.insert(tx, realm.id, client); !done) return done;
      for (const auto* name : {"plain", "floor"}) {
        Group group;
        group.id = GroupId(name);
        group.realm = realm.id;
        group.name = name;
        if (group.name == "floor") group.attributes = {{"level", {"3"}}};
        if (auto done = repos_.groups.insert(tx, group); !done) return done;
      }
      return {};
    }));
  }

  /// Names, each with a space behind it.
  std::string groups_for(std::vector<MapperKind> kinds) {
    TokenPlan plan;
    auto asked = asked_.begin();
    for (const auto kind : kinds) {
      MapperOp operation{.kind = kind, .path = {}, .source = {}, .text = {}, .more = {}};
      if (kind == MapperKind::kUserAttribute && asked != asked_.end()) operation.source = *asked++;
      plan.operations.push_back(std::move(operation));
    }
    std::string names;
    EXPECT_TRUE(store_.read([&](Rows& rows) -> Stored<void> {
      const auto realm = settings_.load_realm("demo");
      const auto client = settings_.load_client(rows, *realm, "app");
      Subject subject;
      subject.groups = {GroupId("plain"), GroupId("floor")};
      if (is_in_many_) subject = **repos_.subjects.load(rows, RealmId("r"), UserId("ada"));
      const auto complete = complete_subject(rows, settings_, **client, plan, std::move(subject));
      for (const auto& group : complete->groups) names += group->name + " ";
      return {};
    }));
    return names;
  }
  static std::size_t count(std::string_view names) { return static_cast<std::size_t>(std::ranges::count(names, ' ')); }

  void put_below(const char* below, const char* name, std::map<std::string, std::vector<std::string>> attributes) {
    EXPECT_TRUE(store_.write([&](Tx& tx) -> Stored<void> {
      Group group;
      group.id = GroupId(name);
      group.realm = RealmId("r");
      group.name = name;
      group.attributes = std::move(attributes);
      if (auto done = repos_.groups.insert(tx, group); !done) return done;
      auto lower = **repos_.groups.find(tx, group.realm, GroupId(below));
      lower.parent = group.id;
      return repos_.groups.update(tx, lower);
    }));
  }

  /// Both groups, and more that came from a provider than are read with a subject.
  void is_in_many() {
    is_in_many_ = true;
    EXPECT_TRUE(store_.write([&](Tx& tx) -> Stored<void> {
      User user;
      user.id = UserId("ada");
      user.realm = RealmId("r");
      user.username = "ada";
      if (auto done = repos_.users.insert(tx, user, false); !done) return done;
      for (const auto* name : {"plain", "floor"}) {
        if (auto done = repos_.users.add_group(tx, user.id, GroupId(name)); !done) return done;
      }
      for (std::size_t at = 0; at < kMembershipsLoadedMax; ++at) {
        Group group;
        group.id = GroupId("many-" + std::to_string(at));
        group.realm = user.realm;
        group.name = group.id.str();
        group.attributes = {{"upstream.provider", {"entra"}}, {"upstream.id", {std::to_string(at)}}};
        if (auto done = repos_.groups.insert(tx, group); !done) return done;
        if (auto done = repos_.users.add_group(tx, user.id, group.id); !done) return done;
      }
      return {};
    }));
  }

  std::vector<std::string> asked_ = {"level"};  // attributes, one for each mapper of kUserAttribute

 private:
  MemoryStore store_;
  Repositories repos_ = store_.repositories();
  MemoryLog log_;
  Settings settings_{repos_, log_};
  bool is_in_many_ = false;
};

/// Somebody may be in thousands: a token that says nothing of them does not wait for them.
TEST_F(TokenSubjectTest, has_no_groups_that_no_mapper_asks_for) {
  EXPECT_EQ(groups_for({}), "");
  EXPECT_EQ(groups_for({MapperKind::kOrganizationGroups}), "");
  EXPECT_EQ(groups_for({MapperKind::kUserAttribute}), "floor ");
  EXPECT_EQ(groups_for({MapperKind::kGroupMembership}), "plain floor ");
  EXPECT_EQ(groups_for({MapperKind::kUserAttribute, MapperKind::kGroupMembership}), "plain floor ");
}

/// What a group above gives reaches its members too, and the one who would show it needs the way up.
TEST_F(TokenSubjectTest, has_groups_below_one_that_gives_what_is_asked_for) {
  put_below("plain", "house", {{"town", {"Turin"}}});
  put_below("house", "land", {{"language", {"it"}}});
  asked_ = {"street"};
  EXPECT_EQ(groups_for({MapperKind::kUserAttribute}), "");
  asked_ = {"level"};
  EXPECT_EQ(groups_for({MapperKind::kUserAttribute}), "floor ");
  asked_ = {"town"};
  EXPECT_EQ(groups_for({MapperKind::kUserAttribute}), "plain ");
  asked_ = {"street", "language"};
  EXPECT_EQ(groups_for({MapperKind::kUserAttribute, MapperKind::kUserAttribute}), "plain ");
  EXPECT_EQ(groups_for({MapperKind::kGroupMembership, MapperKind::kUserAttribute}), "plain floor ");
}

/// Of somebody in thousands the subject has the groups that give something; a mapper for all names gets them all.
TEST_F(TokenSubjectTest, asks_for_all_groups_where_their_names_are_wanted) {
  is_in_many();
  asked_ = {"level"};
  EXPECT_EQ(groups_for({}), "");
  EXPECT_EQ(groups_for({MapperKind::kUserAttribute}), "floor ");
  EXPECT_EQ(count(groups_for({MapperKind::kGroupMembership})), kMembershipsLoadedMax + 2);
  asked_ = {"upstream.id"};  // each group that came from a provider has one
  EXPECT_EQ(count(groups_for({MapperKind::kUserAttribute})), kMembershipsLoadedMax);
}

}  // namespace
}  // namespace cardea
