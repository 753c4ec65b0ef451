// What administrators change and look for: updates, removals, searches.
#include <algorithm>

#include "base/text.h"
#include "tests/store/fixture.h"

namespace cardea {
namespace {

class AdminTest : public OpenStoreTest {
 protected:
  void SetUp() override {
    open();
    insert_realm();
  }
  User add(const std::string& name, const std::function<void(User&)>& change = [](User&) {}) {
    User user;
    user.id = UserId("id-" + name);
    user.realm = realm_;
    user.username = name;
    change(user);
    EXPECT_TRUE(write([&](Tx& tx) { return repos().users.insert(tx, user, false); }));
    return user;
  }
  std::string found(const UserQuery& query) {
    std::string names;
    const auto users = read([&](Rows& rows) { return repos().users.search(rows, realm_, query); });
    EXPECT_TRUE(users);
    if (!users) return "error";
    for (const auto& user : *users) names.append(names.empty() ? "" : " ").append(user.username);
    auto all = query;
    all.first = 0;
    all.max = -1;
    const auto count = read([&](Rows& rows) { return repos().users.count(rows, realm_, all); });
    EXPECT_TRUE(count);
    if (query.max < 0 && query.first == 0) {
      EXPECT_EQ(count.value(), static_cast<std::int64_t>(users->size()));
    }
    return names;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, AdminTest, kBothEngines, engine_name);

TEST_P(AdminTest, refuses_an_update_of_a_user_to_what_is_anothers_or_of_one_that_is_gone) {
  auto ada = add("ada", [](User& user) { user.email = "ada@example.org"; });
  add("bob", [](User& user) { user.email = "bob@example.org"; });
  const auto update = [&](const User& user) {
    return write([&](Tx& tx) { return repos().users.update(tx, user, false); });
  };
  auto changed = ada;
  changed.username = "bob";
  EXPECT_EQ(update(changed).error(), StoreError::kConflict);
  changed = ada;
  changed.email = "bob@example.org";
  EXPECT_EQ(update(changed).error(), StoreError::kConflict);
  changed = ada;
  changed.realm = RealmId("other");
  EXPECT_EQ(update(changed).error(), StoreError::kConflict);
  changed = ada;
  changed.username = "countess";
  changed.email.clear();
  changed.attributes["phone"] = {"1", "2"};
  changed.required_actions = {"UPDATE_PASSWORD"};
  changed.extra["origin"] = "x";
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.set_enabled(tx, ada.id, false); }));
  EXPECT_TRUE(update(changed));
  const auto read_back = read([&](Rows& rows) { return repos().users.find(rows, realm_, ada.id); }).value();
  ASSERT_TRUE(read_back);
  EXPECT_EQ(read_back->username, "countess");
  EXPECT_EQ(read_back->email, "");
  EXPECT_EQ(read_back->attributes, changed.attributes);
  EXPECT_EQ(read_back->extra, changed.extra);
  EXPECT_FALSE(read_back->enabled) << "what was read before a stop must not undo it";
}

TEST_P(AdminTest, refuses_to_find_users_by_what_they_are_not) {
  add("ada", [](User& user) {
    user.email = "ada@example.org";
    user.first_name = "Ada";
    user.last_name = "Love_lace";
    user.attributes = {{"phone", {"1", "2"}}, {"team", {"a"}}};
  });
  add("bob", [](User& user) { user.enabled = false; });
  add("cy", [](User& user) { user.email_verified = true; });
  EXPECT_EQ(found({}), "ada bob cy");
  EXPECT_EQ(found({.first = 1, .max = 1}), "bob");
  EXPECT_EQ(found({.words = {"love*"}}), "ada");
  EXPECT_EQ(found({.words = {"love%"}}), "");
  EXPECT_EQ(found({.words = {"ov*"}}), "");
  EXPECT_EQ(found({.words = {"*b*", "bo*"}}), "bob");
  EXPECT_EQ(found({.words = {"ada*", "bob*"}}), "");
  EXPECT_EQ(found({.last_name = "E_L"}), "ada");
  EXPECT_EQ(found({.last_name = "exl"}), "");
  EXPECT_EQ(found({.email = "EXAMPLE"}), "ada");
  EXPECT_EQ(found({.email = "ada@", .exact = true}), "");
  EXPECT_EQ(found({.email = "ADA@example.org", .exact = true}), "ada");
  EXPECT_EQ(found({.username = "ad", .exact = true}), "");
  EXPECT_EQ(found({.username = "d"}), "ada");
  EXPECT_EQ(found({.enabled = false}), "bob");
  EXPECT_EQ(found({.email_verified = true}), "cy");
  EXPECT_EQ(found({.attributes = {{"phone", "2"}}}), "ada");
  EXPECT_EQ(found({.attributes = {{"phone", "2"}, {"team", "b"}}}), "");
  EXPECT_EQ(found({.attributes = {{"team", "A"}}}), "ada") << "whatever the case of a value";
  EXPECT_EQ(found({.attributes = {{"Team", "a"}}}), "");
  EXPECT_EQ(found({.attributes = {{"phone' OR '1'='1", "2"}}}), "") << "attack class 29";
}

TEST_P(AdminTest, finds_people_by_how_a_name_begins_whether_few_or_many_do) {
  add("zoe", [](User& user) {
    user.email = "mail@example.org";
    user.first_name = "MaNy names";
    user.last_name = "Ødegård*";
  });
  for (const std::string_view word : {"zo*", "ZOE", "mail*", "MAIL@example.org", "many*", "MANY N*", "Ødeg*", "Ø*"}) {
    EXPECT_EQ(found({.words = {std::string(word)}}), "zoe") << word;
  }
  for (const std::string_view word : {"oe*", "zo", "ail*", "names*", "xzoe*", "z*x", "Å*"}) {
    EXPECT_EQ(found({.words = {std::string(word)}}), "") << word;
  }
  EXPECT_EQ(found({.words = {"zo*"}, .enabled = false}), "");
  EXPECT_EQ(found({.words = {"*"}}), "zoe");
  EXPECT_EQ(found({.words = {"*oe"}}), "zoe");
  // More than a search begins with: it goes through everybody, and finds the same.
  EXPECT_TRUE(write([&](Tx& tx) -> Stored<void> {
    for (int i = 1000; i < 2002; ++i) {
      User user;
      user.id = UserId("many" + std::to_string(i));
      user.realm = realm_;
      user.username = user.id.str();
      if (auto done = repos().users.insert(tx, user, false); !done) return done;
    }
    return {};
  }));
  EXPECT_EQ(found({.words = {"many*"}, .first = 1001}), "many2001 zoe");
  EXPECT_EQ(found({.words = {"MANY*"}, .max = 1}), "many1000");
  EXPECT_EQ(found({.first = 1002}), "zoe");
}

TEST_P(AdminTest, finds_members_and_holders_and_service_accounts_when_asked) {
  const auto ada = add("ada");
  add("bob");
  const auto group = insert_group("staff");
  const auto role = insert_role("editor");
  const auto client = insert_client("app");
  const auto account = insert_service_account(client.id);
  EXPECT_TRUE(write([&](Tx& tx) { return repos().users.add_group(tx, ada.id, group.id); }));
  EXPECT_TRUE(write([&](Tx& tx) { return repos().users.add_role(tx, ada.id, role.id); }));
  EXPECT_EQ(found({.group = group.id}), "ada");
  EXPECT_EQ(found({.role = role.id}), "ada");
  EXPECT_EQ(found({.group = GroupId("none")}), "");
  EXPECT_EQ(found({}), "ada bob");
  EXPECT_TRUE(found({.with_service_accounts = true}).contains("service-account")) << account.str();
  EXPECT_TRUE(write([&](Tx& tx) { return repos().users.remove_group(tx, ada.id, group.id); }));
  EXPECT_TRUE(write([&](Tx& tx) { return repos().users.remove_role(tx, ada.id, role.id); }));
  EXPECT_EQ(found({.group = group.id}), "");
  EXPECT_EQ(found({.role = role.id}), "");
}

TEST_P(AdminTest, removes_a_user_with_all_that_hangs_on_it_and_only_in_its_realm) {
  const auto ada = insert_user("ada");
  const auto client = insert_client("app");
  insert_session("s1", ada.id, client.id);
  Credential credential;
  credential.id = CredentialId("c");
  credential.user = ada.id;
  credential.type = "password";
  EXPECT_TRUE(write([&](Tx& tx) { return repos().credentials.insert(tx, credential); }));
  EXPECT_FALSE(write([&](Tx& tx) { return repos().users.remove(tx, RealmId("other"), ada.id); }).value());
  EXPECT_TRUE(write([&](Tx& tx) { return repos().users.remove(tx, realm_, ada.id); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return repos().users.remove(tx, realm_, ada.id); }).value());
  EXPECT_TRUE(read([&](Rows& rows) { return repos().credentials.list_all(rows, ada.id); }).value().empty());
  EXPECT_FALSE(read([&](Rows& rows) { return repos().sessions.find(rows, realm_, SessionId("s1")); }).value());
}

TEST_P(AdminTest, refuses_changes_of_clients_that_are_gone_or_take_a_name) {
  auto app = insert_client("app");
  insert_client("web");
  const auto update = [&](const Client& client) {
    return write([&](Tx& tx) { return repos().clients.update(tx, realm_, client); });
  };
  const auto before = version();
  app.client_id = "renamed";
  app.secret = SecretBytes(std::string("new"));
  EXPECT_TRUE(update(app));
  EXPECT_GT(version(), before);
  const auto read_back = read([&](Rows& rows) { return repos().clients.find(rows, realm_, app.id); }).value();
  EXPECT_EQ(read_back->client_id, "renamed");
  EXPECT_EQ(read_back->secret.reveal(), "new");
  app.client_id = "web";
  EXPECT_EQ(update(app).error(), StoreError::kConflict);
  app.id = ClientId("gone");
  app.client_id = "other";
  EXPECT_EQ(update(app).error(), StoreError::kConflict);
  const auto listed = [&](std::string_view search, int first, int max) {
    std::string names;
    for (const auto& client :
         read([&](Rows& rows) { return repos().clients.list(rows, realm_, search, first, max); }).value()) {
      names.append(names.empty() ? "" : " ").append(client.client_id);
    }
    return names;
  };
  EXPECT_EQ(listed("", 0, -1), "renamed web");
  EXPECT_EQ(listed("", 1, 1), "web");
  EXPECT_EQ(listed("NAME", 0, -1), "renamed");
  EXPECT_EQ(listed("%", 0, -1), "");
}

TEST_P(AdminTest, removes_a_client_with_its_roles_and_service_account) {
  const auto client = insert_client("app");
  const auto role = insert_role("editor", client.id);
  const auto parent = insert_role("boss");
  const auto account = insert_service_account(client.id);
  EXPECT_TRUE(write([&](Tx& tx) { return repos().roles.add_composite(tx, realm_, parent.id, role.id); }));
  EXPECT_TRUE(write([&](Tx& tx) { return repos().clients.remove(tx, realm_, client.id); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return repos().clients.remove(tx, realm_, client.id); }).value());
  EXPECT_FALSE(read([&](Rows& rows) { return repos().roles.find(rows, realm_, role.id); }).value());
  EXPECT_FALSE(read([&](Rows& rows) { return repos().users.find(rows, realm_, account); }).value());
  EXPECT_TRUE(
      read([&](Rows& rows) { return repos().roles.find(rows, realm_, parent.id); }).value()->composites.empty());
}

TEST_P(AdminTest, changes_roles_and_takes_them_from_everyone_when_they_go) {
  auto role = insert_role("editor");
  const auto other = insert_role("reader");
  const auto ada = insert_user("ada");
  EXPECT_TRUE(write([&](Tx& tx) { return repos().users.add_role(tx, ada.id, role.id); }));
  EXPECT_TRUE(write([&](Tx& tx) { return repos().roles.add_composite(tx, realm_, other.id, role.id); }));
  role.name = "reader";
  EXPECT_EQ(write([&](Tx& tx) { return repos().roles.update(tx, role); }).error(), StoreError::kConflict);
  role.name = "writer";
  role.description = "Writes";
  EXPECT_TRUE(write([&](Tx& tx) { return repos().roles.update(tx, role); }));
  EXPECT_EQ(read([&](Rows& rows) { return repos().roles.find(rows, realm_, role.id); }).value()->description, "Writes");
  EXPECT_TRUE(write([&](Tx& tx) { return repos().roles.remove_composite(tx, realm_, other.id, role.id); }));
  EXPECT_TRUE(read([&](Rows& rows) { return repos().roles.find(rows, realm_, other.id); }).value()->composites.empty());
  EXPECT_EQ(read([&](Rows& rows) { return repos().roles.list_of(rows, realm_, {}); }).value().size(), 2U);
  EXPECT_TRUE(write([&](Tx& tx) { return repos().roles.remove(tx, realm_, role.id); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return repos().roles.remove(tx, realm_, role.id); }).value());
  EXPECT_TRUE(read([&](Rows& rows) { return repos().subjects.load(rows, realm_, ada.id); }).value()->roles.empty());
}

TEST_P(AdminTest, refuses_to_reach_roles_that_no_composite_holds) {
  const auto client = insert_client("app");
  const auto top = insert_role("top");
  const auto middle = insert_role("middle", client.id);
  const auto low = insert_role("low", client.id);
  insert_role("other", client.id);
  const auto add = [&](const Role& parent, const Role& child) {
    EXPECT_TRUE(write([&](Tx& tx) { return repos().roles.add_composite(tx, realm_, parent.id, child.id); }));
  };
  add(top, middle);
  add(middle, low);
  add(low, middle);  // a cycle ends
  const auto names = [&](const std::vector<RoleId>& roles) {
    return join(read([&](Rows& rows) { return repos().roles.names_reached(rows, realm_, client.id, roles); }).value(),
                " ");
  };
  EXPECT_EQ(names({}), "");
  EXPECT_EQ(names({top.id}), "low middle");
  EXPECT_EQ(names({low.id}), "low middle");
  EXPECT_EQ(names({RoleId("gone")}), "");
  std::string all;
  for (const auto& role : read([&](Rows& rows) { return repos().roles.reached(rows, realm_, {top.id}); }).value()) {
    all.append(role.name).append(role.client_name).append(" ");
  }
  EXPECT_EQ(all, "top lowapp middleapp ");
}

TEST_P(AdminTest, moves_groups_and_removes_them_with_all_below) {
  auto staff = insert_group("staff");
  auto editors = insert_group("editors");
  const auto ada = insert_user("ada");
  EXPECT_TRUE(write([&](Tx& tx) { return repos().users.add_group(tx, ada.id, editors.id); }));
  editors.parent = staff.id;
  editors.attributes["a"] = {"b"};
  EXPECT_TRUE(write([&](Tx& tx) { return repos().groups.update(tx, editors); }));
  EXPECT_EQ(read([&](Rows& rows) { return repos().groups.find(rows, realm_, editors.id); }).value()->path,
            "/staff/editors");
  EXPECT_TRUE(write([&](Tx& tx) { return repos().groups.remove(tx, realm_, staff.id); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return repos().groups.remove(tx, realm_, staff.id); }).value());
  EXPECT_FALSE(read([&](Rows& rows) { return repos().groups.find(rows, realm_, editors.id); }).value());
  EXPECT_TRUE(read([&](Rows& rows) { return repos().subjects.load(rows, realm_, ada.id); }).value()->groups.empty());
}

TEST_P(AdminTest, changes_and_removes_scopes_keys_and_credentials) {
  ClientScope scope;
  scope.id = ScopeId("scope");
  scope.name = "api";
  EXPECT_TRUE(write([&](Tx& tx) { return repos().scopes.insert(tx, realm_, scope); }));
  scope.name = "api2";
  EXPECT_TRUE(write([&](Tx& tx) { return repos().scopes.update(tx, realm_, scope); }));
  EXPECT_EQ(read([&](Rows& rows) { return repos().scopes.list(rows, realm_); }).value().front().name, "api2");
  EXPECT_TRUE(write([&](Tx& tx) { return repos().scopes.remove(tx, realm_, scope.id); }).value());
  EXPECT_EQ(write([&](Tx& tx) { return repos().scopes.update(tx, realm_, scope); }).error(), StoreError::kConflict);

  RealmKey key;
  key.id = KeyId("key");
  key.name = "rsa";
  key.secret = SecretBytes(std::string("x"));
  EXPECT_TRUE(write([&](Tx& tx) { return repos().keys.insert(tx, realm_, key); }));
  key.status = KeyStatus::kPassive;
  key.priority = 7;
  EXPECT_TRUE(write([&](Tx& tx) { return repos().keys.update(tx, realm_, key); }));
  EXPECT_EQ(read([&](Rows& rows) { return repos().keys.list(rows, realm_); }).value().front().priority, 7);
  EXPECT_TRUE(write([&](Tx& tx) { return repos().keys.remove(tx, realm_, key.id); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return repos().keys.remove(tx, realm_, key.id); }).value());

  const auto ada = insert_user("ada");
  const UserId other("other");
  Credential credential;
  credential.id = CredentialId("c");
  credential.user = ada.id;
  credential.type = "otp";
  EXPECT_TRUE(write([&](Tx& tx) { return repos().credentials.insert(tx, credential); }));
  EXPECT_FALSE(write([&](Tx& tx) { return repos().credentials.set_label(tx, other, credential.id, "x"); }).value());
  EXPECT_TRUE(write([&](Tx& tx) { return repos().credentials.set_label(tx, ada.id, credential.id, "mine"); }).value());
  EXPECT_TRUE(write([&](Tx& tx) { return repos().credentials.set_priority(tx, ada.id, credential.id, 3); }).value());
  const auto listed = read([&](Rows& rows) { return repos().credentials.list_all(rows, ada.id); });
  EXPECT_EQ(listed.value().front().label, "mine");
  EXPECT_EQ(listed.value().front().priority, 3);
  EXPECT_FALSE(write([&](Tx& tx) { return repos().credentials.remove(tx, other, credential.id); }).value());
  EXPECT_TRUE(write([&](Tx& tx) { return repos().credentials.remove(tx, ada.id, credential.id); }).value());
}

TEST_P(AdminTest, finds_users_by_when_they_were_made) {
  for (const auto& [name, at] : {std::pair{"ada", 1'000}, {"bob", 2'000}, {"cyd", 3'000}}) {
    User user;
    user.id = UserId(name);
    user.realm = realm_;
    user.username = name;
    user.created_at = now_ + milliseconds(at);
    ASSERT_TRUE(write([&](Tx& tx) { return repos().users.insert(tx, user, true); }));
  }
  const auto found = [&](std::optional<milliseconds> from, std::optional<milliseconds> to) {
    UserQuery query;
    if (from) query.created_from = now_ + *from;
    if (to) query.created_to = now_ + *to;
    std::string names;
    for (const auto& user : read([&](Rows& rows) { return repos().users.search(rows, realm_, query); }).value()) {
      names.append(user.username).append(" ");
    }
    const auto count = read([&](Rows& rows) { return repos().users.count(rows, realm_, query); }).value();
    EXPECT_EQ(count, std::ranges::count(names, ' '));
    return names;
  };
  EXPECT_EQ(found(milliseconds(4'000), {}), "");
  EXPECT_EQ(found({}, milliseconds(999)), "");
  EXPECT_EQ(found(milliseconds(2'000), {}), "bob cyd ") << "the moment itself is part of it";
  EXPECT_EQ(found({}, milliseconds(2'000)), "ada bob ");
  EXPECT_EQ(found(milliseconds(2'000), milliseconds(2'000)), "bob ");
}

TEST_P(AdminTest, lists_sessions_of_user_client_and_realm) {
  const auto ada = insert_user("ada");
  const auto bob = insert_user("bob");
  const auto app = insert_client("app");
  const auto web = insert_client("web");
  insert_session("s1", ada.id, app.id);
  insert_session("s2", bob.id, web.id);
  const auto size = [&](auto&& list) { return read(list).value().size(); };
  EXPECT_EQ(size([&](Rows& rows) { return repos().sessions.list_of_user(rows, realm_, ada.id); }), 1U);
  EXPECT_EQ(size([&](Rows& rows) { return repos().sessions.list_of_client(rows, realm_, web.id, 0, -1); }), 1U);
  EXPECT_EQ(size([&](Rows& rows) { return repos().sessions.list_of_realm(rows, realm_, 0, -1); }), 2U);
  EXPECT_EQ(size([&](Rows& rows) { return repos().sessions.list_of_realm(rows, realm_, 1, 5); }), 1U);
  EXPECT_EQ(size([&](Rows& rows) { return repos().sessions.list_of_realm(rows, RealmId("other"), 0, -1); }), 0U);
  EXPECT_EQ(size([&](Rows& rows) { return repos().sessions.count_by_client(rows, realm_); }), 2U);
}

}  // namespace
}  // namespace cardea
