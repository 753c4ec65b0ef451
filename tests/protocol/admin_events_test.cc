// Kept events: what a realm keeps, who reads it, and what no event says (keycloak.md sections 6.3 and 7.4).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;
using enum web::Method;

class AdminEvents : public testing::Test {
 protected:
  void keep(std::string_view config) { ASSERT_EQ(world.put("/events/config", config).status, 204); }
  int flush() { return world.events.flush(world.store, world.repositories.events); }
  AdminWorld::Sent login(std::string_view password) {
    world.clock.advance(seconds{10});  // past the bucket of attempts
    return world.send(kPost, "/realms/demo/protocol/openid-connect/token", {},
                      "grant_type=password&client_id=admin-cli&username=ada&password=" + std::string(password),
                      "application/x-www-form-urlencoded");
  }
  json::array events(std::string_view query = "") { return world.get("/events" + std::string(query)).array(); }
  json::array changes(std::string_view query = "") { return world.get("/admin-events" + std::string(query)).array(); }
  static std::string member(const json::value& event, std::string_view name) {
    return string_or(event.as_object(), name, "");
  }

  AdminWorld world;
};

TEST_F(AdminEvents, refuses_to_keep_what_the_realm_does_not_want) {
  (void)login("correct-horse");
  EXPECT_EQ(flush(), 0);
  keep(R"({"eventsEnabled":true,"enabledEventTypes":["LOGIN_ERROR"]})");
  (void)login("correct-horse");
  EXPECT_EQ(flush(), 0);
  (void)login("wrong");
  EXPECT_EQ(flush(), 1);
  EXPECT_EQ(events().size(), 1U);
  EXPECT_TRUE(changes().empty());
}

TEST_F(AdminEvents, refuses_bad_questions) {
  for (const auto* query :
       {"?dateFrom=yesterday", "?dateTo=2026-13-01", "?dateFrom=-5", "?type=LOGIN,LOGOUT", "?type=%25", "?first=x"}) {
    EXPECT_GE(world.get("/events" + std::string(query)).status, 400) << query;
  }
  EXPECT_EQ(world.get("/admin-events?operationTypes=a%27b").status, 400);
}

// The two commonest errors of a set-up, and a guess at a password: each says of whom it speaks, in Keycloak's words.
TEST_F(AdminEvents, refused_sign_ins_say_the_client_the_address_and_the_account) {
  keep(R"({"eventsEnabled":true})");
  const auto ask = [&](std::string_view query) {
    (void)world.send(kGet, "/realms/demo/protocol/openid-connect/auth?response_type=code&" + std::string(query), {});
  };
  ask("client_id=nobody&redirect_uri=https%3A%2F%2Fapp.example%2Fcb");
  ask("client_id=security-admin-console&redirect_uri=https%3A%2F%2Fwrong.example%2Fcb");
  (void)login("a-wrong-password");
  ASSERT_EQ(flush(), 3);
  const auto kept = events();
  ASSERT_EQ(kept.size(), 3U);
  const auto expect = [&](std::string_view client, std::string_view error) -> const json::object& {
    static const json::object kNone;
    for (const auto& event : kept) {
      if (member(event, "clientId") == client && member(event, "error") == error) return event.as_object();
    }
    ADD_FAILURE() << client << " " << error << " in " << json::serialize(json::value(kept));
    return kNone;
  };
  (void)expect("nobody", "client_not_found");
  const auto& wrong = expect("security-admin-console", "invalid_redirect_uri");
  EXPECT_EQ(string_or(wrong.at("details").as_object(), "redirect_uri", ""), "https://wrong.example/cb");
  EXPECT_FALSE(member(expect("admin-cli", "invalid_user_credentials"), "userId").empty());
}

TEST_F(AdminEvents, events_say_who_and_whence_and_never_a_password) {
  keep(R"({"eventsEnabled":true})");
  (void)login("a-wrong-password");
  (void)login("correct-horse");
  EXPECT_EQ(flush(), 2);
  const auto sent = world.get("/events");
  EXPECT_THAT(sent.body, Not(HasSubstr("password=")));
  EXPECT_THAT(sent.body, Not(HasSubstr("wrong-password")));
  const auto list = sent.array();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(member(list[0], "type"), "LOGIN");  // newest first
  EXPECT_EQ(member(list[0], "clientId"), "admin-cli");
  EXPECT_EQ(member(list[0], "userId"), world.user_id("ada"));
  EXPECT_EQ(member(list[0], "ipAddress"), "192.0.2.7");
  EXPECT_FALSE(member(list[0], "sessionId").empty());
  EXPECT_EQ(member(list[1], "type"), "LOGIN_ERROR");
  EXPECT_EQ(member(list[1], "error"), "invalid_user_credentials");
}

TEST_F(AdminEvents, questions_narrow_by_type_user_client_time_and_page) {
  keep(R"({"eventsEnabled":true})");
  const auto before = epoch_milliseconds(world.clock.now());
  (void)login("wrong");
  (void)login("correct-horse");
  flush();
  EXPECT_EQ(events("?type=LOGIN").size(), 1U);
  EXPECT_EQ(events("?type=LOGIN&type=LOGIN_ERROR").size(), 2U);
  EXPECT_EQ(events("?client=admin-cli").size(), 2U);
  EXPECT_EQ(events("?client=other").size(), 0U);
  EXPECT_EQ(events("?user=" + world.user_id("ada")).size(), 2U);
  EXPECT_EQ(events("?ipAddress=198.51.100.1").size(), 0U);
  EXPECT_EQ(events("?dateTo=" + std::to_string(before)).size(), 0U);
  EXPECT_EQ(events("?dateFrom=" + std::to_string(before)).size(), 2U);
  EXPECT_EQ(events("?dateFrom=1970-01-01&dateTo=9999-12-31").size(), 2U);
  ASSERT_EQ(events("?max=1").size(), 1U);
  EXPECT_EQ(member(events("?first=1&max=5").at(0), "type"), "LOGIN_ERROR");
  EXPECT_EQ(member(events("?direction=asc").at(0), "type"), "LOGIN_ERROR");
}

TEST_F(AdminEvents, events_are_cleared_and_expire) {
  keep(R"({"eventsEnabled":true,"eventsExpiration":60,"adminEventsEnabled":true})");
  (void)login("correct-horse");
  flush();
  ASSERT_EQ(world.post("/roles", R"({"name":"r"})").status, 201);
  EXPECT_EQ(world.remove("/admin-events").status, 204);
  EXPECT_TRUE(changes().empty());
  world.clock.advance(seconds{61});
  const auto purged = write_to(world.store, [&](Tx& tx) {
    return world.repositories.purge.purge(tx, Expiring::kUserEvents, world.clock.now(), 100);
  });
  EXPECT_EQ(purged.value_or(-1), 1);
  const auto later = world.token("master", "root");
  EXPECT_TRUE(world.send(kGet, "/admin/realms/demo/events", later).array().empty());
  (void)login("wrong");
  flush();
  EXPECT_EQ(world.send(kDelete, "/admin/realms/demo/events", later).status, 204);
  EXPECT_TRUE(world.send(kGet, "/admin/realms/demo/events", later).array().empty());
}

TEST_F(AdminEvents, admin_events_say_who_changed_what) {
  keep(R"({"adminEventsEnabled":true,"adminEventsDetailsEnabled":true})");
  const auto made = world.post("/clients", R"({"clientId":"app","secret":"very-secret-words","name":"Before",
      "attributes":{"some.api.key":"hidden-words"}})");
  ASSERT_EQ(made.status, 201);
  const auto path = "/clients/" + made.made_id();
  world.clock.advance(seconds{1});
  ASSERT_EQ(world.put(path, R"({"clientId":"app","name":"After","secret":"other-secret-words"})").status, 204);
  EXPECT_EQ(world.put(path, R"({"baseUrl":"::bad"})").status, 400);
  world.clock.advance(seconds{1});
  ASSERT_EQ(world.remove(path).status, 204);
  const auto sent = world.get("/admin-events?resourceTypes=CLIENT");
  EXPECT_THAT(sent.body, Not(HasSubstr("secret-words")));
  EXPECT_THAT(sent.body, Not(HasSubstr("hidden-words")));
  const auto list = sent.array();
  ASSERT_EQ(list.size(), 3U) << "what was refused is no change";
  EXPECT_EQ(member(list[2], "operationType"), "CREATE");
  EXPECT_EQ(member(list[2], "resourcePath"), "clients/" + made.made_id());
  EXPECT_EQ(member(list[1], "operationType"), "UPDATE");
  EXPECT_EQ(member(list[0], "operationType"), "DELETE");
  const auto& by = list[1].as_object().at("authDetails").as_object();
  EXPECT_FALSE(string_or(by, "userId", "").empty());
  EXPECT_EQ(string_or(by, "ipAddress", ""), "192.0.2.7");
  const auto diff = parse_json(string_or(list[1].as_object().at("details").as_object(), "changes", "")).value();
  EXPECT_EQ(json::serialize(diff.as_object().at("name")), R"({"before":"Before","after":"After"})");
  EXPECT_FALSE(diff.as_object().contains("clientId"));
  EXPECT_EQ(changes("?operationTypes=DELETE").size(), 1U);
  EXPECT_EQ(changes("?resourcePath=clients/*").size(), 3U);
  EXPECT_EQ(changes("?resourcePath=users/*").size(), 0U);
}

/// An engine that never takes one of the events.
class PickyEvents final : public EventRepo {
 public:
  explicit PickyEvents(EventRepo& inner) : inner_(inner) {}
  Stored<void> insert(Tx& tx, const UserEvent& event) override {
    return event.type == "LOGIN_ERROR" ? refuse(StoreError::kCorrupt) : inner_.insert(tx, event);
  }
  Stored<void> insert(Tx& tx, const AdminEvent& event) override { return inner_.insert(tx, event); }
  Stored<std::vector<UserEvent>> find_user_events(Rows& rows, const RealmId& realm, const EventQuery& query) override {
    return inner_.find_user_events(rows, realm, query);
  }
  Stored<std::vector<AdminEvent>> find_admin_events(Rows& rows, const RealmId& realm,
                                                    const EventQuery& query) override {
    return inner_.find_admin_events(rows, realm, query);
  }
  Stored<int> clear_user_events(Tx& tx, const RealmId& realm, int rows_max) override {
    return inner_.clear_user_events(tx, realm, rows_max);
  }
  Stored<int> clear_admin_events(Tx& tx, const RealmId& realm, int rows_max) override {
    return inner_.clear_admin_events(tx, realm, rows_max);
  }

 private:
  EventRepo& inner_;
};

TEST_F(AdminEvents, refuses_to_hold_up_events_behind_one_that_is_never_taken) {
  keep(R"({"eventsEnabled":true})");
  (void)login("wrong");
  (void)login("correct-horse");
  PickyEvents picky(world.repositories.events);
  EXPECT_EQ(world.events.flush(world.store, picky), 1);
  EXPECT_EQ(world.events.lost(), 1U);
  EXPECT_EQ(events().size(), 1U);
}

TEST_F(AdminEvents, a_store_that_fails_loses_no_event) {
  keep(R"({"eventsEnabled":true})");
  (void)login("correct-horse");
  world.store.fail_writes(0, StoreError::kUnavailable);
  EXPECT_EQ(flush(), 0);
  world.store.heal();
  EXPECT_EQ(flush(), 1);
  EXPECT_EQ(world.events.lost(), 0U);
}

}  // namespace
}  // namespace cardea::protocol
