// Attack class 21: who may do what in the admin API. Walks the whole table.
#include <gtest/gtest.h>

#include <set>

#include "admin/seam/operation.h"
#include "admin/settings/setting_handlers.h"
#include "base/text.h"
#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using admin::AdminRole;
using admin::Operation;
using admin::Permission;

/// A path that fits the pattern; ids are of nobody.
std::string path_of(const Operation& operation) {
  std::string path;
  for (const auto segment : split(operation.path, '/')) {
    if (segment.empty()) continue;
    path += '/';
    if (segment == "{realm}") {
      path += "demo";
    } else if (segment == "{type}") {
      path += "users";
    } else {
      path += segment.starts_with('{') ? std::string_view("none") : segment;
    }
  }
  return path;
}

bool has_body(const Operation& operation) { return operation.method != web::Method::kGet; }

class AdminPermissions : public testing::Test {
 protected:
  static AdminWorld& world() {
    static AdminWorld shared;
    return shared;
  }
  static AdminWorld::Sent call(const Operation& operation, std::string_view token) {
    return world().send(operation.method, path_of(operation), token, has_body(operation) ? "{}" : "");
  }
};

TEST_F(AdminPermissions, refuses_a_route_without_a_permission_and_a_name_that_stands_twice) {
  std::set<std::string> names, routes;
  for (const auto& operation : admin::operations()) {
    EXPECT_TRUE(operation.permission.where != Permission::Where::kRealm || !operation.permission.any_of.empty())
        << operation.name;
    EXPECT_EQ(operation.path.contains("{realm}"), operation.permission.where == Permission::Where::kRealm ||
                                                      operation.permission.where == Permission::Where::kAnyAdmin ||
                                                      operation.permission.where == Permission::Where::kSelf)
        << operation.name;
    EXPECT_TRUE(names.emplace(operation.name).second) << operation.name;
    EXPECT_TRUE(routes.emplace(std::string(web::name(operation.method)) + " " + std::string(operation.path)).second)
        << operation.path;
    const bool prepares = operation.mode == admin::Mode::kHashed || operation.mode == admin::Mode::kCalls;
    EXPECT_EQ(operation.prepare != nullptr, prepares) << operation.name;
    // What writes has a transaction or more; what is not offered writes nothing, and must not hold the store's one
    // writer. Two operations that read ask another server as well.
    const bool asks = operation.name == "testClientNodes" || operation.name == "reloadProviderKeys";
    // Nor does a conversion, nor an expression that is tried.
    const bool only_reads = operation.method == web::Method::kGet || operation.handler == &admin::refuse_feature ||
                            operation.name == "convertClientDescription" || operation.name == "tryPropertyMapping";
    EXPECT_EQ(operation.mode == admin::Mode::kRead, only_reads && !asks) << operation.name;
    // Whoever changes something needs a right to change, never one to look.
    if (operation.method == web::Method::kGet || operation.permission.where != Permission::Where::kRealm) continue;
    for (const auto role : {AdminRole::kViewRealm, AdminRole::kViewUsers, AdminRole::kViewClients,
                            AdminRole::kViewEvents, AdminRole::kViewIdentityProviders, AdminRole::kQueryUsers,
                            AdminRole::kQueryClients, AdminRole::kQueryGroups, AdminRole::kQueryRealms}) {
      EXPECT_FALSE(operation.permission.any_of.has(role)) << operation.name;
    }
  }
}

TEST_F(AdminPermissions, refuses_every_operation_without_token_and_with_a_bad_one) {
  auto changed = world().root();
  changed[changed.size() - 5] = changed[changed.size() - 5] == 'A' ? 'B' : 'A';
  for (const auto& operation : admin::operations()) {
    for (const auto& token : {std::string(), std::string("x"), std::string("a.b.c"), changed}) {
      const auto sent = call(operation, token);
      EXPECT_EQ(sent.status, 401) << operation.name;
      EXPECT_EQ(sent.body, R"({"error":"HTTP 401 Unauthorized"})") << operation.name;
    }
  }
}

TEST_F(AdminPermissions, refuses_every_operation_to_people_without_admin_roles) {
  const auto token = world().admin_token({});
  for (const auto& operation : admin::operations()) {
    if (operation.permission.where == Permission::Where::kSelf) continue;
    const auto sent = call(operation, token);
    EXPECT_EQ(sent.status, operation.name == "listRealms" ? 403 : 403) << operation.name;
    EXPECT_EQ(sent.body, R"({"error":"HTTP 403 Forbidden"})") << operation.name;
  }
}

TEST_F(AdminPermissions, refuses_each_operation_to_each_role_that_is_not_in_its_row) {
  for (std::size_t i = 0; i < admin::kAdminRoleNames.size(); ++i) {
    const auto name = admin::kAdminRoleNames[i];
    const auto token = world().admin_token({std::string(name)});
    admin::AdminRoles held{static_cast<AdminRole>(i)};
    if (name == "view-clients") held.add("query-clients");
    if (name == "view-users") {
      held.add("query-users");
      held.add("query-groups");
    }
    if (name == "view-organizations") held.add("query-organizations");
    for (const auto& operation : admin::operations()) {
      if (operation.permission.where == Permission::Where::kCreateRealm) {
        EXPECT_EQ(call(operation, token).status, 403) << operation.name << " " << name;
      }
      if (operation.permission.where != Permission::Where::kRealm) continue;
      if (operation.permission.any_of.has_any_of(held)) continue;
      const auto sent = call(operation, token);
      EXPECT_EQ(sent.status, 403) << operation.name << " as " << name << ": " << sent.body;
      EXPECT_EQ(sent.body, R"({"error":"HTTP 403 Forbidden"})") << operation.name;
    }
  }
}

TEST_F(AdminPermissions, refuses_administrators_of_another_realm) {
  AdminWorld own;
  ASSERT_EQ(own.post("/admin/realms", R"({"realm":"other","enabled":true})").status, 201);
  const auto token = own.admin_token({"realm-admin"});
  EXPECT_EQ(own.send(web::Method::kGet, "/admin/realms/demo/users", token).status, 200);
  EXPECT_EQ(own.send(web::Method::kGet, "/admin/realms/other/users", token).status, 403);
  EXPECT_EQ(own.send(web::Method::kGet, "/admin/realms/master/users", token).status, 403);
  EXPECT_EQ(own.send(web::Method::kPost, "/admin/realms", token, R"({"realm":"third"})").status, 403);
}

TEST_F(AdminPermissions, refuses_unknown_realms_only_after_the_token) {
  EXPECT_EQ(world().send(web::Method::kGet, "/admin/realms/nix/users", {}).status, 401);
  const auto sent = world().send(web::Method::kGet, "/admin/realms/nix/users", world().root());
  EXPECT_EQ(sent.status, 404);
  EXPECT_EQ(sent.body, R"({"error":"Realm not found."})");
}

TEST_F(AdminPermissions, refuses_a_right_with_the_request_after_it_was_taken_away) {
  AdminWorld own;
  const auto token = own.admin_token({"view-users"});
  EXPECT_EQ(own.send(web::Method::kGet, "/admin/realms/demo/users", token).status, 200);
  const auto management = own.client_uuid("realm-management");
  const auto role = own.get("/clients/" + management + "/roles/view-users").object();
  const auto body = json::serialize(json::array{json::object{{"id", role.at("id")}, {"name", "view-users"}}});
  const auto id = own.user_id("person1");
  EXPECT_EQ(own.remove("/users/" + id + "/role-mappings/clients/" + management, body).status, 204);
  EXPECT_EQ(own.send(web::Method::kGet, "/admin/realms/demo/users", token).status, 403);
}

TEST_F(AdminPermissions, refuses_to_hand_out_rights_one_does_not_have) {
  AdminWorld own;
  const auto token = own.admin_token({"manage-users", "manage-clients", "manage-realm"});
  const auto management = own.client_uuid("realm-management");
  const auto ada = own.user_id("ada");
  const auto mapping = [&](std::string_view role) {
    const auto found = own.get("/clients/" + management + "/roles/" + std::string(role)).object();
    return json::serialize(json::array{json::object{{"id", found.at("id")}, {"name", role}}});
  };
  const auto path = "/admin/realms/demo/users/" + ada + "/role-mappings/clients/" + management;
  EXPECT_EQ(own.send(web::Method::kPost, path, token, mapping("realm-admin")).status, 403);
  EXPECT_EQ(own.send(web::Method::kPost, path, token, mapping("impersonation")).status, 403);
  EXPECT_EQ(own.send(web::Method::kPost, path, token, mapping("manage-users")).status, 204);
  // By way of a composite of one's own.
  EXPECT_EQ(own.send(web::Method::kPost, "/admin/realms/demo/roles", token, R"({"name":"mine"})").status, 201);
  EXPECT_EQ(
      own.send(web::Method::kPost, "/admin/realms/demo/roles/mine/composites", token, mapping("realm-admin")).status,
      403);
  EXPECT_EQ(own.post("/roles/mine/composites", mapping("impersonation")).status, 204);
  const auto mine = own.get("/roles/mine").object();
  const auto realm_mapping = json::serialize(json::array{json::object{{"id", mine.at("id")}, {"name", "mine"}}});
  EXPECT_EQ(
      own.send(web::Method::kPost, "/admin/realms/demo/users/" + ada + "/role-mappings/realm", token, realm_mapping)
          .status,
      403);
  // By way of a group.
  EXPECT_EQ(own.post("/groups", R"({"name":"bosses"})").status, 201);
  const auto group = own.get("/groups").array().front().get_object();
  const auto group_id = string_or(group, "id", "");
  EXPECT_EQ(own.post("/groups/" + group_id + "/role-mappings/realm", realm_mapping).status, 204);
  EXPECT_EQ(own.send(web::Method::kPut, "/admin/realms/demo/users/" + ada + "/groups/" + group_id, token, "{}").status,
            403);
  // By way of an administrator's password.
  const auto admin = own.admin_token({"realm-admin"});
  const auto admin_id = own.user_id("person2");
  EXPECT_EQ(own.send(web::Method::kPut, "/admin/realms/demo/users/" + admin_id + "/reset-password", token,
                     R"({"type":"password","value":"another-one"})")
                .status,
            403);
  EXPECT_EQ(own.send(web::Method::kDelete, "/admin/realms/demo/users/" + admin_id, token).status, 403);
}

TEST_F(AdminPermissions, refuses_rights_that_the_client_of_the_token_does_not_let_through) {
  AdminWorld own;
  const auto made = own.post("/clients", R"({"clientId":"narrow","publicClient":true,"directAccessGrantsEnabled":true,)"
                                         R"("fullScopeAllowed":false})");
  ASSERT_EQ(made.status, 201) << made.body;
  (void)own.admin_token({"realm-admin"});
  const auto token = own.token("demo", "person1", "narrow");
  EXPECT_EQ(own.send(web::Method::kGet, "/admin/realms/demo/users", token).status, 403);
  const auto management = own.client_uuid("realm-management");
  const auto role = own.get("/clients/" + management + "/roles/view-users").object();
  const auto body = json::serialize(json::array{json::object{{"id", role.at("id")}, {"name", "view-users"}}});
  EXPECT_EQ(own.post("/clients/" + made.made_id() + "/scope-mappings/clients/" + management, body).status, 204);
  EXPECT_EQ(own.send(web::Method::kGet, "/admin/realms/demo/users", token).status, 200);
  EXPECT_EQ(own.send(web::Method::kGet, "/admin/realms/demo/clients", token).status, 403);
}

TEST_F(AdminPermissions, refuses_tokens_of_ended_sessions) {
  AdminWorld own;
  const auto token = own.admin_token({"view-users"});
  EXPECT_EQ(own.post("/users/" + own.user_id("person1") + "/logout", "{}").status, 204);
  EXPECT_EQ(own.send(web::Method::kGet, "/admin/realms/demo/users", token).status, 401);
}

}  // namespace
}  // namespace cardea::protocol
