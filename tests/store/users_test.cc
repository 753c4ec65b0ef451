// Users, subjects and credentials.
#include <functional>
#include <set>

#include "tests/store/fixture.h"

namespace cardea {
namespace {

class UsersTest : public OpenStoreTest {
 protected:
  void SetUp() override {
    open();
    insert_realm();
  }
  Stored<void> insert(const std::string& id, const std::string& name, const std::string& email,
                      bool duplicates = false) {
    return write([&](Tx& tx) {
      User user;
      user.id = UserId(id);
      user.realm = realm_;
      user.username = name;
      user.email = email;
      return repos().users.insert(tx, user, duplicates);
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, UsersTest, kBothEngines, engine_name);

TEST_P(UsersTest, refuses_taken_ids_usernames_and_addresses) {
  ASSERT_TRUE(insert("u1", "ada", "ada@example.org"));
  EXPECT_EQ(insert("u1", "bob", "").error(), StoreError::kConflict);
  EXPECT_EQ(insert("u2", "ada", "").error(), StoreError::kConflict);
  EXPECT_EQ(insert("u2", "bob", "ada@example.org").error(), StoreError::kConflict);
  EXPECT_TRUE(insert("u2", "bob", ""));
  EXPECT_TRUE(insert("u3", "eve", "")) << "no address is no address, not an equal one";
}

TEST_P(UsersTest, refuses_to_verify_an_address_that_is_not_the_users_any_more) {
  ASSERT_TRUE(insert("u1", "ada", "ada@example.org"));
  ASSERT_TRUE(insert("u2", "bob", ""));
  const auto verify = [&](const char* id, const char* email) {
    return write([&](Tx& tx) { return repos().users.set_email_verified(tx, UserId(id), email); });
  };
  const auto is_verified = [&] {
    return read([&](Rows& rows) { return repos().users.find(rows, realm_, UserId("u1")); }).value()->email_verified;
  };
  EXPECT_EQ(verify("u1", "old@example.org").error(), StoreError::kConflict);
  EXPECT_EQ(verify("u2", "").error(), StoreError::kConflict);
  EXPECT_EQ(verify("gone", "ada@example.org").error(), StoreError::kConflict);
  EXPECT_FALSE(is_verified());
  EXPECT_TRUE(verify("u1", "ada@example.org"));
  EXPECT_TRUE(is_verified());
}

TEST_P(UsersTest, refuses_an_address_that_was_allowed_twice_once_it_no_longer_is) {
  ASSERT_TRUE(insert("u1", "ada", "shared@example.org", true));
  ASSERT_TRUE(insert("u2", "bob", "shared@example.org", true));
  EXPECT_EQ(insert("u3", "eve", "shared@example.org").error(), StoreError::kConflict);
}

TEST_P(UsersTest, refuses_to_say_who_is_meant_by_a_shared_address) {
  ASSERT_TRUE(insert("u1", "ada", "shared@example.org", true));
  const auto find = [&] {
    return read([&](Rows& rows) { return repos().users.find_by_email(rows, realm_, "shared@example.org"); }).value();
  };
  EXPECT_TRUE(find());
  ASSERT_TRUE(insert("u2", "bob", "shared@example.org", true));
  EXPECT_FALSE(find());
}

TEST_P(UsersTest, refuses_users_of_other_realms) {
  const auto user = insert_user("ada");
  const RealmId other("other");
  EXPECT_FALSE(read([&](Rows& rows) { return repos().users.find(rows, other, user.id); }).value());
  EXPECT_FALSE(read([&](Rows& rows) { return repos().users.find_by_username(rows, other, "ada"); }).value());
  EXPECT_FALSE(read([&](Rows& rows) { return repos().subjects.load(rows, other, user.id); }).value());
}

TEST_P(UsersTest, refuses_roles_groups_and_credentials_of_what_is_gone) {
  const auto user = insert_user("ada");
  const auto role = insert_role("editor");
  const UserId gone("gone");
  const auto conflict = [&](auto&& function) { return write(function).error() == StoreError::kConflict; };
  EXPECT_TRUE(conflict([&](Tx& tx) { return repos().users.add_role(tx, user.id, RoleId("gone")); }));
  EXPECT_TRUE(conflict([&](Tx& tx) { return repos().users.add_role(tx, gone, role.id); }));
  EXPECT_TRUE(conflict([&](Tx& tx) { return repos().users.add_group(tx, user.id, GroupId("gone")); }));
  EXPECT_TRUE(conflict([&](Tx& tx) { return repos().users.set_required_actions(tx, gone, {"UPDATE_PASSWORD"}); }));
  Credential credential;
  credential.id = CredentialId("c");
  credential.user = gone;
  credential.type = "password";
  EXPECT_TRUE(conflict([&](Tx& tx) { return repos().credentials.insert(tx, credential); }));
}

TEST_P(UsersTest, refuses_text_with_a_nul_inside_instead_of_cutting_it) {
  insert_user("ada");
  const std::string_view name("ada\0min", 7);
  const auto found = read([&](Rows& rows) { return repos().users.find_by_username(rows, realm_, name); });
  EXPECT_EQ(found.error(), StoreError::kCorrupt);
}

/// An administrator signs somebody out while that person's own change, read before, is on its way.
TEST_P(UsersTest, refuses_to_take_back_a_sign_out_by_what_was_read_before_it) {
  auto user = insert_user("ada");
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.set_not_before(tx, user.id, 17); }));
  user.first_name = "Ada";
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.update(tx, user, false); }));
  const auto found = read([&](Rows& rows) { return repos().users.find(rows, realm_, user.id); }).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first_name, "Ada");
  EXPECT_EQ(found->not_before, 17);
  EXPECT_EQ(write([&](Tx& tx) { return repos().users.set_not_before(tx, UserId("gone"), 17); }).error(),
            StoreError::kConflict);
}

TEST_P(UsersTest, a_user_comes_back_as_it_went) {
  const auto client = insert_client();
  User user;
  user.id = UserId("u1");
  user.realm = realm_;
  user.username = "ada";
  user.email = "ada@example.org";
  user.first_name = "Ada";
  user.last_name = "L\u00f6velace";
  user.email_verified = true;
  user.enabled = false;
  user.created_at = now_;
  user.not_before = 5;
  user.attributes = {{"phone", {"1", "2"}}, {"empty", {}}};
  user.required_actions = {"UPDATE_PASSWORD", "odd \"action\""};
  user.service_account_client = client.id;
  user.extra = {{"federationLink", "x"}};
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.insert(tx, user, false); }));
  const auto found = read([&](Rows& rows) { return repos().users.find_by_username(rows, realm_, "ada"); }).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, user.id);
  EXPECT_EQ(found->realm, realm_);
  EXPECT_EQ(found->email, user.email);
  EXPECT_EQ(found->first_name, user.first_name);
  EXPECT_EQ(found->last_name, user.last_name);
  EXPECT_TRUE(found->email_verified);
  EXPECT_FALSE(found->enabled);
  EXPECT_EQ(found->created_at, now_);
  EXPECT_EQ(found->not_before, 5);
  EXPECT_EQ(found->attributes, user.attributes);
  EXPECT_EQ(found->required_actions, user.required_actions);
  EXPECT_EQ(found->service_account_client, client.id);
  EXPECT_EQ(found->extra, user.extra);
}

TEST_P(UsersTest, a_subject_has_its_roles_and_groups) {
  const auto client = insert_client();
  const auto role = insert_role("editor");
  const auto other = insert_role("viewer", client.id);
  const auto group = insert_group("staff");
  const auto user = insert_user("ada");
  for (int i = 0; i < 2; ++i) {  // twice is once
    ASSERT_TRUE(write([&](Tx& tx) -> Stored<void> {
      if (auto done = repos().users.add_role(tx, user.id, role.id); !done) return done;
      if (auto done = repos().users.add_role(tx, user.id, other.id); !done) return done;
      return repos().users.add_group(tx, user.id, group.id);
    }));
  }
  const auto subject = read([&](Rows& rows) { return repos().subjects.load(rows, realm_, user.id); }).value();
  ASSERT_TRUE(subject);
  EXPECT_EQ(subject->user.username, "ada");
  EXPECT_EQ(subject->roles.size(), 2U);
  EXPECT_EQ(subject->groups, std::vector{group.id});
  const auto plain = insert_user("bob");
  const auto without = read([&](Rows& rows) { return repos().subjects.load(rows, realm_, plain.id); }).value();
  ASSERT_TRUE(without);
  EXPECT_TRUE(without->roles.empty() && without->groups.empty());
}

/// Somebody in more groups than are loaded with a subject.
class ManyGroupsTest : public UsersTest {
 protected:
  void SetUp() override {
    UsersTest::SetUp();
    user_ = insert_user("ada").id;
    role_ = insert_role("editor").id;
  }
  static std::string name_of(int at) { return "many-" + std::to_string(1000 + at); }
  /// Groups from a provider, ids in their order; the user is in the first `memberships` of them.
  void insert_many(int groups, int memberships, const std::optional<GroupId>& parent = {}) {
    ASSERT_TRUE(write([&](Tx& tx) -> Stored<void> {
      for (int at = 0; at < groups; ++at) {
        Group group;
        group.id = GroupId(name_of(at));
        group.realm = realm_;
        group.parent = parent;
        group.name = name_of(at);
        group.attributes = {{"upstream.provider", {"entra"}}, {"upstream.id", {std::to_string(at)}}};
        if (auto done = repos().groups.insert(tx, group); !done) return done;
        if (at >= memberships) continue;
        if (auto done = repos().users.add_group(tx, user_, group.id); !done) return done;
      }
      return {};
    }));
  }
  void change(const GroupId& id, const std::function<void(Group&)>& how) {
    ASSERT_TRUE(write([&](Tx& tx) -> Stored<void> {
      auto group = *repos().groups.find(tx, realm_, id).value();
      how(group);
      return repos().groups.update(tx, group);
    }));
  }
  void give_role(const GroupId& id) {
    change(id, [&](Group& group) { group.roles = {role_}; });
  }
  Subject loaded() {
    return *read([&](Rows& rows) { return repos().subjects.load(rows, realm_, user_); }).value();
  }
  /// Those of the subject; "all" where it has every one.
  std::string told() {
    const auto subject = loaded();
    if (subject.groups_are_whole) return "all " + std::to_string(subject.groups.size());
    std::set<std::string> names;
    for (const auto& group : subject.groups) names.insert(group.str());
    std::string text;
    for (const auto& name : names) text += name + " ";
    return text;
  }
  std::size_t memberships() {
    return read([&](Rows& rows) { return repos().subjects.memberships(rows, realm_, user_); }).value().size();
  }

  UserId user_;
  RoleId role_;
};
constexpr int kMost = static_cast<int>(kMembershipsLoadedMax);
constexpr int kMostGiving = static_cast<int>(kGivingGroupsMax);

INSTANTIATE_TEST_SUITE_P(Engines, ManyGroupsTest, kBothEngines, engine_name);

TEST_P(ManyGroupsTest, refuses_to_tell_memberships_of_another_realms_user) {
  insert_many(1, 1);
  EXPECT_TRUE(read([&](Rows& rows) { return repos().subjects.memberships(rows, RealmId("x"), user_); })->empty());
}

TEST_P(ManyGroupsTest, as_many_as_are_loaded_are_all_told) {
  insert_many(kMost, kMost);
  give_role(GroupId(name_of(3)));
  EXPECT_EQ(told(), "all " + std::to_string(kMost));
}

TEST_P(ManyGroupsTest, of_more_those_are_told_that_give_something) {
  insert_many(kMost + 4, kMost + 2);
  EXPECT_EQ(told(), "");
  EXPECT_EQ(memberships(), kMembershipsLoadedMax + 2);
  give_role(GroupId(name_of(3)));
  give_role(GroupId(name_of(kMost + 3)));  // one that the user is not in
  change(GroupId(name_of(4)), [](Group& group) { group.attributes["floor"] = {"3"}; });
  EXPECT_EQ(told(), name_of(3) + " " + name_of(4) + " ");
  change(GroupId(name_of(3)), [](Group& group) { group.roles.clear(); });
  EXPECT_EQ(told(), name_of(4) + " ");
  change(GroupId(name_of(4)), [](Group& group) { group.attributes.erase("floor"); });
  EXPECT_EQ(told(), "");
  EXPECT_EQ(memberships(), kMembershipsLoadedMax + 2);
}

TEST_P(ManyGroupsTest, what_stands_above_gives_to_those_below) {
  insert_many(kMost + 1, kMost + 1);
  const auto top = insert_group("top");
  const auto middle = insert_group("middle", top.id);
  change(GroupId(name_of(7)), [&](Group& group) { group.parent = middle.id; });
  EXPECT_EQ(told(), "");
  give_role(top.id);
  EXPECT_EQ(told(), name_of(7) + " ");
  change(middle.id, [](Group& group) { group.parent.reset(); });
  EXPECT_EQ(told(), "");
  change(middle.id, [](Group& group) { group.attributes["floor"] = {"3"}; });
  EXPECT_EQ(told(), name_of(7) + " ");
}

TEST_P(ManyGroupsTest, another_realms_groups_are_not_asked) {
  insert_many(kMost + 1, kMost + 1);
  ASSERT_TRUE(write([&](Tx& tx) -> Stored<void> {
    Realm other;
    other.id = RealmId("other");
    other.name = "other";
    if (auto done = repos().realms.insert(tx, other); !done) return done;
    for (int at = 0; at <= kMostGiving; ++at) {
      Group group;
      group.id = GroupId("other-" + std::to_string(at));
      group.realm = other.id;
      group.name = group.id.str();
      group.attributes = {{"floor", {"3"}}};
      if (auto done = repos().groups.insert(tx, group); !done) return done;
    }
    return {};
  }));
  EXPECT_EQ(told(), "");
}

TEST_P(ManyGroupsTest, where_many_give_something_all_are_told) {
  insert_many(kMostGiving + 1, kMost + 1);
  for (const bool below_one : {false, true}) {
    if (below_one) {
      const auto top = insert_group("top");
      give_role(top.id);
      for (int at = 0; at <= kMostGiving; ++at) {
        change(GroupId(name_of(at)), [&](Group& group) {
          group.roles.clear();
          group.parent = top.id;
        });
      }
    } else {
      for (int at = 0; at < kMostGiving; ++at) give_role(GroupId(name_of(at)));
      EXPECT_EQ(loaded().groups.size(), kMembershipsLoadedMax + 1);
      EXPECT_FALSE(loaded().groups_are_whole);
      give_role(GroupId(name_of(kMostGiving)));
    }
    EXPECT_EQ(told(), "all " + std::to_string(kMost + 1)) << below_one;
  }
}

TEST_P(ManyGroupsTest, the_subject_of_a_session_is_told_the_same) {
  insert_many(kMost + 1, kMost + 1);
  give_role(GroupId(name_of(5)));
  const auto client = insert_client();
  const auto session = insert_session("s1", user_, client.id);
  const auto live = read([&](Rows& rows) { return repos().sessions.load(rows, realm_, session.id, client.id); });
  ASSERT_TRUE(*live);
  EXPECT_EQ((*live)->subject.groups, std::vector{GroupId(name_of(5))});
  EXPECT_FALSE((*live)->subject.groups_are_whole);
}

/// A release that does not know the mark may write a group while one that does runs beside it.
TEST_P(ManyGroupsTest, a_mark_holds_of_no_document_but_its_own) {
  insert_many(kMost + 1, kMost + 1);
  const auto mark = raw("SELECT quiet FROM realm_groups WHERE id = '" + name_of(5) + "'").front();
  ASSERT_EQ(mark.size(), 44U);
  give_role(GroupId(name_of(5)));
  execute("UPDATE realm_groups SET quiet = '" + mark + "' WHERE id = '" + name_of(5) + "'");
  EXPECT_EQ(told(), name_of(5) + " ");
}

TEST_P(ManyGroupsTest, what_nobody_has_marked_counts_as_giving_until_it_is_read) {
  insert_many(kMost + 1, kMost + 1);
  give_role(GroupId(name_of(5)));
  execute("UPDATE realm_groups SET quiet = NULL");
  EXPECT_EQ(loaded().groups.size(), kMembershipsLoadedMax + 1);
  ASSERT_TRUE(write([&](Tx& tx) { return repos().groups.note_sources(tx, realm_); }));
  EXPECT_EQ(told(), name_of(5) + " ");
  execute("UPDATE realm_groups SET quiet = NULL WHERE id = '" + name_of(6) + "'");
  EXPECT_EQ(told(), name_of(5) + " " + name_of(6) + " ");
}

TEST_P(UsersTest, a_service_account_is_found_by_its_client) {
  const auto client = insert_client();
  const auto find = [&] {
    return read([&](Rows& rows) { return repos().subjects.load_service_account(rows, realm_, client.id); }).value();
  };
  EXPECT_FALSE(find());
  User user;
  user.id = UserId("sa");
  user.realm = realm_;
  user.username = "service-account-app";
  user.service_account_client = client.id;
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.insert(tx, user, false); }));
  ASSERT_TRUE(find());
  EXPECT_EQ(find()->user.id, user.id);
}

TEST_P(UsersTest, required_actions_can_be_set_and_cleared) {
  const auto user = insert_user("ada");
  const auto actions = [&] {
    return read([&](Rows& rows) { return repos().users.find(rows, realm_, user.id); }).value()->required_actions;
  };
  const std::vector<std::string> some{"UPDATE_PASSWORD", "VERIFY_EMAIL"};
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.set_required_actions(tx, user.id, some); }));
  EXPECT_EQ(actions(), some);
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.set_required_actions(tx, user.id, {}); }));
  EXPECT_TRUE(actions().empty());
}

TEST_P(UsersTest, credentials_come_by_priority_then_age_and_are_replaced_by_type) {
  const auto user = insert_user("ada");
  const auto insert_credential = [&](const char* id, const char* type, int priority, TimePoint created_at,
                                     bool replace) {
    Credential credential;
    credential.id = CredentialId(id);
    credential.user = user.id;
    credential.type = type;
    credential.label = "mine";
    credential.priority = priority;
    credential.created_at = created_at;
    credential.credential_data = R"({"algorithm":"argon2"})";
    credential.secret_data = SecretBytes(std::string(id) + "-secret");
    return write([&](Tx& tx) {
      return replace ? repos().credentials.replace(tx, credential) : repos().credentials.insert(tx, credential);
    });
  };
  ASSERT_TRUE(insert_credential("late", "password", 10, now_ + seconds(1), false));
  ASSERT_TRUE(insert_credential("early", "password", 10, now_, false));
  ASSERT_TRUE(insert_credential("first", "password", 5, now_ + seconds(2), false));
  ASSERT_TRUE(insert_credential("otp", "otp", 1, now_, false));
  EXPECT_EQ(insert_credential("otp", "otp", 1, now_, false).error(), StoreError::kConflict);
  const auto list = [&](const char* type) {
    return read([&](Rows& rows) { return repos().credentials.list(rows, user.id, type); });
  };
  const auto passwords = list("password");
  ASSERT_EQ(passwords->size(), 3U);
  EXPECT_EQ((*passwords)[0].id.str(), "first");
  EXPECT_EQ((*passwords)[1].id.str(), "early");
  EXPECT_EQ((*passwords)[2].id.str(), "late");
  EXPECT_EQ((*passwords)[2].secret_data.reveal(), "late-secret");
  EXPECT_EQ((*passwords)[2].credential_data, R"({"algorithm":"argon2"})");
  EXPECT_EQ((*passwords)[2].label, "mine");
  EXPECT_EQ((*passwords)[2].created_at, now_ + seconds(1));
  ASSERT_TRUE(insert_credential("new", "password", 10, now_, true));
  EXPECT_EQ(list("password")->size(), 1U);
  EXPECT_EQ(list("otp")->size(), 1U) << "another type stays";
}

}  // namespace
}  // namespace cardea
