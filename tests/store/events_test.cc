// Kept events.
#include "tests/store/fixture.h"

namespace cardea {
namespace {

class EventsTest : public OpenStoreTest {
 protected:
  void SetUp() override {
    open();
    insert_realm();
  }
  UserEvent event(std::string id, std::string type, seconds after) {
    UserEvent made;
    made.id = std::move(id);
    made.realm = realm_;
    made.at = now_ + after;
    made.type = std::move(type);
    made.client_id = "app";
    made.user = "u1";
    made.session = "s1";
    made.ip = "192.0.2.1";
    made.error = "why";
    made.details = {{"grant_type", "password"}};
    return made;
  }
  AdminEvent change(std::string id, std::string path) {
    AdminEvent made;
    made.id = std::move(id);
    made.realm = realm_;
    made.at = now_;
    made.operation = "UPDATE";
    made.resource = "USER";
    made.path = std::move(path);
    made.by_realm = "r";
    made.by_realm_name = "master";
    made.by_client = "c";
    made.by_user = "u";
    made.ip = "192.0.2.1";
    made.representation = R"({"a":1})";
    made.changes = R"({"a":{"before":0,"after":1}})";
    return made;
  }
  template <class Event>
  void keep(const Event& made) {
    ASSERT_TRUE(write([&](Tx& tx) { return repos().events.insert(tx, made); }));
  }
  std::string ids(const EventQuery& query) {
    const auto found = read([&](Rows& rows) { return repos().events.find_user_events(rows, realm_, query); });
    EXPECT_TRUE(found);
    std::string text;
    for (const auto& each : *found) text += each.id;
    return text;
  }
  std::string change_ids(const EventQuery& query) {
    const auto found = read([&](Rows& rows) { return repos().events.find_admin_events(rows, realm_, query); });
    EXPECT_TRUE(found);
    std::string text;
    for (const auto& each : *found) text += each.id;
    return text;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, EventsTest, kBothEngines, engine_name);

TEST_P(EventsTest, keeps_every_member_and_an_event_once) {
  keep(event("a", "LOGIN", seconds{0}));
  keep(event("a", "LOGOUT", seconds{5}));
  const auto found = read([&](Rows& rows) { return repos().events.find_user_events(rows, realm_, {}); });
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  const auto& kept = found->front();
  EXPECT_EQ(kept.type, "LOGIN");
  EXPECT_EQ(kept.at, now_);
  EXPECT_EQ(kept.client_id + kept.user + kept.session + kept.ip + kept.error, "appu1s1192.0.2.1why");
  EXPECT_EQ(kept.details.at("grant_type"), "password");
  keep(change("x", "users/1"));
  const auto changes = read([&](Rows& rows) { return repos().events.find_admin_events(rows, realm_, {}); });
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->size(), 1U);
  const auto& made = changes->front();
  EXPECT_EQ(made.operation + made.resource + made.path, "UPDATEUSERusers/1");
  EXPECT_EQ(made.by_realm + made.by_realm_name + made.by_client + made.by_user + made.ip, "rmastercu192.0.2.1");
  EXPECT_EQ(made.representation, R"({"a":1})");
  EXPECT_EQ(made.changes, R"({"a":{"before":0,"after":1}})");
}

TEST_P(EventsTest, finds_by_everything_that_is_asked) {
  keep(event("a", "LOGIN", seconds{0}));
  keep(event("b", "LOGIN_ERROR", seconds{10}));
  auto other = event("c", "LOGOUT", seconds{20});
  other.user = "u2";
  other.client_id = "other";
  other.ip = "192.0.2.2";
  keep(other);
  EXPECT_EQ(ids({}), "cba");
  EXPECT_EQ(ids({.oldest_first = true}), "abc");
  EXPECT_EQ(ids({.types = {"LOGIN"}}), "a");
  EXPECT_EQ(ids({.types = {"LOGIN", "LOGOUT"}}), "ca");
  EXPECT_EQ(ids({.client = "app"}), "ba");
  EXPECT_EQ(ids({.user = "u2"}), "c");
  EXPECT_EQ(ids({.ip = "192.0.2.1"}), "ba");
  EXPECT_EQ(ids({.from = now_ + seconds{10}}), "cb");
  EXPECT_EQ(ids({.to = now_ + seconds{10}}), "ba");
  EXPECT_EQ(ids({.first = 1, .max = 1}), "b");
  keep(change("x", "users/1"));
  keep(change("y", "clients/1"));
  EXPECT_EQ(change_ids({}), "yx");
  EXPECT_EQ(change_ids({.path = "users/*"}), "x");
  EXPECT_EQ(change_ids({.path = "*/1"}), "yx");
  EXPECT_EQ(change_ids({.types = {"DELETE"}}), "");
  EXPECT_EQ(change_ids({.types = {"UPDATE"}, .resources = {"USER"}, .realm = "r", .client = "c", .user = "u"}), "yx");
  EXPECT_EQ(change_ids({.realm = "other"}), "");
}

TEST_P(EventsTest, events_expire_are_cleared_and_go_with_their_realm) {
  auto short_lived = event("a", "LOGIN", seconds{0});
  short_lived.expires_at = now_ + seconds{60};
  keep(short_lived);
  keep(event("b", "LOGIN", seconds{1}));
  const auto purge = [&](TimePoint at) {
    return write([&](Tx& tx) { return repos().purge.purge(tx, Expiring::kUserEvents, at, 10); }).value();
  };
  EXPECT_EQ(purge(now_ + seconds{59}), 0);
  EXPECT_EQ(purge(now_ + seconds{60}), 1);
  EXPECT_EQ(ids({}), "b");
  keep(event("c", "LOGIN", seconds{2}));
  const auto clear = [&] {
    return write([&](Tx& tx) { return repos().events.clear_user_events(tx, realm_, 1); }).value();
  };
  EXPECT_EQ(clear(), 1);
  EXPECT_EQ(clear(), 1);
  EXPECT_EQ(clear(), 0);
  keep(event("d", "LOGIN", seconds{3}));
  keep(change("x", "users/1"));
  bool gone = false;
  for (int i = 0; i < 50 && !gone; ++i) {
    gone = write([&](Tx& tx) { return repos().realms.remove_some(tx, realm_, 100); }).value();
  }
  EXPECT_TRUE(gone);
  EXPECT_EQ(ids({}), "");
  EXPECT_EQ(change_ids({}), "");
}

}  // namespace
}  // namespace cardea
