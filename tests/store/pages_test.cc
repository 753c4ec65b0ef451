// What a page of a list needs is read with one statement for all its rows: the same answers as one at a time, and
// nothing of another realm.
#include "tests/store/fixture.h"

namespace cardea {
namespace {

class PagesTest : public OpenStoreTest {
 protected:
  void SetUp() override {
    open();
    insert_realm();
  }
  /// What `name` says of each row, in order.
  template <class Rows, class Name>
  static std::string said(const Stored<Rows>& rows, Name&& name) {
    if (!rows) return "error";
    std::string out;
    for (const auto& row : *rows) out.append(out.empty() ? "" : " ").append(std::invoke(name, row));
    return out;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, PagesTest, kBothEngines, engine_name);

TEST_P(PagesTest, refuses_rows_of_another_realm_and_of_nothing) {
  const RealmId other("realm-other");
  insert_realm("other");
  const auto client = insert_client("app").id;
  const auto role = insert_role("role").id;
  const auto group = insert_group("group").id;
  const auto user = insert_user("ada").id;
  insert_service_account(client);
  const auto counts = read([&](Rows& rows) -> Stored<std::string> {
    std::string out;
    for (const auto& realm : {other, realm_}) {
      auto& r = repos();
      out += std::to_string(r.clients.find_all(rows, realm, {client, ClientId("gone")})->size());
      out += std::to_string(r.roles.find_all(rows, realm, {role, RoleId("gone")})->size());
      out += std::to_string(r.groups.find_with_parents(rows, realm, {group, GroupId("gone")})->size());
      out += std::to_string(r.users.find_all(rows, realm, {user, UserId("gone")})->size());
      out += std::to_string(r.subjects.load_service_accounts(rows, realm, {client, ClientId("gone")})->size());
      out += std::to_string(r.clients.find_all(rows, realm, {})->size());
      out += ' ';
    }
    return out;
  });
  EXPECT_EQ(counts.value(), "000000 111110 ");
}

TEST_P(PagesTest, finds_realms_by_name_and_roles_of_all_realms) {
  insert_realm("b");
  insert_realm("a");
  EXPECT_EQ(said(read([&](Rows& rows) { return repos().realms.find_all(rows, {"demo", "a", "gone", "it's \"x\""}); }),
                 &Realm::name),
            "a demo");
  const auto client = insert_client("app");
  const auto of_client = insert_role("x", client.id);
  const auto of_realm = insert_role("y");
  const std::vector<RoleId> ids{of_client.id, of_realm.id, of_realm.id};
  const auto named = [](const Role& role) { return role.client_name + "/" + role.name; };
  EXPECT_EQ(said(read([&](Rows& rows) { return repos().roles.find_all(rows, realm_, ids); }), named), "/y app/x");
  EXPECT_EQ(said(read([&](Rows& rows) { return repos().roles.find_of_all_realms(rows, ids); }), named), "/y app/x");
}

TEST_P(PagesTest, refuses_realms_that_nobody_gave_away) {
  // "demo" stands for master: its clients administer the others.
  std::map<std::string, Role> view;
  for (const std::string name : {"a", "b", "c"}) {
    insert_realm(name);
    view.emplace(name, insert_role("view-users", insert_client(name + "-realm").id));
  }
  const auto odd = insert_role("odd", ClientId("id-of-a-realm"));
  const auto admin = insert_role("admin");
  for (const auto& [name, role] : view) {
    ASSERT_TRUE(write([&](Tx& tx) { return repos().roles.add_composite(tx, realm_, admin.id, role.id); }));
  }
  const auto found = [&](AdministeredQuery query) {
    query.master = realm_;
    query.names = {"view-users", "manage-users"};
    return said(read([&](Rows& rows) { return repos().realms.administered(rows, query); }), &Realm::name);
  };
  EXPECT_EQ(found({}), "");
  EXPECT_EQ(found({.roles = {odd.id}}), "") << "no role of administration";
  EXPECT_EQ(found({.roles = {view.at("b").id, odd.id}}), "b");
  EXPECT_EQ(found({.roles = {admin.id}, .through = std::vector<RoleId>()}), "");
  EXPECT_EQ(found({.roles = {admin.id}, .through = std::vector{view.at("c").id}}), "c");
  EXPECT_EQ(found({.roles = {admin.id}, .through = std::vector{admin.id}}), "a b c");
  EXPECT_EQ(found({.roles = {admin.id}}), "a b c");
  EXPECT_EQ(found({.roles = {admin.id}, .search = "B"}), "b");
  EXPECT_EQ(found({.roles = {admin.id}, .search = "_"}), "");
  EXPECT_EQ(found({.roles = {admin.id}, .first = 1, .max = 1}), "b");
}

TEST_P(PagesTest, refuses_names_of_client_roles_that_are_not_reached) {
  const auto client = insert_client("app");
  const auto top = insert_role("top");
  const auto low = insert_role("low", client.id);
  insert_role("other", client.id);
  ASSERT_TRUE(write([&](Tx& tx) { return repos().roles.add_composite(tx, realm_, top.id, low.id); }));
  const auto names = [&](const std::vector<RoleId>& roles) {
    return said(read([&](Rows& rows) { return repos().roles.client_roles_reached(rows, realm_, roles); }),
                [](const ClientRoleName& role) { return role.client_name + "/" + role.name + "/" + role.id.str(); });
  };
  EXPECT_EQ(names({}), "");
  EXPECT_EQ(names({top.id, low.id}), "app/low/" + low.id.str());
}

TEST_P(PagesTest, finds_groups_with_those_above) {
  const auto top = insert_group("top");
  const auto middle = insert_group("middle", top.id);
  const auto low = insert_group("low", middle.id);
  insert_group("beside", top.id);
  const auto found =
      read([&](Rows& rows) { return repos().groups.find_with_parents(rows, realm_, {low.id, middle.id}); });
  EXPECT_EQ(said(found, &Group::path), "/top/middle/low /top/middle /top");
}

TEST_P(PagesTest, finds_service_accounts_with_what_they_have) {
  const auto role = insert_role("role");
  const auto group = insert_group("group");
  for (const std::string name : {"b", "a"}) {
    User account;
    account.id = UserId("account-" + name);
    account.realm = realm_;
    account.username = "service-account-" + name;
    account.service_account_client = insert_client(name).id;
    ASSERT_TRUE(write([&](Tx& tx) { return repos().users.insert(tx, account, true); }));
    ASSERT_TRUE(write([&](Tx& tx) { return repos().users.add_role(tx, account.id, role.id); }));
    ASSERT_TRUE(write([&](Tx& tx) { return repos().users.add_group(tx, account.id, group.id); }));
  }
  const auto found = read([&](Rows& rows) {
    return repos().subjects.load_service_accounts(rows, realm_, {ClientId("id-of-a"), ClientId("id-of-b")});
  });
  EXPECT_EQ(said(found,
                 [](const Subject& subject) {
                   return subject.user.service_account_client->str() + ":" + subject.roles.at(0).str() + ":" +
                          subject.groups.at(0).str();
                 }),
            "id-of-a:" + role.id.str() + ":" + group.id.str() + " id-of-b:" + role.id.str() + ":" + group.id.str());
}

TEST_P(PagesTest, finds_what_belongs_to_users) {
  const auto ada = insert_user("ada").id;
  const auto bob = insert_user("bob").id;
  ASSERT_TRUE(write([&](Tx& tx) {
    Credential credential;
    credential.user = bob;
    credential.id = CredentialId("c");
    credential.type = "otp";
    credential.secret_data = SecretBytes::copy_of("{}");
    return repos().credentials.insert(tx, credential);
  }));
  const std::vector<UserId> both{ada, bob};
  const auto having = [&](std::string_view type) {
    return said(read([&](Rows& rows) { return repos().credentials.having(rows, both, type); }), &UserId::str);
  };
  EXPECT_EQ(having("otp"), bob.str());
  EXPECT_EQ(having("password"), "");

  LoginFailures failures{.realm = realm_, .user = ada, .failures = 2, .last_ip = "192.0.2.1"};
  ASSERT_TRUE(write([&](Tx& tx) { return repos().login_failures.put(tx, failures); }));
  const auto failed = read([&](Rows& rows) { return repos().login_failures.find_all(rows, realm_, both); });
  ASSERT_EQ(failed->size(), 1U);
  EXPECT_EQ(failed->front(), failures);

  Organization organization;
  organization.id = OrganizationId("o");
  organization.realm = realm_;
  organization.name = organization.alias = "acme";
  ASSERT_TRUE(write([&](Tx& tx) { return repos().organizations.insert(tx, organization); }));
  ASSERT_TRUE(
      write([&](Tx& tx) { return repos().memberships.insert(tx, organization.id, bob, Membership::kManaged); }));
  using Members = std::vector<std::pair<UserId, Membership>>;
  EXPECT_EQ(read([&](Rows& rows) { return repos().memberships.find_all(rows, organization.id, both); }).value(),
            (Members{{bob, Membership::kManaged}}));
}

TEST_P(PagesTest, finds_the_shares_of_sessions) {
  const auto user = insert_user("ada").id;
  const auto client = insert_client("app").id;
  insert_session("b", user, client);
  insert_session("a", user, client);
  insert_session("c", user, client);
  const auto shares = read([&](Rows& rows) {
    return repos().sessions.client_sessions_of(rows, {SessionId("b"), SessionId("a"), SessionId("gone")});
  });
  EXPECT_EQ(said(shares, [](const ClientSession& share) { return share.session.str() + share.client.str(); }),
            "a" + client.str() + " b" + client.str());
}

}  // namespace
}  // namespace cardea
