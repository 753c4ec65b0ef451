#include "core/token/token_subject.h"

#include <gtest/gtest.h>

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

  std::string groups_for(std::vector<MapperKind> kinds) {
    TokenPlan plan;
    for (const auto kind : kinds) {
      MapperOp operation{.kind = kind, .path = {}, .source = {}, .text = {}, .more = {}};
      plan.operations.push_back(std::move(operation));
    }
    std::string names;
    EXPECT_TRUE(store_.read([&](Rows& rows) -> Stored<void> {
      const auto realm = settings_.load_realm("demo");
      const auto client = settings_.load_client(rows, *realm, "app");
      Subject subject;
      subject.groups = {GroupId("plain"), GroupId("floor")};
      const auto complete = complete_subject(rows, settings_, **client, plan, std::move(subject));
      for (const auto& group : complete->groups) names += group->name + " ";
      return {};
    }));
    return names;
  }

 private:
  MemoryStore store_;
  Repositories repos_ = store_.repositories();
  MemoryLog log_;
  Settings settings_{repos_, log_};
};

/// Somebody may be in thousands: a token that says nothing of them does not wait for them.
TEST_F(TokenSubjectTest, has_no_groups_that_no_mapper_asks_for) {
  EXPECT_EQ(groups_for({}), "");
  EXPECT_EQ(groups_for({MapperKind::kOrganizationGroups}), "");
  EXPECT_EQ(groups_for({MapperKind::kUserAttribute}), "floor ");
  EXPECT_EQ(groups_for({MapperKind::kGroupMembership}), "plain floor ");
  EXPECT_EQ(groups_for({MapperKind::kUserAttribute, MapperKind::kGroupMembership}), "plain floor ");
}

}  // namespace
}  // namespace cardea
