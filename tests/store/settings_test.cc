// Realms, scopes, keys, clients, roles and groups.
#include <gmock/gmock.h>

#include "tests/store/fixture.h"

namespace cardea {
namespace {

class SettingsTest : public OpenStoreTest {};
INSTANTIATE_TEST_SUITE_P(Engines, SettingsTest, kBothEngines, engine_name);

json::object nested_extra() {
  return {{"browserFlow", "browser"},
          {"components", {{"a", json::array{1, 2.5, nullptr, true, "t\u00e4xt \u2603"}}}},
          {"big", 9'007'199'254'740'993}};
}

TEST_P(SettingsTest, refuses_a_realm_whose_name_or_id_is_taken) {
  insert_realm();
  Realm twin;
  twin.id = RealmId("another");
  twin.name = "demo";
  EXPECT_EQ(write([&](Tx& tx) { return repos().realms.insert(tx, twin); }).error(), StoreError::kConflict);
  twin.id = realm_;
  twin.name = "other";
  EXPECT_EQ(write([&](Tx& tx) { return repos().realms.insert(tx, twin); }).error(), StoreError::kConflict);
}

TEST_P(SettingsTest, names_realms_by_what_their_names_begin_with) {
  insert_realm();
  insert_realm("demo_2");
  insert_realm("other");
  const auto names = [&](std::string_view prefix) {
    std::vector<std::string> out;
    for (auto& [id, name] : read([&](Rows& rows) { return repos().realms.names(rows, prefix); }).value()) {
      out.push_back(std::move(name));
    }
    return out;
  };
  EXPECT_THAT(names("demo"), testing::ElementsAre("demo", "demo_2"));
  EXPECT_THAT(names("demo_"), testing::ElementsAre("demo_2")) << "no wildcard";
  EXPECT_THAT(names("%"), testing::IsEmpty());
  EXPECT_THAT(names(""), testing::SizeIs(3));
}

TEST_P(SettingsTest, refuses_to_rename_a_realm_to_a_taken_name_or_to_update_one_that_is_gone) {
  auto realm = insert_realm();
  insert_realm("other");
  realm.name = "other";
  EXPECT_EQ(write([&](Tx& tx) { return repos().realms.update(tx, realm); }).error(), StoreError::kConflict);
  realm.id = RealmId("gone");
  realm.name = "new";
  EXPECT_EQ(write([&](Tx& tx) { return repos().realms.update(tx, realm); }).error(), StoreError::kConflict);
}

TEST_P(SettingsTest, refuses_settings_of_a_realm_that_is_gone) {
  ClientScope scope;
  scope.id = ScopeId("s");
  scope.name = "api";
  const RealmId gone("gone");
  EXPECT_EQ(write([&](Tx& tx) { return repos().scopes.insert(tx, gone, scope); }).error(), StoreError::kConflict);
  EXPECT_EQ(write([&](Tx& tx) { return repos().realms.raise_version(tx, gone); }).error(), StoreError::kConflict);
}

TEST_P(SettingsTest, refuses_taken_names_inside_a_realm_but_not_across_realms) {
  insert_realm();
  insert_realm("other");
  insert_client("app");
  insert_role("editor");
  insert_group("staff");
  Client client;
  client.id = ClientId("second");
  client.client_id = "app";
  EXPECT_EQ(write([&](Tx& tx) { return repos().clients.insert(tx, realm_, client); }).error(), StoreError::kConflict);
  EXPECT_TRUE(write([&](Tx& tx) { return repos().clients.insert(tx, RealmId("realm-other"), client); }));
  Role role;
  role.id = RoleId("second");
  role.realm = realm_;
  role.name = "editor";
  EXPECT_EQ(write([&](Tx& tx) { return repos().roles.insert(tx, role); }).error(), StoreError::kConflict);
  role.client = ClientId("id-of-app");
  EXPECT_TRUE(write([&](Tx& tx) { return repos().roles.insert(tx, role); })) << "a client's role of the same name";
  Group group;
  group.id = GroupId("second");
  group.realm = realm_;
  group.name = "staff";
  EXPECT_EQ(write([&](Tx& tx) { return repos().groups.insert(tx, group); }).error(), StoreError::kConflict);
}

TEST_P(SettingsTest, refuses_roles_of_missing_clients_and_groups_below_missing_ones) {
  insert_realm();
  Role role;
  role.id = RoleId("r");
  role.realm = realm_;
  role.client = ClientId("gone");
  role.name = "editor";
  EXPECT_EQ(write([&](Tx& tx) { return repos().roles.insert(tx, role); }).error(), StoreError::kConflict);
  Group group;
  group.id = GroupId("g");
  group.realm = realm_;
  group.parent = GroupId("gone");
  group.name = "staff";
  EXPECT_EQ(write([&](Tx& tx) { return repos().groups.insert(tx, group); }).error(), StoreError::kConflict);
}

TEST_P(SettingsTest, refuses_mappings_and_composites_of_what_is_gone) {
  insert_realm();
  const auto client = insert_client();
  const auto role = insert_role("editor");
  const RoleId gone("gone");
  const auto conflict = [&](auto&& function) { return write(function).error() == StoreError::kConflict; };
  EXPECT_TRUE(conflict([&](Tx& tx) { return repos().clients.add_role_mapping(tx, realm_, client.id, gone); }));
  EXPECT_TRUE(conflict([&](Tx& tx) { return repos().clients.add_role_mapping(tx, realm_, ClientId("x"), role.id); }));
  EXPECT_TRUE(conflict([&](Tx& tx) { return repos().scopes.add_role_mapping(tx, realm_, ScopeId("x"), role.id); }));
  EXPECT_TRUE(conflict([&](Tx& tx) { return repos().roles.add_composite(tx, realm_, role.id, gone); }));
  EXPECT_TRUE(conflict([&](Tx& tx) { return repos().roles.add_composite(tx, realm_, gone, role.id); }));
}

TEST_P(SettingsTest, a_realm_comes_back_as_it_went) {
  Realm realm;
  realm.id = realm_;
  realm.name = "demo";
  realm.display_name = "D\u00e9mo \"quoted\"";
  realm.display_name_html = "<b>Demo</b>";
  realm.enabled = false;
  realm.ssl_required = SslRequired::kNone;
  realm.not_before = 17;
  realm.default_signature_algorithm = "ES256";
  realm.revoke_refresh_token = true;
  realm.refresh_token_max_reuse = 3;
  realm.lifespans.access_token = seconds(61);
  realm.lifespans.access_code_login = seconds(62);
  realm.registration_allowed = realm.remember_me = realm.edit_username_allowed = true;
  realm.login_with_email_allowed = false;
  realm.default_role = RoleId("default-roles-demo");
  realm.password_policy = "length(8)";
  realm.attributes = {{"a", "1"}, {"", "empty name"}};
  realm.browser_security_headers = {{"x", "y"}};
  realm.default_scopes = {ScopeId("s1"), ScopeId("s2")};
  realm.optional_scopes = {ScopeId("s3")};
  realm.extra = nested_extra();
  ASSERT_TRUE(write([&](Tx& tx) { return repos().realms.insert(tx, realm); }));
  const auto found = read([&](Rows& rows) { return repos().realms.find_by_name(rows, "demo"); }).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, realm.id);
  EXPECT_EQ(found->display_name, realm.display_name);
  EXPECT_EQ(found->display_name_html, realm.display_name_html);
  EXPECT_FALSE(found->enabled);
  EXPECT_EQ(found->ssl_required, SslRequired::kNone);
  EXPECT_EQ(found->not_before, 17);
  EXPECT_EQ(found->default_signature_algorithm, "ES256");
  EXPECT_TRUE(found->revoke_refresh_token);
  EXPECT_EQ(found->refresh_token_max_reuse, 3);
  EXPECT_EQ(found->lifespans.access_token, seconds(61));
  EXPECT_EQ(found->lifespans.access_code_login, seconds(62));
  EXPECT_TRUE(found->registration_allowed && found->remember_me && found->edit_username_allowed);
  EXPECT_FALSE(found->login_with_email_allowed);
  EXPECT_EQ(found->default_role, realm.default_role);
  EXPECT_EQ(found->password_policy, "length(8)");
  EXPECT_EQ(found->attributes, realm.attributes);
  EXPECT_EQ(found->browser_security_headers, realm.browser_security_headers);
  EXPECT_EQ(found->default_scopes, realm.default_scopes);
  EXPECT_EQ(found->optional_scopes, realm.optional_scopes);
  EXPECT_EQ(found->extra, realm.extra);
  EXPECT_FALSE(read([&](Rows& rows) { return repos().realms.find_by_name(rows, "Demo"); }).value());
  EXPECT_EQ(read([&](Rows& rows) { return repos().realms.list(rows); })->size(), 1U);
}

TEST_P(SettingsTest, a_realm_can_be_renamed) {
  auto realm = insert_realm("importing/demo");
  realm.name = "shown";
  ASSERT_TRUE(write([&](Tx& tx) { return repos().realms.update(tx, realm); }));
  EXPECT_TRUE(read([&](Rows& rows) { return repos().realms.find_by_name(rows, "shown"); }).value());
  EXPECT_FALSE(read([&](Rows& rows) { return repos().realms.find_by_name(rows, "importing/demo"); }).value());
}

TEST_P(SettingsTest, every_write_to_settings_raises_the_version_and_a_refused_one_does_not) {
  insert_realm();
  auto last = version();
  const auto raised = [&] {
    const auto before = std::exchange(last, version());
    return last > before;
  };
  const auto client = insert_client();
  EXPECT_TRUE(raised());
  const auto role = insert_role("editor");
  EXPECT_TRUE(raised());
  const auto group = insert_group("staff");
  EXPECT_TRUE(raised());
  ASSERT_TRUE(write([&](Tx& tx) { return repos().clients.add_role_mapping(tx, realm_, client.id, role.id); }));
  EXPECT_TRUE(raised());
  insert_user();
  EXPECT_FALSE(raised()) << "users are not settings";
  const auto account = insert_service_account(client.id);
  EXPECT_TRUE(raised()) << "a service account is read with its client's settings";
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.add_role(tx, account, role.id); }));
  EXPECT_TRUE(raised());
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.add_group(tx, account, group.id); }));
  EXPECT_TRUE(raised());
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.set_required_actions(tx, account, {"UPDATE_PASSWORD"}); }));
  EXPECT_TRUE(raised());
  EXPECT_FALSE(write([&](Tx& tx) -> Stored<void> {
    if (auto done = repos().realms.raise_version(tx, realm_); !done) return done;
    return refuse(StoreError::kBusy);
  }));
  EXPECT_FALSE(raised()) << "rolled back";
}

TEST_P(SettingsTest, versions_of_many_realms_come_in_one_answer) {
  insert_realm();
  insert_realm("other");
  const std::vector<RealmId> asked{realm_, RealmId("gone"), RealmId("realm-other"), RealmId("odd \"id\" \\")};
  EXPECT_EQ(read([&](Rows& rows) { return repos().realms.versions(rows, asked); })->size(), 2U);
  EXPECT_TRUE(read([&](Rows& rows) { return repos().realms.versions(rows, {}); })->empty());
}

TEST_P(SettingsTest, a_client_comes_back_as_it_went) {
  insert_realm();
  Client client;
  client.id = ClientId("c1");
  client.client_id = "app \u2603";
  client.name = "App";
  client.secret = SecretBytes(std::string("s3cret"));
  client.redirect_uris = {"https://app.example.org/*"};
  client.web_origins = {"+"};
  client.attributes = {{"post.logout.redirect.uris", "+"}};
  client.public_client = false;
  client.service_accounts_enabled = true;
  client.full_scope_allowed = false;
  client.mappers = {{"m1", "aud", "openid-connect", "oidc-audience-mapper", {{"included.client.audience", "api"}}}};
  client.default_scopes = {ScopeId("s1")};
  client.optional_scopes = {ScopeId("s2")};
  client.role_mappings = {RoleId("r1")};
  client.extra = nested_extra();
  ASSERT_TRUE(write([&](Tx& tx) { return repos().clients.insert(tx, realm_, client); }));
  const auto found =
      read([&](Rows& rows) { return repos().clients.find_by_client_id(rows, realm_, client.client_id); }).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, client.id);
  EXPECT_EQ(found->name, "App");
  EXPECT_EQ(found->secret.reveal(), "s3cret");
  EXPECT_EQ(found->redirect_uris, client.redirect_uris);
  EXPECT_EQ(found->web_origins, client.web_origins);
  EXPECT_EQ(found->attributes, client.attributes);
  EXPECT_TRUE(found->service_accounts_enabled);
  EXPECT_FALSE(found->full_scope_allowed);
  ASSERT_EQ(found->mappers.size(), 1U);
  EXPECT_EQ(found->mappers[0].provider, "oidc-audience-mapper");
  EXPECT_EQ(found->mappers[0].config, client.mappers[0].config);
  EXPECT_EQ(found->default_scopes, client.default_scopes);
  EXPECT_EQ(found->optional_scopes, client.optional_scopes);
  EXPECT_EQ(found->role_mappings, client.role_mappings);
  EXPECT_EQ(found->extra, client.extra);
  EXPECT_TRUE(read([&](Rows& rows) { return repos().clients.find(rows, realm_, client.id); }).value());
  EXPECT_FALSE(read([&](Rows& rows) { return repos().clients.find(rows, RealmId("other"), client.id); }).value());
}

TEST_P(SettingsTest, a_client_without_secret_has_none) {
  insert_realm();
  insert_client();
  const auto found = read([&](Rows& rows) { return repos().clients.find_by_client_id(rows, realm_, "app"); }).value();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->secret.empty());
}

TEST_P(SettingsTest, role_mappings_are_added_once) {
  insert_realm();
  const auto client = insert_client();
  const auto role = insert_role("editor");
  ClientScope scope;
  scope.id = ScopeId("s1");
  scope.name = "api";
  scope.attributes = {{"include.in.token.scope", "false"}};
  ASSERT_TRUE(write([&](Tx& tx) { return repos().scopes.insert(tx, realm_, scope); }));
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(write([&](Tx& tx) { return repos().clients.add_role_mapping(tx, realm_, client.id, role.id); }));
    ASSERT_TRUE(write([&](Tx& tx) { return repos().scopes.add_role_mapping(tx, realm_, scope.id, role.id); }));
  }
  const auto scopes = read([&](Rows& rows) { return repos().scopes.list(rows, realm_); }).value();
  ASSERT_EQ(scopes.size(), 1U);
  EXPECT_EQ(scopes[0].role_mappings, std::vector{role.id});
  EXPECT_FALSE(scopes[0].in_token_scope());
  const auto found = read([&](Rows& rows) { return repos().clients.find(rows, realm_, client.id); }).value();
  EXPECT_EQ(found->role_mappings, std::vector{role.id});
}

TEST_P(SettingsTest, parallel_role_mappings_of_one_client_are_all_kept) {
  insert_realm();
  const auto client = insert_client();
  for (int i = 0; i < 8; ++i) insert_role("role" + std::to_string(i));
  in_parallel(8, [&](int i) {
    const RoleId role("role-role" + std::to_string(i));
    EXPECT_TRUE(write([&](Tx& tx) { return repos().clients.add_role_mapping(tx, realm_, client.id, role); }));
  });
  const auto found = read([&](Rows& rows) { return repos().clients.find(rows, realm_, client.id); }).value();
  EXPECT_EQ(found->role_mappings.size(), 8U);
}

TEST_P(SettingsTest, roles_come_with_composites_and_their_clients_name) {
  insert_realm();
  const auto client = insert_client("app");
  Role parent;
  parent.id = RoleId("parent");
  parent.realm = realm_;
  parent.name = "all";
  parent.description = "everything";
  parent.composites = {RoleId("comes-later"), RoleId("role-editor")};
  parent.attributes = {{"k", {"v1", "v2"}}};
  ASSERT_TRUE(write([&](Tx& tx) { return repos().roles.insert(tx, parent); }));
  const auto editor = insert_role("editor");
  const auto viewer = insert_role("viewer", client.id);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(write([&](Tx& tx) { return repos().roles.add_composite(tx, realm_, parent.id, viewer.id); }));
  }
  const auto found = read([&](Rows& rows) { return repos().roles.find(rows, realm_, parent.id); }).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->description, "everything");
  EXPECT_EQ(found->attributes, parent.attributes);
  EXPECT_EQ(found->composites.size(), 3U);
  const auto of_client =
      read([&](Rows& rows) { return repos().roles.find_by_name(rows, realm_, client.id, "viewer"); }).value();
  ASSERT_TRUE(of_client);
  EXPECT_EQ(of_client->client_name, "app");
  EXPECT_EQ(of_client->client, client.id);
  EXPECT_FALSE(read([&](Rows& rows) { return repos().roles.find_by_name(rows, realm_, {}, "viewer"); }).value());
  const auto id_of = [&](const std::optional<ClientId>& owner) {
    return read([&](Rows& rows) { return repos().roles.find_id(rows, realm_, owner, "viewer"); }).value();
  };
  EXPECT_EQ(id_of(client.id), viewer.id);
  EXPECT_FALSE(id_of(std::nullopt));
  EXPECT_EQ(read([&](Rows& rows) { return repos().roles.list(rows, realm_); })->size(), 3U);
}

TEST_P(SettingsTest, groups_come_with_their_path) {
  insert_realm();
  const auto top = insert_group("a/b");
  const auto middle = insert_group("team", top.id);
  const auto leaf = insert_group("leads", middle.id);
  const auto found = read([&](Rows& rows) { return repos().groups.find(rows, realm_, leaf.id); }).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->path, "/a~/b/team/leads");
  EXPECT_EQ(found->parent, middle.id);
  const auto all = read([&](Rows& rows) { return repos().groups.list(rows, realm_); }).value();
  ASSERT_EQ(all.size(), 3U);
  for (const auto& group : all) {
    if (group.id == leaf.id) EXPECT_EQ(group.path, found->path);
    if (group.id == top.id) EXPECT_EQ(group.path, "/a~/b");
  }
  EXPECT_FALSE(read([&](Rows& rows) { return repos().groups.find(rows, RealmId("other"), leaf.id); }).value());
}

TEST_P(SettingsTest, keys_come_by_priority) {
  insert_realm();
  for (const int priority : {50, 200, 100}) {
    RealmKey key;
    key.id = KeyId("key-" + std::to_string(priority));
    key.name = "rsa-generated";
    key.provider = "rsa-generated";
    key.kid = "kid";
    key.algorithm = "RS256";
    key.use = "sig";
    key.status = priority == 50 ? KeyStatus::kDisabled : KeyStatus::kActive;
    key.priority = priority;
    key.created_at = now_;
    key.secret = SecretBytes(std::string("private"));
    key.certificate_der = std::string("\x30\x00\x01", 3);
    ASSERT_TRUE(write([&](Tx& tx) { return repos().keys.insert(tx, realm_, key); }));
  }
  const auto keys = read([&](Rows& rows) { return repos().keys.list(rows, realm_); });
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 3U);
  EXPECT_EQ((*keys)[0].priority, 200);
  EXPECT_EQ((*keys)[2].status, KeyStatus::kDisabled);
  EXPECT_EQ((*keys)[0].secret.reveal(), "private");
  EXPECT_EQ((*keys)[0].certificate_der, std::string("\x30\x00\x01", 3));
  EXPECT_EQ((*keys)[0].created_at, now_);
}

TEST_P(SettingsTest, a_realm_is_removed_bit_by_bit_and_nothing_else) {
  insert_realm();
  insert_realm("other");
  const auto client = insert_client();
  const auto role = insert_role("editor", client.id);
  const auto top = insert_group("top");
  const auto below = insert_group("below", top.id);
  for (int i = 0; i < 5; ++i) {
    const auto user = insert_user("u" + std::to_string(i));
    insert_session("session-" + std::to_string(i), user.id, client.id);
    ASSERT_TRUE(write([&](Tx& tx) { return repos().users.add_role(tx, user.id, role.id); }));
    ASSERT_TRUE(write([&](Tx& tx) { return repos().users.add_group(tx, user.id, below.id); }));
  }
  ASSERT_TRUE(write([&](Tx& tx) { return repos().revocations.insert(tx, realm_, "jti", now_); }));
  const auto remove = [&] { return write([&](Tx& tx) { return repos().realms.remove_some(tx, realm_, 2); }).value(); };
  EXPECT_FALSE(remove());
  int rounds = 1;
  while (!remove()) ASSERT_LT(++rounds, 20);
  EXPECT_GT(rounds, 3);
  EXPECT_TRUE(remove()) << "gone already";
  for (const char* table : {"users", "user_roles", "user_groups", "user_sessions", "client_sessions", "clients",
                            "roles", "realm_groups", "revocations"}) {
    EXPECT_TRUE(raw(std::string("SELECT 'left' FROM ") + table).empty()) << table;
  }
  EXPECT_EQ(read([&](Rows& rows) { return repos().realms.list(rows); })->size(), 1U);
  insert_realm();
  insert_client();
  insert_user("u1");
}

}  // namespace
}  // namespace cardea
