// What the hub does about a directory between sign-ins (docs/adr/0025; guides.md G2.8): who is gone or disabled is
// stopped, and whose groups changed has the new ones. Refusals first.
#include "tests/broker/directory_world.h"

namespace cardea::protocol {
namespace {

class DirectorySync : public Directory, public testing::WithParamInterface<Engine> {
 protected:
  DirectorySync() : Directory(GetParam()) {
    add_group("g-1", {"o-1"});
    add_group("g-2", {"o-1", "o-2"});
    people_.emplace("o-2", true);
    sign_in_as("o-1");
    sign_in_as("o-2");
  }
  cardea::DirectorySync row() {
    return read_from(
               server_.repositories.store,
               [&](Rows& rows) { return server_.repositories.directory_syncs.find(rows, RealmId("realm-demo"), "up"); })
        .value()
        .value_or(cardea::DirectorySync{});
  }
  std::size_t due() {
    return read_from(server_.repositories.store,
                     [&](Rows& rows) {
                       return server_.repositories.federated_identities.list_groups_due(rows, RealmId("realm-demo"),
                                                                                        "up", "", 100);
                     })
        .value()
        .size();
  }
};

TEST_P(DirectorySync, refuses_directories_that_nobody_wants_looked_after) {
  for (const json::object& config : {json::object{{"directorySync", "false"}},
                                     json::object{{"tenantId", "common"}, {"allowedTenants", kDirectoryTenant}},
                                     json::object{{"tenantId", "contoso.example"}}}) {
    set_up(config);
    sync();
    EXPECT_EQ(calls_to("delta"), 0U) << json::serialize(config);
  }
}

TEST_P(DirectorySync, refuses_a_run_beside_one_that_another_node_does) {
  const auto now = server_.clock.now() + seconds{300};
  ASSERT_TRUE(*write_to(server_.repositories.store, [&](Tx& tx) {
    return server_.repositories.directory_syncs.lease(tx, RealmId("realm-demo"), "up", "other", now,
                                                      now + seconds{120});
  }));
  sync();
  EXPECT_EQ(calls_to("delta"), 0U);
  sync(seconds{120});  // it died: its lease ran out
  EXPECT_GT(calls_to("delta"), 0U);
  EXPECT_NE(row().holder, "other");
}

TEST_P(DirectorySync, refuses_a_link_that_leads_elsewhere) {
  sync();
  serve("/v1.0/users/delta?$deltatoken=0", [](const auto&) {
    return json_answer(200, {{"value", json::array()}, {"@odata.nextLink", "https://evil.example/v1.0/users"}});
  });
  sync();
  sync();
  EXPECT_TRUE(server_.log.contains("next_page_elsewhere"));
  EXPECT_EQ(calls_to("evil.example"), 0U) << "it would get our token";
}

TEST_P(DirectorySync, G2_19_ends_the_sessions_of_who_is_disabled_or_gone) {
  Browser browser(server_);
  const auto tokens = redeem(server_, location_parameter(sign_in(browser, "o-1"), "code"));
  sync();
  EXPECT_TRUE(is_enabled("o-1"));
  const auto fresh = refresh(server_, string_or(tokens, "refresh_token", ""));
  set_enabled("o-1", false);
  remove_person("o-2");
  sync();
  EXPECT_FALSE(is_enabled("o-1"));
  EXPECT_FALSE(is_enabled("o-2"));
  (void)refresh(server_, string_or(fresh, "refresh_token", ""), 400);
  EXPECT_TRUE(server_.log.contains("upstream_person_stopped"));
  set_enabled("o-1", true);
  sync();
  EXPECT_TRUE(is_enabled("o-1")) << "who is back is started again";
  EXPECT_FALSE(is_enabled("o-2"));
}

TEST_P(DirectorySync, refuses_to_start_whom_an_administrator_stopped) {
  sync();
  const auto user = user_named("o-1@contoso.example")->id;
  ASSERT_TRUE(server_.repositories.store.write(
      [&](Tx& tx) { return server_.repositories.users.set_enabled(tx, user, false); }));
  set_enabled("o-1", true);
  sync();
  EXPECT_FALSE(is_enabled("o-1"));
}

TEST_P(DirectorySync, refuses_to_stop_an_administrator_of_the_realm) {
  const auto user = user_named("o-1@contoso.example")->id;
  const RealmId realm("realm-demo");
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
    Client client;
    client.id = ClientId("client-realm-management");
    client.client_id = "realm-management";
    if (auto done = server_.repositories.clients.insert(tx, realm, client); !done) return done;
    Role role;
    role.id = RoleId("role-manage-users");
    role.realm = realm;
    role.client = client.id;
    role.name = "manage-users";
    if (auto done = server_.repositories.roles.insert(tx, role); !done) return done;
    return server_.repositories.users.add_role(tx, user, role.id);
  }));
  set_enabled("o-1", false);
  sync();
  EXPECT_TRUE(is_enabled("o-1"));
  EXPECT_TRUE(server_.log.contains("upstream_administrator_gone")) << "they are signed out all the same";
}

TEST_P(DirectorySync, follows_memberships_direct_and_nested) {
  sync();
  EXPECT_EQ(paths("o-1"), (Paths{"/up/Group g-1", "/up/Group g-2"}));
  leave_group("g-2", "o-1");
  add_group("g-3", {"o-1"});
  sync();
  EXPECT_EQ(paths("o-1"), (Paths{"/up/Group g-1", "/up/Group g-3"}));
  EXPECT_EQ(paths("o-2"), Paths{"/up/Group g-2"});
  add_group("g-4", {"g-2"});  // around it: whoever is in it is in this one, too
  sync();
  EXPECT_EQ(paths("o-2"), (Paths{"/up/Group g-2", "/up/Group g-4"}));
  leave_group("g-4", "g-2");
  sync();
  EXPECT_EQ(paths("o-2"), Paths{"/up/Group g-2"});
  rename_group("g-2", "Sales");
  sync();
  EXPECT_EQ(paths("o-2"), Paths{"/up/Sales"});
}

// Nobody there makes every new person a member of a group by calling it what another one was called.
TEST_P(DirectorySync, refuses_a_new_group_the_place_of_one_that_was_renamed) {
  sync();
  server_.change_realm([](Realm& realm) { realm.extra["defaultGroups"] = json::array{"/up/Group g-2"}; });
  rename_group("g-2", "Sales");
  sync();
  const auto realm = read_from(server_.repositories.store,
                               [&](Rows& rows) { return server_.repositories.realms.find_by_name(rows, "demo"); });
  ASSERT_TRUE(realm && *realm);
  EXPECT_EQ((*realm)->extra.at("defaultGroups"), (json::array{"/up/Sales"}));
}

TEST_P(DirectorySync, asks_about_those_alone_whose_groups_changed) {
  sync();
  const auto batches = calls_to("$batch");
  sync();
  EXPECT_EQ(calls_to("$batch"), batches) << "nothing changed";
  leave_group("g-1", "o-1");
  sync();
  EXPECT_EQ(calls_to("$batch"), batches + 1);
  EXPECT_EQ(due(), 0U);
  EXPECT_EQ(watch_.totals().asked.load(), 3) << "both at first, then one";
}

TEST_P(DirectorySync, leaves_nobody_in_a_group_that_is_gone_there) {
  add_group("g-5", {"g-2"});
  sync();
  EXPECT_TRUE(paths("o-2").contains("/up/Group g-5"));
  remove_group("g-2");  // and nobody can tell any more who was in it
  sync();
  EXPECT_EQ(paths("o-2"), Paths{});
  EXPECT_EQ(paths("o-1"), Paths{"/up/Group g-1"});
}

TEST_P(DirectorySync, follows_through_pages_and_goes_on_where_a_run_ended) {
  page_size_ = 2;
  sync();
  for (int i = 10; i < 16; ++i) add_group("p-" + std::to_string(i), {"o-2"});
  sync();
  EXPECT_EQ(paths("o-2").size(), 7U);
  leave_group("g-2", "o-2");
  batch_status_ = 429;
  sync();
  EXPECT_EQ(paths("o-2").size(), 7U);
  EXPECT_EQ(due(), 1U) << "it is known that there is something to ask";
  EXPECT_EQ(row().due_at, server_.clock.now() + seconds{120}) << "as Graph asks";
  const auto calls = server_.fetcher.calls.size();
  sync(seconds{119});
  EXPECT_EQ(server_.fetcher.calls.size(), calls);
  batch_status_ = 200;
  sync(seconds{1});
  EXPECT_EQ(paths("o-2").size(), 6U);
  EXPECT_EQ(due(), 0U);
}

TEST_P(DirectorySync, begins_anew_when_graph_has_forgotten_the_delta) {
  sync();
  // What happened while nobody could follow it is asked of everybody.
  remove_person("o-2");
  user_log_.clear();
  groups_.at("g-1").members.clear();
  serve("/v1.0/users/delta?$deltatoken=0",
        [](const auto&) { return json_answer(410, {{"error", {{"code", "syncStateNotFound"}}}}); });
  sync();
  EXPECT_EQ(paths("o-1"), Paths{"/up/Group g-2"});
  EXPECT_FALSE(is_enabled("o-2"));
}

TEST_P(DirectorySync, names_the_permission_that_is_missing_and_tries_later) {
  graph_status_ = 403;
  sync();
  EXPECT_TRUE(server_.log.contains("upstream_directory_not_synced"));
  EXPECT_TRUE(server_.log.contains("User.Read.All"));
  EXPECT_EQ(watch_.totals().failed.load(), 1);
  graph_status_ = 200;
  sync(seconds{60});
  EXPECT_EQ(watch_.totals().done.load(), 1);
}

TEST_P(DirectorySync, lets_people_sign_in_without_asking_and_waits_for_who_is_due) {
  sync();
  const auto asked = calls_to("me/getMemberObjects");
  server_.clock.advance(seconds{250});
  sign_in_as("o-1");
  EXPECT_EQ(calls_to("me/getMemberObjects"), asked) << "as young as the last run";
  leave_group("g-1", "o-1");
  batch_status_ = 503;
  sync();
  EXPECT_EQ(due(), 1U);
  sign_in_as("o-1");
  EXPECT_EQ(calls_to("me/getMemberObjects"), asked + 1) << "known to be outdated";
  EXPECT_EQ(paths("o-1"), Paths{"/up/Group g-2"});
  EXPECT_EQ(due(), 0U);
}

TEST_P(DirectorySync, refuses_to_make_groups_that_are_filtered_out) {
  set_up({{"groupsDeny", "g-2"}});
  sync();
  EXPECT_EQ(paths("o-1"), Paths{"/up/Group g-1"});
  EXPECT_EQ(paths("o-2"), Paths{});
}

TEST_P(DirectorySync, forgets_the_links_of_another_directory) {
  sync();
  EXPECT_FALSE(row().groups_link.empty());
  set_up({{"clientId", "another"}});
  const auto latest = calls_to("latest");
  sync();
  EXPECT_EQ(calls_to("latest"), latest + 1);
}

INSTANTIATE_ON_EVERY_ENGINE(DirectorySync);

}  // namespace
}  // namespace cardea::protocol
