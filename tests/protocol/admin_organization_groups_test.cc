// Groups inside of organizations (keycloak.md section 6.14, Keycloak 26.7): the admin API, and what tokens say of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/text.h"
#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::ElementsAre;

class AdminOrganizationGroups : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(world.put("", R"({"organizationsEnabled":true})").status, 204);
    acme = world.post("/organizations", R"({"name":"Acme"})").made_id();
    beta = world.post("/organizations", R"({"name":"Beta"})").made_id();
    ada = world.user_id("ada");
  }
  std::string path_of(const std::string& organization) const { return "/organizations/" + organization + "/groups"; }
  std::string made(const std::string& path, std::string_view body) {
    const auto sent = world.post(path, body);
    EXPECT_EQ(sent.status, 201) << sent.body;
    return string_or(sent.object(), "id", "");
  }
  /// "/eng", "/eng/back" and "/sales" of Acme.
  void fill() {
    groups = path_of(acme);
    eng = made(groups, R"({"name":"eng","description":"Builders","attributes":{"floor":["2"]}})");
    back = made(groups + "/" + eng + "/children", R"({"name":"back"})");
    sales = made(groups, R"({"name":"sales"})");
  }
  void join_acme() { ASSERT_EQ(world.post("/organizations/" + acme + "/members", ada).status, 201); }
  /// A role of the realm, as mappings take it.
  std::string role(const std::string& name, const std::string& of = "") {
    EXPECT_EQ(world.post(of + "/roles", R"({"name":")" + name + "\"}").status, 201);
    return world.get(of + "/roles/" + name).body;
  }
  std::vector<std::string> names(const std::string& at) {
    std::vector<std::string> out;
    for (const auto& row : world.get(at).array()) out.push_back(string_or(row.as_object(), "name", ""));
    return out;
  }
  std::vector<std::string> paths(const std::string& at) {
    std::vector<std::string> out;
    for (const auto& row : world.get(at).array()) out.push_back(string_or(row.as_object(), "path", ""));
    return out;
  }
  AdminWorld world;
  std::string acme, beta, ada, groups, eng, back, sales;
};

TEST_F(AdminOrganizationGroups, a_slash_in_a_name_is_written_in_the_answer_as_it_is_read_later) {
  fill();
  ASSERT_EQ(world.post("/groups", R"({"name":"eng"})").status, 201);
  const auto realms = string_or(world.get("/groups?search=eng").array().at(0).as_object(), "id", "");
  for (const auto& [at, top] : {std::pair(groups, eng), std::pair(std::string("/groups"), realms)}) {
    const auto sent = world.post(at + "/" + top + "/children", R"({"name":"a/b"})");
    ASSERT_EQ(sent.status, 201) << sent.body;
    EXPECT_EQ(string_or(sent.object(), "path", ""), "/eng/a~/b") << at;
    const auto read = world.get(at + "/" + string_or(sent.object(), "id", ""));
    EXPECT_EQ(string_or(read.object(), "path", ""), "/eng/a~/b") << at;
  }
}

TEST_F(AdminOrganizationGroups, refuses_bad_and_taken_ones) {
  fill();
  constexpr std::string_view kNameless = R"({"errorMessage":"Group name is missing"})";
  for (const std::string_view body : {"{}", R"({"name":""})", R"({"name":" "})"}) {
    expect(world.post(groups, body), 400, kNameless);
    expect(world.post(groups + "/" + eng + "/children", body), 400, kNameless);
    expect(world.put(groups + "/" + eng, body), 400, kNameless);
  }
  expect(world.post(groups, R"({"name":"eng"})"), 409,
         R"({"errorMessage":"Group with the given name already exists."})");
  expect(world.post(groups + "/" + eng + "/children", R"({"name":"back"})"), 409,
         R"({"errorMessage":"Sibling group with the given name already exists"})");
  expect(world.put(groups + "/" + eng, R"({"name":"sales"})"), 409,
         R"({"error":"conflict","error_description":"Duplicate resource error"})");
  expect(world.put(groups + "/" + eng, R"({"id":"other","name":"eng"})"), 400,
         R"({"errorMessage":"Invalid group id"})");
  expect(world.post(groups, R"({"name":"x","attributes":{"k":[")" + std::string(2049, 'x') + R"("]}})"), 400,
         R"({"errorMessage":"Bad attributes"})");
  EXPECT_THAT(paths(groups), ElementsAre("/eng", "/sales"));
  EXPECT_THAT(paths(groups + "/" + eng + "/children"), ElementsAre("/eng/back"));
}

TEST_F(AdminOrganizationGroups, refuses_groups_that_are_not_of_the_organization) {
  fill();
  constexpr std::string_view kNone = R"({"errorMessage":"Group does not exist"})";
  const auto plain = world.post("/groups", R"({"name":"plain"})").made_id();
  const auto foreign = made(path_of(beta), R"({"name":"eng"})");
  join_acme();
  constexpr std::string_view kOthers = R"({"errorMessage":"Group does not belong to the organization"})";
  const auto clerk = role("clerk");
  for (const auto& id : {std::string("none"), plain, foreign}) {
    const auto path = groups + "/" + id;
    const int status = id == "none" ? 404 : 400;
    const auto said = id == "none" ? kNone : kOthers;
    expect(world.get(path), status, said);
    expect(world.put(path, R"({"name":"taken over"})"), status, said);
    expect(world.remove(path), status, said);
    expect(world.get(path + "/children"), status, said);
    expect(world.post(path + "/children", R"({"name":"x"})"), status, said);
    expect(world.get(path + "/members"), status, said);
    expect(world.put(path + "/members/" + ada, ""), status, said);
    expect(world.remove(path + "/members/" + ada), status, said);
    expect(world.get(path + "/role-mappings"), status, said);
    expect(world.post(path + "/role-mappings/realm", "[" + clerk + "]"), status, said);
    const auto move = R"({"name":"x","id":")" + id + "\"}";
    EXPECT_EQ(world.post(groups, move).status, status);
    EXPECT_EQ(world.post(groups + "/" + eng + "/children", move).status, status);
  }
  expect(world.post(groups, R"({"name":"x","id":")" + foreign + "\"}"), 400,
         R"({"errorMessage":"Group does not belong to this organization"})");
  expect(world.post(groups, R"({"name":"x","id":")" + plain + "\"}"), 400,
         R"({"errorMessage":"Can only move organization groups"})");
  // Nor does the realm see them: neither in its lists nor by their ids, and nobody joins them past the organization.
  EXPECT_EQ(world.get("/groups").array().size(), 1U);
  EXPECT_EQ(world.get("/groups/" + eng).status, 404);
  EXPECT_EQ(world.remove("/groups/" + eng).status, 404);
  EXPECT_EQ(world.put("/users/" + ada + "/groups/" + eng, "").status, 404);
  EXPECT_EQ(world.get("/groups/" + eng + "/role-mappings").status, 404) << "not by the realm's own path";
  EXPECT_EQ(world.post("/groups/" + eng + "/role-mappings/realm", "[]").status, 404);
  EXPECT_THAT(paths(groups), ElementsAre("/eng", "/sales"));
}

TEST_F(AdminOrganizationGroups, lists_searches_and_changes_them) {
  fill();
  EXPECT_THAT(paths(groups), ElementsAre("/eng", "/sales"));
  EXPECT_THAT(paths(groups + "?search=A"), ElementsAre("/eng/back", "/sales"));
  EXPECT_THAT(paths(groups + "?search=back&exact=true"), ElementsAre("/eng/back"));
  EXPECT_THAT(paths(groups + "?search=ack&exact=true"), ElementsAre());
  EXPECT_THAT(paths(groups + "?q=floor:2"), ElementsAre("/eng"));
  EXPECT_THAT(paths(groups + "?first=1&max=1"), ElementsAre("/sales"));
  EXPECT_THAT(paths(groups + "?search="), ElementsAre("/eng", "/sales"));
  const auto tree = world.get(groups + "?search=ack&populateHierarchy=true&subGroupsCount=true").array();
  ASSERT_EQ(tree.size(), 1U);
  EXPECT_EQ(tree[0].at("subGroups").at(0).at("path").as_string(), "/eng/back");
  EXPECT_EQ(tree[0].at("subGroupCount").as_int64(), 1);
  EXPECT_EQ(string_or(world.get(groups + "/group-by-path/eng/back").object(), "id", ""), back);
  expect(world.get(groups + "/group-by-path/back"), 404, R"({"error":"Group path does not exist"})");
  EXPECT_THAT(paths(groups + "/" + eng + "/children"), ElementsAre("/eng/back"));
  EXPECT_THAT(paths(groups + "/" + eng + "/children?search=zz"), ElementsAre());

  auto one = world.get(groups + "/" + eng).object();
  EXPECT_EQ(string_or(one, "description", ""), "Builders");
  EXPECT_EQ(json::serialize(one.at("attributes")), R"({"floor":["2"]})");
  ASSERT_EQ(world.put(groups + "/" + eng, R"({"name":"builders","description":"d"})").status, 204);
  one = world.get(groups + "/" + eng).object();
  EXPECT_EQ(string_or(one, "path", ""), "/builders");
  EXPECT_EQ(json::serialize(one.at("attributes")), R"({"floor":["2"]})") << "left out, so kept";
  ASSERT_EQ(world.remove(groups + "/" + eng).status, 204);
  EXPECT_THAT(paths(groups), ElementsAre("/sales"));
  EXPECT_EQ(world.get(groups + "/" + back).status, 404) << "gone with what it stood below";
}

TEST_F(AdminOrganizationGroups, moves_them_but_never_below_themselves) {
  fill();
  const auto move = [&](const std::string& below, const std::string& id, std::string_view name) {
    return world.post(below, R"({"id":")" + id + R"(","name":")" + std::string(name) + "\"}").status;
  };
  EXPECT_EQ(move(groups + "/" + back + "/children", eng, "eng"), 400);
  EXPECT_EQ(move(groups + "/" + eng + "/children", eng, "eng"), 400);
  EXPECT_EQ(move(groups + "/" + sales + "/children", back, "back"), 204);
  EXPECT_THAT(paths(groups + "/" + sales + "/children"), ElementsAre("/sales/back"));
  EXPECT_THAT(paths(groups + "/" + eng + "/children"), ElementsAre());
  EXPECT_EQ(move(groups, back, "back"), 204);
  EXPECT_THAT(paths(groups), ElementsAre("/back", "/eng", "/sales"));
  made(groups + "/" + eng + "/children", R"({"name":"back"})");
  EXPECT_EQ(move(groups + "/" + eng + "/children", back, "back"), 409);
}

TEST_F(AdminOrganizationGroups, refuses_who_is_no_member_of_the_organization) {
  fill();
  const auto members = groups + "/" + back + "/members";
  expect(world.put(members + "/" + ada, ""), 400, R"({"errorMessage":"User is not member of the organization"})");
  expect(world.put(members + "/none", ""), 404, R"({"errorMessage":"User does not exist"})");
  expect(world.remove(members + "/none"), 404, R"({"errorMessage":"User does not exist"})");
  join_acme();
  EXPECT_EQ(world.put(members + "/" + ada, "").status, 204);
  expect(world.put(members + "/" + ada, ""), 409, R"({"errorMessage":"User is already a member of the group"})");
  const auto rows = world.get(members).array();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(string_or(rows[0].as_object(), "username", ""), "ada");
  EXPECT_EQ(string_or(rows[0].as_object(), "membershipType", ""), "UNMANAGED");
  EXPECT_EQ(world.get(groups + "/" + eng + "/members").body, "[]") << "a member below is none above";
  const auto of_member = "/organizations/" + acme + "/members/" + ada + "/groups";
  EXPECT_THAT(paths(of_member), ElementsAre("/eng/back"));
  EXPECT_THAT(paths(of_member + "?search=zz"), ElementsAre());
  EXPECT_EQ(world.get("/users/" + ada + "/groups").body, "[]");
  EXPECT_EQ(world.remove(members + "/" + ada).status, 204);
  EXPECT_EQ(world.remove(members + "/" + ada).status, 204) << "as in Keycloak";
  EXPECT_EQ(world.get(members).body, "[]");

  // Who leaves the organization and comes back is in none of its groups.
  EXPECT_EQ(world.put(members + "/" + ada, "").status, 204);
  ASSERT_EQ(world.remove("/organizations/" + acme + "/members/" + ada).status, 204);
  join_acme();
  EXPECT_EQ(world.get(members).body, "[]");
}

TEST_F(AdminOrganizationGroups, refuses_each_lesser_role) {
  fill();
  join_acme();
  using enum web::Method;
  const auto as = [&](const std::string& token, web::Method method, const std::string& path,
                      std::string_view body = {}) {
    return world.send(method, "/admin/realms/demo" + path, token, body).status;
  };
  const auto viewer = world.admin_token({"view-organizations"});
  EXPECT_EQ(as(viewer, kGet, groups), 200);
  EXPECT_EQ(as(viewer, kGet, groups + "/" + eng), 200);
  EXPECT_EQ(as(viewer, kGet, groups + "/" + eng + "/members"), 403) << "no right to see users";
  EXPECT_EQ(as(viewer, kPost, groups, R"({"name":"x"})"), 403);
  EXPECT_EQ(as(viewer, kPut, groups + "/" + eng, R"({"name":"x"})"), 403);
  EXPECT_EQ(as(viewer, kPut, groups + "/" + eng + "/members/" + ada), 403);
  EXPECT_EQ(as(viewer, kDelete, groups + "/" + eng), 403);
  const auto users = world.admin_token({"manage-users"});
  EXPECT_EQ(as(users, kGet, groups), 403);
  EXPECT_EQ(as(users, kPut, groups + "/" + eng + "/members/" + ada), 403);
  ASSERT_EQ(world.put("", R"({"organizationsEnabled":false})").status, 204);
  expect(world.get(groups), 404, R"({"errorMessage":"Organizations not enabled for this realm."})");
}

TEST_F(AdminOrganizationGroups, tokens_name_them_where_a_mapper_says_so) {
  fill();
  join_acme();
  ASSERT_EQ(world.put(groups + "/" + back + "/members/" + ada, "").status, 204);
  ASSERT_EQ(world.put(groups + "/" + sales + "/members/" + ada, "").status, 204);
  ASSERT_EQ(world.post("/clients", R"({"clientId":"app","publicClient":true,"directAccessGrantsEnabled":true})").status,
            201);
  const auto claim = [&](std::string_view scope) {
    const auto token = world.token("demo", "ada", "app", scope);
    const auto parts = split(token, '.');
    EXPECT_EQ(parts.size(), 3U) << scope;
    const auto all = parse_json(base64url_decode(parts[1]).value_or("{}")).value().as_object();
    const auto* found = all.if_contains("organization");
    return found == nullptr ? std::string("-") : json::serialize(*found);
  };
  EXPECT_EQ(claim("openid organization"), R"(["Acme"])");
  std::string scope, mapper;
  for (const auto& item : world.get("/client-scopes").array()) {
    if (string_or(item.as_object(), "name", "") != "organization") continue;
    scope = string_or(item.as_object(), "id", "");
    mapper = string_or(item.as_object().at("protocolMappers").as_array().at(0).as_object(), "id", "");
  }
  const auto models = "/client-scopes/" + scope + "/protocol-mappers/models";
  ASSERT_EQ(world
                .post(models, R"({"name":"groups","protocol":"openid-connect",)"
                              R"("protocolMapper":"oidc-organization-group-membership-mapper",)"
                              R"("config":{"access.token.claim":"true"}})")
                .status,
            201);
  EXPECT_EQ(claim("openid organization"), R"({"Acme":{"groups":["/eng/back","/sales"]}})");
  EXPECT_EQ(claim("openid organization:*"), R"({"Acme":{"groups":["/eng/back","/sales"]}})");
  EXPECT_EQ(claim("openid organization:Beta"), "-") << "not hers";
  EXPECT_EQ(claim("openid"), "-");
  auto changed = world.get(models + "/" + mapper).object();
  changed["config"].as_object()["addOrganizationId"] = "true";
  ASSERT_EQ(world.put(models + "/" + mapper, json::serialize(changed)).status, 204);
  EXPECT_EQ(claim("openid organization"), R"({"Acme":{"id":")" + acme + R"(","groups":["/eng/back","/sales"]}})");
  ASSERT_EQ(world.remove("/organizations/" + acme + "/members/" + ada).status, 204);
  EXPECT_EQ(claim("openid organization"), "-");
}

TEST_F(AdminOrganizationGroups, refuses_to_give_a_right_by_the_roles_of_a_group) {
  fill();
  join_acme();
  ASSERT_EQ(world.put(groups + "/" + back + "/members/" + ada, "").status, 204);
  const auto app = world.post("/clients", R"({"clientId":"app","publicClient":true,"directAccessGrantsEnabled":true})");
  ASSERT_EQ(app.status, 201);
  const auto of_app = "/clients/" + app.made_id();
  const auto inner = role("inner", of_app);
  const auto boss = role("boss");
  ASSERT_EQ(world.post("/roles/boss/composites", "[" + inner + "]").status, 204);
  const auto clerk = role("clerk");
  const auto mappings = groups + "/" + back + "/role-mappings";
  EXPECT_EQ(world.get(mappings).body, "{}");
  EXPECT_EQ(world.post(mappings + "/realm", "[" + boss + "]").status, 204);
  EXPECT_EQ(world.post(mappings + "/clients/" + app.made_id(), "[" + inner + "]").status, 204);
  EXPECT_EQ(world.post(groups + "/" + eng + "/role-mappings/realm", "[" + clerk + "]").status, 204);
  EXPECT_THAT(names(mappings + "/realm"), ElementsAre("boss"));
  EXPECT_THAT(names(mappings + "/clients/" + app.made_id() + "/composite"), ElementsAre("inner"));
  EXPECT_THAT(names(mappings + "/realm/available"), testing::Not(testing::Contains("boss")));
  EXPECT_EQ(json::serialize(world.get(groups + "/" + back).object().at("realmRoles")), R"(["boss"])");
  EXPECT_EQ(world.get(mappings + "/clients/none").status, 404);

  // Nobody has them by it, neither here nor in the token's own claims.
  EXPECT_THAT(names("/users/" + ada + "/role-mappings/realm/composite"), testing::Not(testing::Contains("boss")));
  const auto claims = [&](std::string_view scope) {
    const auto parts = world.token("demo", "ada", "app", scope);
    return parse_json(base64url_decode(split(parts, '.').at(1)).value_or("{}")).value().as_object();
  };
  const auto all = claims("openid organization");
  EXPECT_EQ(json::serialize(all).find("boss"), std::string::npos);
  std::string scope;
  for (const auto& item : world.get("/client-scopes").array()) {
    if (string_or(item.as_object(), "name", "") == "organization") scope = string_or(item.as_object(), "id", "");
  }
  ASSERT_EQ(world
                .post("/client-scopes/" + scope + "/protocol-mappers/models",
                      R"({"name":"groups","protocol":"openid-connect",)"
                      R"("protocolMapper":"oidc-organization-group-membership-mapper",)"
                      R"("config":{"access.token.claim":"true","addGroupRoleMappings":"true"}})")
                .status,
            201);
  const auto with_roles = claims("openid organization");
  // As in Keycloak: of the groups somebody is a direct member of, composites expanded.
  EXPECT_EQ(json::serialize(with_roles.at("organization")),
            R"({"Acme":{"groups":["/eng/back"],"realm_access":{"roles":["boss"]},)"
            R"("resource_access":{"app":{"roles":["inner"]}}}})");
  EXPECT_EQ(json::serialize(with_roles.at("realm_access")).find("boss"), std::string::npos);

  EXPECT_EQ(world.remove(mappings + "/realm", "[" + boss + "]").status, 204);
  EXPECT_EQ(world.remove(mappings + "/clients/" + app.made_id(), "[" + inner + "]").status, 204);
  EXPECT_EQ(world.get(mappings).body, "{}");
  EXPECT_EQ(json::serialize(claims("openid organization").at("organization")), R"({"Acme":{"groups":["/eng/back"]}})");
}

TEST_F(AdminOrganizationGroups, refuses_roles_that_the_caller_could_not_give) {
  fill();
  using enum web::Method;
  const auto realm_management =
      string_or(world.get("/clients?clientId=realm-management").array().at(0).as_object(), "id", "");
  const auto admin = world.get("/clients/" + realm_management + "/roles/realm-admin").body;
  const auto manager = world.admin_token({"manage-organizations"});
  const auto path = "/admin/realms/demo" + groups + "/" + eng + "/role-mappings/clients/" + realm_management;
  EXPECT_EQ(world.send(kPost, path, manager, "[" + admin + "]").status, 403);
  EXPECT_EQ(world.send(kGet, path, manager).status, 200);
  EXPECT_EQ(world.send(kPost, path, world.admin_token({"view-organizations"}), "[]").status, 403);
}

TEST_F(AdminOrganizationGroups, changes_leave_admin_events) {
  ASSERT_EQ(world.put("/events/config", R"({"adminEventsEnabled":true,"adminEventsDetailsEnabled":true})").status, 204);
  fill();
  join_acme();
  ASSERT_EQ(world.put(groups + "/" + eng + "/members/" + ada, "").status, 204);
  const auto count = [&](const std::string& type, const std::string& operation) {
    return world.get("/admin-events?resourceTypes=" + type + "&operationTypes=" + operation).array().size();
  };
  EXPECT_EQ(count("ORGANIZATION_GROUP", "CREATE"), 3U);
  EXPECT_EQ(count("ORGANIZATION_GROUP_MEMBERSHIP", "CREATE"), 1U);
  ASSERT_EQ(world.remove(groups + "/" + eng + "/members/" + ada).status, 204);
  ASSERT_EQ(world.remove(groups + "/" + eng + "/members/" + ada).status, 204);
  EXPECT_EQ(count("ORGANIZATION_GROUP_MEMBERSHIP", "DELETE"), 1U) << "nothing happened the second time";
}

}  // namespace
}  // namespace cardea::protocol
