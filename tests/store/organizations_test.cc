// Organizations, their members and invitations, on both engines.
#include "tests/store/fixture.h"

namespace cardea {
namespace {

class OrganizationsTest : public OpenStoreTest {
 protected:
  void SetUp() override {
    open();
    insert_realm();
    user_ = insert_user("ada").id;
  }
  Organization organization(std::string name, std::vector<std::string> domains = {}) {
    Organization out;
    out.id = OrganizationId("id-of-" + name);
    out.realm = realm_;
    out.name = name;
    out.alias = name;
    for (auto& domain : domains) out.domains.push_back({std::move(domain), false});
    return out;
  }
  Stored<void> insert(const Organization& row) {
    return write([&](Tx& tx) { return repos().organizations.insert(tx, row); });
  }
  std::optional<Organization> find(const OrganizationId& id) {
    return read([&](Rows& rows) { return repos().organizations.find(rows, realm_, id); }).value();
  }
  std::vector<std::string> names(const OrganizationQuery& query) {
    std::vector<std::string> out;
    const auto found = read([&](Rows& rows) { return repos().organizations.search(rows, realm_, query); }).value();
    for (const auto& row : found) out.push_back(row.name);
    EXPECT_EQ(query.first != 0 || query.max >= 0 || read([&](Rows& rows) {
                                                      return repos().organizations.count(rows, realm_, query);
                                                    }).value() == static_cast<std::int64_t>(out.size()),
              true);
    return out;
  }
  OrganizationInvitation invitation(const Organization& to, std::string id, std::string email) {
    return {.id = std::move(id),
            .organization = to.id,
            .email = std::move(email),
            .first_name = "A",
            .last_name = "B",
            .sent_at = now_,
            .expires_at = now_ + seconds(60)};
  }
  UserId user_;
};
INSTANTIATE_TEST_SUITE_P(Engines, OrganizationsTest, kBothEngines, engine_name);

using Names = std::vector<std::string>;

TEST_P(OrganizationsTest, refuses_names_aliases_and_domains_that_are_taken) {
  ASSERT_TRUE(insert(organization("acme", {"acme.example"})));
  auto same_name = organization("acme");
  same_name.id = OrganizationId("2");
  same_name.alias = "other";
  EXPECT_EQ(insert(same_name).error(), StoreError::kConflict);
  auto same_alias = organization("other");
  same_alias.alias = "acme";
  EXPECT_EQ(insert(same_alias).error(), StoreError::kConflict);
  EXPECT_EQ(insert(organization("other", {"acme.example"})).error(), StoreError::kConflict);
  EXPECT_FALSE(find(OrganizationId("id-of-other")));  // nothing is left of it
  ASSERT_TRUE(insert(organization("beta", {"beta.example"})));
  auto moved = organization("beta", {"acme.example"});
  EXPECT_EQ(write([&](Tx& tx) { return repos().organizations.update(tx, moved); }).error(), StoreError::kConflict);
  auto renamed = organization("acme");
  renamed.id = OrganizationId("id-of-beta");
  EXPECT_EQ(write([&](Tx& tx) { return repos().organizations.update(tx, renamed); }).error(), StoreError::kConflict);
  auto gone = organization("gone");
  EXPECT_EQ(write([&](Tx& tx) { return repos().organizations.update(tx, gone); }).error(), StoreError::kConflict);
  EXPECT_EQ(find(OrganizationId("id-of-beta"))->domains.front().name, "beta.example");
}

TEST_P(OrganizationsTest, keeps_everything_and_replaces_it) {
  auto acme = organization("acme", {"b.example", "a.example"});
  acme.domains.back().verified = true;
  acme.enabled = false;
  acme.description = "d";
  acme.redirect_url = "https://a.example/";
  acme.attributes = {{"tier", {"gold", "2"}}};
  ASSERT_TRUE(insert(acme));
  const auto found = find(acme.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->domains, (std::vector<OrganizationDomain>{{"a.example", true}, {"b.example", false}}));
  EXPECT_EQ(found->attributes, acme.attributes);
  EXPECT_EQ(found->description, "d");
  EXPECT_EQ(found->redirect_url, "https://a.example/");
  EXPECT_FALSE(found->enabled);
  const auto bare = organization("acme");
  ASSERT_TRUE(write([&](Tx& tx) { return repos().organizations.update(tx, bare); }));
  EXPECT_TRUE(find(acme.id)->domains.empty());
  EXPECT_TRUE(find(acme.id)->attributes.empty());
  EXPECT_FALSE(read([&](Rows& rows) { return repos().organizations.find(rows, RealmId("other"), acme.id); }).value());
}

TEST_P(OrganizationsTest, invitations_go_a_week_after_they_ended) {
  auto acme = organization("acme");
  ASSERT_TRUE(insert(acme));
  const auto row = invitation(acme, "1", "ida@acme.example");
  ASSERT_TRUE(write([&](Tx& tx) { return repos().memberships.put_invitation(tx, row); }));
  const auto purge = [&](TimePoint at) {
    return write([&](Tx& tx) { return repos().purge.purge(tx, Expiring::kInvitations, at, 10); }).value();
  };
  EXPECT_EQ(purge(row.expires_at + kInvitationShown - seconds(1)), 0);
  EXPECT_EQ(purge(row.expires_at + kInvitationShown), 1);
  EXPECT_FALSE(read([&](Rows& rows) { return repos().memberships.find_invitation(rows, acme.id, "1"); }).value());
}

TEST_P(OrganizationsTest, finds_members_of_one_kind) {
  auto acme = organization("acme");
  ASSERT_TRUE(insert(acme));
  const auto ben = insert_user("ben").id;
  ASSERT_TRUE(write([&](Tx& tx) -> Stored<void> {
    if (auto done = repos().memberships.insert(tx, acme.id, user_, Membership::kManaged); !done) return done;
    return repos().memberships.insert(tx, acme.id, ben, Membership::kUnmanaged);
  }));
  const auto members = [&](std::optional<bool> managed, std::int64_t first = 0) {
    UserQuery query;
    query.organization = acme.id;
    query.managed = managed;
    query.first = first;
    query.max = 1;
    Names out;
    for (const auto& user : read([&](Rows& rows) { return repos().users.search(rows, realm_, query); }).value())
      out.push_back(user.username);
    return out;
  };
  EXPECT_EQ(members(std::nullopt), Names{"ada"});
  EXPECT_EQ(members(std::nullopt, 1), Names{"ben"});
  EXPECT_EQ(members(true), Names{"ada"});
  EXPECT_EQ(members(true, 1), Names{});
  EXPECT_EQ(members(false), Names{"ben"});
}

TEST_P(OrganizationsTest, suspends_managed_members_while_one_is_switched_off) {
  auto acme = organization("acme");
  auto beta = organization("beta");
  ASSERT_TRUE(insert(acme));
  ASSERT_TRUE(insert(beta));
  const auto other = insert_user("ben").id;
  ASSERT_TRUE(write([&](Tx& tx) -> Stored<void> {
    if (auto done = repos().memberships.insert(tx, acme.id, user_, Membership::kManaged); !done) return done;
    if (auto done = repos().memberships.insert(tx, acme.id, other, Membership::kUnmanaged); !done) return done;
    return repos().memberships.insert(tx, beta.id, user_, Membership::kUnmanaged);
  }));
  const auto is_suspended = [&](const UserId& id) {
    const auto subject = read([&](Rows& rows) { return repos().subjects.load(rows, realm_, id); }).value();
    const auto user = read([&](Rows& rows) { return repos().users.find(rows, realm_, id); }).value();
    const auto listed =
        read([&](Rows& rows) { return repos().users.search(rows, realm_, {.username = user->username}); });
    EXPECT_EQ(subject->user.suspended, user->suspended);
    EXPECT_EQ(listed.value().at(0).suspended, user->suspended);
    EXPECT_TRUE(user->enabled);
    return user->suspended;
  };
  const auto set = [&](Organization& row, bool enabled) {
    row.enabled = enabled;
    ASSERT_TRUE(write([&](Tx& tx) { return repos().organizations.update(tx, row); }));
  };
  EXPECT_FALSE(is_suspended(user_));
  set(acme, false);
  EXPECT_TRUE(is_suspended(user_));
  EXPECT_FALSE(is_suspended(other));
  // It is never written: an update meanwhile leaves the account as it is.
  ASSERT_TRUE(write([&](Tx& tx) -> Stored<void> {
    const auto user = repos().users.find(tx, realm_, user_);
    if (!user) return refuse(user.error());
    return repos().users.update(tx, **user, false);
  }));
  set(acme, true);
  set(beta, false);
  EXPECT_FALSE(is_suspended(user_));
}

TEST_P(OrganizationsTest, finds_by_name_domain_attribute_and_member) {
  auto acme = organization("Acme", {"acme.example", "mill.example"});
  acme.attributes = {{"tier", {"gold"}}};
  ASSERT_TRUE(insert(acme));
  auto beta = organization("Beta", {"beta.example"});
  beta.alias = "b_1";
  ASSERT_TRUE(insert(beta));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().memberships.insert(tx, beta.id, user_, Membership::kUnmanaged); }));
  EXPECT_EQ(names({}), (Names{"Acme", "Beta"}));
  EXPECT_EQ(names({.first = 1, .max = 5}), Names{"Beta"});
  EXPECT_EQ(names({.max = 1}), Names{"Acme"});
  EXPECT_EQ(names({.search = "CM"}), Names{"Acme"});
  EXPECT_EQ(names({.search = "mill"}), Names{"Acme"});
  EXPECT_EQ(names({.search = "b_"}), Names{"Beta"});  // '_' is no wildcard
  EXPECT_EQ(names({.search = "acme", .exact = true}), Names{"Acme"});
  EXPECT_EQ(names({.search = "beta.example", .exact = true}), Names{"Beta"});
  EXPECT_EQ(names({.search = "acm", .exact = true}), Names{});
  EXPECT_EQ(names({.attributes = {{"tier", "gold"}}}), Names{"Acme"});
  EXPECT_EQ(names({.attributes = {{"tier", "gold"}, {"x", "y"}}}), Names{});
  EXPECT_EQ(names({.member = user_}), Names{"Beta"});
  EXPECT_EQ(names({.search = "acme", .member = user_}), Names{});
  EXPECT_EQ(names({.member = UserId("another")}), Names{});
  EXPECT_EQ(read([&](Rows& rows) { return repos().organizations.search(rows, RealmId("other"), {.member = user_}); })
                .value()
                .size(),
            0U);
  beta.enabled = false;
  ASSERT_TRUE(write([&](Tx& tx) { return repos().organizations.update(tx, beta); }));
  EXPECT_EQ(names({.member = user_}), Names{"Beta"});
  EXPECT_EQ(names({.member = user_, .enabled_only = true}), Names{});
  EXPECT_EQ(names({.enabled_only = true}), Names{"Acme"});
}

TEST_P(OrganizationsTest, has_each_member_once_and_finds_them) {
  const auto acme = organization("acme");
  ASSERT_TRUE(insert(acme));
  auto& members = repos().memberships;
  const auto join = [&](const OrganizationId& id, const UserId& user) {
    return write([&](Tx& tx) { return members.insert(tx, id, user, Membership::kManaged); });
  };
  EXPECT_EQ(join(acme.id, UserId("nobody")).error(), StoreError::kConflict);
  EXPECT_EQ(join(OrganizationId("nothing"), user_).error(), StoreError::kConflict);
  ASSERT_TRUE(join(acme.id, user_));
  EXPECT_EQ(join(acme.id, user_).error(), StoreError::kConflict);
  EXPECT_EQ(read([&](Rows& rows) { return members.find(rows, acme.id, user_); }).value(), Membership::kManaged);
  insert_user("bob");
  UserQuery query;
  query.organization = acme.id;
  EXPECT_EQ(read([&](Rows& rows) { return repos().users.count(rows, realm_, query); }).value(), 1);
  EXPECT_EQ(read([&](Rows& rows) { return repos().users.search(rows, realm_, query); }).value().front().username,
            "ada");
  query.username = "bob";
  query.exact = true;
  EXPECT_EQ(read([&](Rows& rows) { return repos().users.count(rows, realm_, query); }).value(), 0);
  EXPECT_TRUE(write([&](Tx& tx) { return members.remove(tx, acme.id, user_); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return members.remove(tx, acme.id, user_); }).value());
}

TEST_P(OrganizationsTest, finds_people_by_their_link_to_a_provider) {
  insert_user("bob");
  const FederatedIdentity link{.realm = realm_,
                               .user = user_,
                               .provider = "up",
                               .issuer = {},
                               .upstream_id = "7",
                               .upstream_name = "ada7",
                               .token = {},
                               .created_at = now_,
                               .last_login_at = now_};
  ASSERT_TRUE(write([&](Tx& tx) { return repos().federated_identities.insert(tx, link); }));
  const auto count = [&](std::string provider, std::string id) {
    UserQuery query;
    query.provider = std::move(provider);
    query.upstream_id = std::move(id);
    return read([&](Rows& rows) { return repos().users.count(rows, realm_, query); }).value();
  };
  EXPECT_EQ(count("up", ""), 1);
  EXPECT_EQ(count("up", "7"), 1);
  EXPECT_EQ(count("up", "8"), 0);
  EXPECT_EQ(count("other", ""), 0);
}

TEST_P(OrganizationsTest, keeps_one_invitation_for_each_address) {
  const auto acme = organization("acme");
  ASSERT_TRUE(insert(acme));
  auto& members = repos().memberships;
  const auto put = [&](const OrganizationInvitation& row) {
    return write([&](Tx& tx) { return members.put_invitation(tx, row); });
  };
  EXPECT_EQ(put(invitation(organization("gone"), "0", "x@acme.example")).error(), StoreError::kConflict);
  ASSERT_TRUE(put(invitation(acme, "1", "x@acme.example")));
  ASSERT_TRUE(put(invitation(acme, "2", "x@acme.example")));
  ASSERT_TRUE(put(invitation(acme, "3", "a@acme.example")));
  const auto found = read([&](Rows& rows) { return members.invitations(rows, acme.id); }).value();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].id, "3");
  EXPECT_EQ(found[1].id, "2");
  EXPECT_EQ(found[1].expires_at, now_ + seconds(60));
  EXPECT_FALSE(read([&](Rows& rows) { return members.find_invitation(rows, acme.id, "1"); }).value());
  EXPECT_EQ(read([&](Rows& rows) { return members.find_invitation(rows, acme.id, "2"); }).value()->email,
            "x@acme.example");
  EXPECT_TRUE(write([&](Tx& tx) { return members.remove_invitation(tx, acme.id, "2"); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return members.remove_invitation(tx, acme.id, "2"); }).value());
}

class OrganizationGroupsTest : public OrganizationsTest {
 protected:
  void SetUp() override {
    OrganizationsTest::SetUp();
    ASSERT_TRUE(insert(acme_));
    ASSERT_TRUE(insert(other_));
  }
  static Group group(std::string id, std::string name, std::optional<std::string> parent = std::nullopt) {
    Group out;
    out.id = GroupId(std::move(id));
    out.name = std::move(name);
    if (parent) out.parent = GroupId(*parent);
    return out;
  }
  Stored<void> add(const Organization& to, const Group& row) {
    return write([&](Tx& tx) { return groups().insert(tx, to.id, row); });
  }
  Stored<void> join(const Organization& to, const std::string& id) {
    return write([&](Tx& tx) { return groups().join(tx, to.id, GroupId(id), user_); });
  }
  bool leave(const Organization& of, const std::string& id) {
    return write([&](Tx& tx) { return groups().leave(tx, of.id, GroupId(id), user_); }).value();
  }
  std::vector<std::string> paths(const Organization& of) {
    return paths_of(read([&](Rows& rows) { return groups().list(rows, of.id); }).value());
  }
  std::vector<std::string> paths_of_user(const Organization& of) {
    std::vector<std::string> out;
    for (const auto& each : read([&](Rows& rows) { return groups().of_member(rows, {of.id}, user_); }).value()) {
      out.push_back(each.group.path);
    }
    return out;
  }
  std::int64_t members(const std::string& id) {
    UserQuery query;
    query.organization = acme_.id;
    query.organization_group = GroupId(id);
    return read([&](Rows& rows) { return repos().users.count(rows, realm_, query); }).value();
  }
  void become_member() {
    ASSERT_TRUE(write([&](Tx& tx) { return repos().memberships.insert(tx, acme_.id, user_, Membership::kUnmanaged); }));
  }
  OrganizationGroupRepo& groups() { return repos().organization_groups; }
  static std::vector<std::string> paths_of(const std::vector<Group>& rows) {
    std::vector<std::string> out;
    for (const auto& row : rows) out.push_back(row.path);
    return out;
  }
  Organization acme_ = organization("acme"), other_ = organization("other");
};
INSTANTIATE_TEST_SUITE_P(Engines, OrganizationGroupsTest, kBothEngines, engine_name);

TEST_P(OrganizationGroupsTest, refuses_names_that_are_taken_beside_them_and_no_others) {
  ASSERT_TRUE(add(acme_, group("1", "eng")));
  EXPECT_EQ(add(acme_, group("2", "eng")).error(), StoreError::kConflict);
  EXPECT_EQ(add(acme_, group("1", "sales")).error(), StoreError::kConflict);
  EXPECT_EQ(add(organization("gone"), group("3", "eng")).error(), StoreError::kConflict);
  EXPECT_TRUE(add(acme_, group("4", "eng", "1")));
  EXPECT_TRUE(add(other_, group("5", "eng")));
  ASSERT_TRUE(add(acme_, group("6", "a/b")));
  auto renamed = group("6", "eng");
  EXPECT_EQ(write([&](Tx& tx) { return groups().update(tx, acme_.id, renamed); }).error(), StoreError::kConflict);
  EXPECT_EQ(write([&](Tx& tx) { return groups().update(tx, other_.id, group("6", "x")); }).error(),
            StoreError::kConflict);
  EXPECT_EQ(paths(acme_), Names({"/a~/b", "/eng", "/eng/eng"}));
  EXPECT_EQ(paths(other_), Names({"/eng"}));
}

TEST_P(OrganizationGroupsTest, keeps_what_it_is_given_and_moves_with_all_below) {
  auto eng = group("1", "eng");
  eng.description = "Builders";
  eng.attributes = {{"floor", {"1", "2"}}};
  ASSERT_TRUE(add(acme_, eng));
  ASSERT_TRUE(add(acme_, group("2", "back", "1")));
  ASSERT_TRUE(add(acme_, group("3", "sales")));
  const auto found = read([&](Rows& rows) { return groups().list(rows, acme_.id); }).value();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[1].description, "Builders");
  EXPECT_EQ(found[1].attributes, eng.attributes);
  eng.parent = GroupId("3");
  ASSERT_TRUE(write([&](Tx& tx) { return groups().update(tx, acme_.id, eng); }));
  EXPECT_EQ(paths(acme_), Names({"/sales/eng/back", "/sales/eng", "/sales"}));
  EXPECT_FALSE(write([&](Tx& tx) { return groups().remove(tx, other_.id, GroupId("3")); }).value());
  EXPECT_TRUE(write([&](Tx& tx) { return groups().remove(tx, acme_.id, GroupId("3")); }).value());
  EXPECT_EQ(paths(acme_), Names());
}

TEST_P(OrganizationGroupsTest, refuses_who_is_no_member_and_lets_go_of_who_leaves) {
  ASSERT_TRUE(add(acme_, group("1", "eng")));
  ASSERT_TRUE(add(acme_, group("2", "back", "1")));
  EXPECT_EQ(join(acme_, "2").error(), StoreError::kConflict);
  become_member();
  EXPECT_EQ(join(other_, "2").error(), StoreError::kConflict);
  ASSERT_TRUE(join(acme_, "2"));
  EXPECT_EQ(join(acme_, "2").error(), StoreError::kConflict);
  EXPECT_EQ(paths_of_user(acme_), Names({"/eng/back"}));
  EXPECT_EQ(paths_of_user(other_), Names());
  EXPECT_EQ(members("2"), 1);
  EXPECT_EQ(members("1"), 0);
  EXPECT_FALSE(leave(other_, "2"));
  EXPECT_TRUE(leave(acme_, "2"));
  EXPECT_FALSE(leave(acme_, "2"));

  ASSERT_TRUE(join(acme_, "2"));
  EXPECT_TRUE(write([&](Tx& tx) { return repos().memberships.remove(tx, acme_.id, user_); }).value());
  become_member();
  EXPECT_EQ(paths_of_user(acme_), Names());
  ASSERT_TRUE(join(acme_, "1"));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.remove(tx, realm_, user_); }));
  EXPECT_EQ(members("1"), 0);
  EXPECT_TRUE(write([&](Tx& tx) { return repos().organizations.remove(tx, realm_, acme_.id); }).value());
  EXPECT_EQ(paths(acme_), Names());
}

TEST_P(OrganizationGroupsTest, refuses_to_mix_the_organizations_of_one_member) {
  ASSERT_TRUE(add(acme_, group("1", "eng")));
  ASSERT_TRUE(add(acme_, group("2", "back", "1")));
  ASSERT_TRUE(add(other_, group("3", "eng")));
  become_member();
  ASSERT_TRUE(write([&](Tx& tx) { return repos().memberships.insert(tx, other_.id, user_, Membership::kUnmanaged); }));
  ASSERT_TRUE(join(acme_, "2"));
  ASSERT_TRUE(join(other_, "3"));
  const auto of = [&](std::vector<OrganizationId> ids) {
    std::vector<std::string> out;
    for (const auto& each : read([&](Rows& rows) { return groups().of_member(rows, ids, user_); }).value()) {
      out.push_back(each.organization.str() + each.group.path);
    }
    return out;
  };
  EXPECT_EQ(of({acme_.id, other_.id}), Names({acme_.id.str() + "/eng/back", other_.id.str() + "/eng"}));
  EXPECT_EQ(of({other_.id}), Names({other_.id.str() + "/eng"}));
  EXPECT_EQ(of({}), Names());
}

TEST_P(OrganizationGroupsTest, roles_stay_when_it_changes_and_go_with_the_role) {
  insert_role("clerk");
  insert_role("boss");
  auto eng = group("1", "eng");
  eng.roles = {RoleId("role-clerk")};
  ASSERT_TRUE(add(acme_, eng));
  const auto roles = [&] {
    return read([&](Rows& rows) { return groups().list(rows, acme_.id); }).value().at(0).roles;
  };
  EXPECT_EQ(roles(), std::vector<RoleId>{RoleId("role-clerk")});
  auto nobody = group("2", "sales");
  nobody.roles = {RoleId("gone")};
  EXPECT_EQ(add(acme_, nobody).error(), StoreError::kConflict);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(write([&](Tx& tx) { return groups().add_role(tx, GroupId("1"), RoleId("role-boss")); }));
  }
  eng.roles.clear();
  eng.name = "builders";
  ASSERT_TRUE(write([&](Tx& tx) { return groups().update(tx, acme_.id, eng); }));
  EXPECT_EQ(roles().size(), 2U) << "written by add_role and remove_role alone";
  ASSERT_TRUE(write([&](Tx& tx) { return groups().remove_role(tx, GroupId("1"), RoleId("role-boss")); }));
  EXPECT_EQ(roles(), std::vector<RoleId>{RoleId("role-clerk")});
  ASSERT_TRUE(write([&](Tx& tx) { return repos().roles.remove(tx, realm_, RoleId("role-clerk")); }));
  EXPECT_EQ(roles(), std::vector<RoleId>());
  EXPECT_EQ(write([&](Tx& tx) { return groups().add_role(tx, GroupId("1"), RoleId("gone")); }).error(),
            StoreError::kConflict);
}

TEST_P(OrganizationGroupsTest, is_of_a_realm_whatever_the_organization) {
  ASSERT_TRUE(add(acme_, group("1", "eng")));
  const auto is_of = [&](const RealmId& realm, std::string_view id) {
    return read([&](Rows& rows) { return groups().is_of_realm(rows, realm, GroupId(id)); }).value();
  };
  EXPECT_TRUE(is_of(realm_, "1"));
  EXPECT_FALSE(is_of(realm_, "2"));
  EXPECT_FALSE(is_of(RealmId("other"), "1"));
}

/// Each move is right by itself; both together would put two groups below each other, out of everybody's reach.
TEST_P(OrganizationGroupsTest, of_two_moves_below_each_other_one_happens) {
  for (int round = 0; round < 10; ++round) {
    const auto a = "a" + std::to_string(round), b = "b" + std::to_string(round);
    ASSERT_TRUE(add(acme_, group(a, a)));
    ASSERT_TRUE(add(acme_, group(b, b)));
    std::atomic<int> moved{0};
    in_parallel(2, [&](int i) {
      const auto& from = i == 0 ? a : b;
      const auto& to = i == 0 ? b : a;
      const auto done = write([&](Tx& tx) -> Stored<bool> {
        if (auto locked = groups().lock(tx, acme_.id); !locked) return refuse(locked.error());
        const auto tree = groups().list(tx, acme_.id);
        if (!tree) return refuse(tree.error());
        for (const auto& each : *tree) {
          if (each.id == GroupId(to) && each.parent) return false;  // it stands below the one to move
        }
        if (auto done = groups().update(tx, acme_.id, group(from, from, to)); !done) return refuse(done.error());
        return true;
      });
      ASSERT_TRUE(done) << describe(done.error());
      if (*done) ++moved;
    });
    EXPECT_EQ(moved, 1);
  }
}

TEST_P(OrganizationsTest, leaves_nothing_behind) {
  const auto acme = organization("acme", {"acme.example"});
  ASSERT_TRUE(insert(acme));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().memberships.insert(tx, acme.id, user_, Membership::kManaged); }));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().memberships.put_invitation(tx, invitation(acme, "1", "x@a.b")); }));
  EXPECT_FALSE(write([&](Tx& tx) { return repos().organizations.remove(tx, RealmId("other"), acme.id); }).value());
  EXPECT_TRUE(write([&](Tx& tx) { return repos().organizations.remove(tx, realm_, acme.id); }).value());
  EXPECT_FALSE(write([&](Tx& tx) { return repos().organizations.remove(tx, realm_, acme.id); }).value());
  EXPECT_FALSE(read([&](Rows& rows) { return repos().memberships.find(rows, acme.id, user_); }).value());
  ASSERT_TRUE(insert(acme));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().memberships.insert(tx, acme.id, user_, Membership::kManaged); }));
  ASSERT_TRUE(write([&](Tx& tx) { return repos().users.remove(tx, realm_, user_); }));
  EXPECT_FALSE(read([&](Rows& rows) { return repos().memberships.find(rows, acme.id, user_); }).value());
}

}  // namespace
}  // namespace cardea
