// Users of the admin API (keycloak.md sections 6.4 and 6.6), and NetBird's calls (guides.md G4.6).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/admin_world.h"

namespace cardea::protocol {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class AdminUsers : public testing::Test {
 protected:
  AdminWorld world;
  std::string made(std::string_view body) {
    const auto sent = world.post("/users", body);
    EXPECT_EQ(sent.status, 201) << sent.body;
    EXPECT_EQ(sent.body, "");
    EXPECT_EQ(sent.location, "https://id.example/admin/realms/demo/users/" + sent.made_id());
    return sent.made_id();
  }
  void admit_any_attribute() {
    auto profile = world.get("/users/profile").object();
    profile["unmanagedAttributePolicy"] = "ENABLED";
    EXPECT_EQ(world.put("/users/profile", json::serialize(profile)).status, 200);
  }
  static std::vector<std::string> names(const json::array& list, std::string_view member = "username") {
    std::vector<std::string> out;
    for (const auto& item : list) out.push_back(string_or(item.get_object(), member, "?"));
    return out;
  }
};

TEST_F(AdminUsers, refuses_bad_representations) {
  expect(world.post("/users", R"({"username":)"), 400,
         R"({"error":"invalid_request","error_description":"Cannot parse the JSON"})");
  expect(world.post("/users", R"([1])"), 400,
         R"({"error":"unknown_error","error_description":"Cannot parse the JSON"})");
  expect(world.post("/users", R"({"username":"bob","enabled":{"a":1}})"), 400,
         R"({"error":"unknown_error","error_description":"Cannot parse the JSON"})");
  expect(
      world.post("/users", R"({"username":"bob","foo":1})"), 400,
      R"({"error":"Invalid json representation for UserRepresentation. Unrecognized field \"foo\" at line 1 column 26."})");
  expect(world.post("/users", "{}"), 400, R"({"errorMessage":"User name is missing"})");
  expect(world.send(web::Method::kPost, "/admin/realms/demo/users", world.root(), "username=bob", "text/plain"), 415,
         R"({"error":"The content-type header value did not match the value in @Consumes"})");
}

TEST_F(AdminUsers, whoever_starts_or_stops_somebody_takes_it_from_scim) {
  const auto id = made(R"({"username":"bob","enabled":true})");
  auto& repositories = world.repositories;
  ProvisionedUser row;
  row.realm = read_from(repositories.store, [&](Rows& rows) { return repositories.realms.find_by_name(rows, "demo"); })
                  .value()
                  ->id;
  row.user = UserId(id);
  row.provider = "up";
  row.user_name = "bob";
  row.is_made = row.is_stopped = true;
  ASSERT_TRUE(repositories.store.write([&](Tx& tx) -> Stored<void> {
    if (auto done = repositories.provisioned_users.insert(tx, row); !done) return done;
    return repositories.users.set_enabled(tx, UserId(id), false);
  }));
  const auto is_stopped_by_scim = [&] {
    return read_from(repositories.store,
                     [&](Rows& rows) {
                       return repositories.provisioned_users.find(rows, row.realm, "up", ProvisionedBy::kUser, id);
                     })
        .value()
        ->is_stopped;
  };
  EXPECT_EQ(world.put("/users/" + id, R"({"firstName":"Rob"})").status, 204);
  EXPECT_TRUE(is_stopped_by_scim()) << "nothing was said of it";
  EXPECT_EQ(world.put("/users/" + id, R"({"enabled":true})").status, 204);
  EXPECT_FALSE(is_stopped_by_scim());
  EXPECT_EQ(world.put("/users/" + id, R"({"enabled":false})").status, 204);
  EXPECT_FALSE(is_stopped_by_scim()) << "SCIM must not start whom an administrator stopped";
}

TEST_F(AdminUsers, refuses_names_that_are_taken_and_profiles_that_do_not_fit) {
  made(R"({"username":"Bob","email":"Bob@Example.org","enabled":true})");
  expect(world.post("/users", R"({"username":"bOB"})"), 409, R"({"errorMessage":"User exists with same username"})");
  expect(world.post("/users", R"({"username":"rob","email":"BOB@example.org"})"), 409,
         R"({"errorMessage":"User exists with same email"})");
  expect(world.post("/users", R"({"username":"b","email":"bobx.org"})"), 400,
         R"({"errors":[{"field":"username","errorMessage":"error-invalid-length","params":["username",3,255]},)"
         R"({"field":"email","errorMessage":"error-invalid-email","params":["email","bobx.org"]}]})");
  const auto id = world.user_id("bob");
  expect(world.put("/users/" + id, R"({"username":"other"})"), 400,
         R"({"field":"username","errorMessage":"error-user-attribute-read-only","params":["username"]})");
  expect(world.put("/users/" + id, R"({"email":"nope"})"), 400,
         R"({"field":"email","errorMessage":"error-invalid-email","params":["email","nope"]})");
  expect(world.put("/users/" + id, R"({"email":"ada@example.org"})"), 409,
         R"({"errorMessage":"User exists with same email"})");
}

TEST_F(AdminUsers, refuses_what_is_not_there) {
  expect(world.get("/users/none"), 404, R"({"error":"User not found"})");
  expect(world.put("/users/none", "{}"), 404, R"({"error":"User not found"})");
  expect(world.remove("/users/none"), 404, R"({"error":"User not found"})");
  expect(world.put("/users/none/reset-password", R"({"value":"x"})"), 404, R"({"error":"User not found"})");
  const auto ada = "/users/" + world.user_id("ada");
  expect(world.put(ada + "/reset-password", R"({"type":"password"})"), 400, R"({"error":"No password provided"})");
  expect(world.put(ada + "/reset-password", R"({"type":"password","value":""})"), 400,
         R"({"error":"Empty password not allowed"})");
  expect(world.remove(ada + "/credentials/none"), 404, R"({"error":"Credential not found"})");
  expect(world.put(ada + "/groups/none", "{}"), 404, R"({"error":"Group not found"})");
  expect(world.get(ada + "/role-mappings/clients/none"), 404, R"({"error":"Client not found"})");
  expect(world.post(ada + "/role-mappings/realm", R"([{"id":"x","name":"y"}])"), 404, R"({"error":"Role not found"})");
  expect(world.remove(ada + "/consents/nix"), 404, R"({"error":"Client not found"})");
  expect(world.remove(ada + "/consents/account"), 404, R"({"error":"Consent nor offline token not found"})");
  expect(world.get("/users?max=x"), 404, R"({"error":"HTTP 404 Not Found"})");
}

TEST_F(AdminUsers, refuses_a_password_that_breaks_the_policy) {
  EXPECT_EQ(world.put("", R"j({"passwordPolicy":"length(8)"})j").status, 204);
  expect(world.put("/users/" + world.user_id("ada") + "/reset-password",
                   R"({"type":"password","value":"p","temporary":false})"),
         400,
         R"({"error":"invalidPasswordMinLengthMessage","error_description":"Invalid password: minimum length 8."})");
}

TEST_F(AdminUsers, refuses_a_password_that_was_used_before) {
  EXPECT_EQ(world.put("", R"j({"passwordPolicy":"passwordHistory(2)"})j").status, 204);
  const auto user = "/users/" + world.user_id("ada");
  const auto set = [&](std::string_view password) {
    return world.put(user + "/reset-password", json::serialize(json::object{{"value", password}}));
  };
  EXPECT_EQ(set("first-horse").status, 204);
  const auto again = R"({"error":"invalidPasswordHistoryMessage",)"
                     R"("error_description":"Invalid password: must not be equal to any of last 2 passwords."})";
  expect(set("first-horse"), 400, again);
  EXPECT_EQ(set("second-horse").status, 204);
  expect(set("first-horse"), 400, again);
  // One that comes with the whole user goes into the history as well.
  EXPECT_EQ(world.put(user, R"({"credentials":[{"type":"password","value":"third-horse"}]})").status, 204);
  expect(set("second-horse"), 400, again);
  EXPECT_EQ(set("first-horse").status, 204);
}

TEST_F(AdminUsers, a_new_user_reads_back_in_keycloaks_order_and_without_what_the_profile_does_not_know) {
  const auto id = made(R"({"username":"Bob","firstName":"B","lastName":"O","email":"bob@example.org","enabled":true,)"
                       R"("attributes":{"a":["1"]},"id":"mine","realmRoles":["admin"],"notBefore":9})");
  EXPECT_NE(id, "mine");
  const auto now = std::to_string(epoch_milliseconds(world.clock.now()));
  const auto row =
      R"({"id":")" + id +
      R"(","username":"bob","firstName":"B","lastName":"O","email":"bob@example.org","emailVerified":false,)"
      R"("enabled":true,"createdTimestamp":)" +
      now;
  expect(world.get("/users/" + id), 200,
         row + R"(,"totp":false,"disableableCredentialTypes":[],"requiredActions":[],"notBefore":0,"access":{)"
               R"("manageGroupMembership":true,"resetPassword":true,"view":true,"mapRoles":true,"impersonate":true,)"
               R"("manage":true}})");
  expect(world.get("/users?username=bob&exact=true"), 200,
         "[" + row +
             R"(,"totp":false,"disableableCredentialTypes":[],"requiredActions":[],"notBefore":0,)"
             R"("access":{"manage":true}}])");
  expect(world.get("/users?username=bob&briefRepresentation=true"), 200, "[" + row + R"(,"access":{"manage":true}}])");
  // The default role, and none of those the body named.
  EXPECT_THAT(names(world.get("/users/" + id + "/role-mappings/realm").array(), "name"),
              ElementsAre("default-roles-demo"));
}

TEST_F(AdminUsers, an_update_merges_and_replaces_attributes_as_a_whole) {
  admit_any_attribute();
  const auto id = made(R"({"username":"bob","enabled":true,"attributes":{"phone":["1"],"team":"a"}})");
  const auto path = "/users/" + id;
  EXPECT_EQ(world.put(path, R"({"firstName":"Bob"})").status, 204);
  auto user = world.get(path).object();
  EXPECT_EQ(user.at("attributes"), parse_json(R"({"phone":["1"],"team":["a"]})").value());
  EXPECT_EQ(string_or(user, "firstName", ""), "Bob");
  EXPECT_EQ(world.put(path, R"({"attributes":{"phone":["2"]},"requiredActions":["VERIFY_EMAIL"]})").status, 204);
  user = world.get(path).object();
  EXPECT_EQ(user.at("attributes"), parse_json(R"({"phone":["2"]})").value());
  EXPECT_EQ(user.at("requiredActions"), parse_json(R"(["VERIFY_EMAIL"])").value());
  EXPECT_EQ(world.put(path, R"({"attributes":{}})").status, 204);
  EXPECT_FALSE(world.get(path).object().contains("attributes"));
  EXPECT_EQ(world.remove(path).status, 204);
  EXPECT_EQ(world.get(path).status, 404);
}

TEST_F(AdminUsers, finds_by_words_members_and_attributes) {
  made(R"({"username":"bob","firstName":"Robert","lastName":"Stone","email":"bob@example.org","enabled":true})");
  made(R"({"username":"cyd","enabled":false})");
  const auto found = [&](std::string_view query) {
    return names(world.get(std::string("/users?").append(query)).array());
  };
  EXPECT_THAT(found(""), ElementsAre("ada", "bob", "cyd"));
  EXPECT_THAT(found("search=rob"), ElementsAre("bob"));
  EXPECT_THAT(found("search=ston"), ElementsAre("bob"));
  EXPECT_THAT(found("search=tone"), IsEmpty());
  EXPECT_THAT(found("search=*tone*"), ElementsAre("bob"));
  EXPECT_THAT(found("search=rob%20stone"), ElementsAre("bob"));
  EXPECT_THAT(found("search=rob%20ada"), IsEmpty());
  EXPECT_THAT(found("search=%22robert%22"), ElementsAre("bob"));
  EXPECT_THAT(found("search=%22rob%22"), IsEmpty());
  EXPECT_THAT(found("email=bob"), ElementsAre("bob"));
  EXPECT_THAT(found("email=bob&exact=true"), IsEmpty());
  EXPECT_THAT(found("enabled=false"), ElementsAre("cyd"));
  EXPECT_THAT(found("first=1&max=1"), ElementsAre("bob"));
  EXPECT_THAT(found("q=a:b"), IsEmpty());
  EXPECT_EQ(world.get("/users/count?search=bob").body, "1");
}

// Keycloak 26.7: both ends are part of the span.
TEST_F(AdminUsers, users_come_by_when_they_were_made) {
  const auto found = [&](std::string_view query) {
    return names(world.get(std::string("/users?").append(query)).array());
  };
  constexpr milliseconds kStep{2'000};
  const auto made_at = [&](const std::string& id) {
    return world.get("/users/" + id).object().at("createdTimestamp").as_int64();
  };
  world.clock.advance(kStep);
  const auto bob = made(R"({"username":"bob","firstName":"Bob","enabled":true})");
  world.clock.advance(kStep);
  const auto cyd = made(R"({"username":"cyd","enabled":false})");
  const auto refused = [](std::string_view name) {
    return R"({"error":"Invalid value for ')" + std::string(name) +
           R"(', expected format is yyyy-MM-dd or an Epoch timestamp"})";
  };
  for (const auto* bad : {"soon", "2026-13-40", "-5", "2026-11-28T00:00:00Z"}) {
    expect(world.get(std::string("/users?createdAfter=") + bad), 400, refused("createdAfter"));
    expect(world.get(std::string("/users/count?createdBefore=") + bad), 400, refused("createdBefore"));
  }
  const auto at = std::to_string(made_at(bob));
  const auto later = std::to_string(made_at(bob) + 1);
  const auto earlier = std::to_string(made_at(bob) - 1);
  EXPECT_THAT(found("createdAfter=" + at), ElementsAre("bob", "cyd"));
  EXPECT_THAT(found("createdAfter=" + later), ElementsAre("cyd"));
  EXPECT_THAT(found("createdBefore=" + at), ElementsAre("ada", "bob"));
  EXPECT_THAT(found("createdBefore=" + earlier), ElementsAre("ada"));
  EXPECT_THAT(found("createdAfter=" + at + "&createdBefore=" + at), ElementsAre("bob"));
  EXPECT_THAT(found("createdAfter=" + later + "&search=bob"), IsEmpty());
  EXPECT_THAT(found("createdAfter=2099-01-01"), IsEmpty());
  EXPECT_THAT(found("createdBefore=2099-01-01&createdAfter="), ElementsAre("ada", "bob", "cyd"));
  EXPECT_EQ(world.get("/users/count?createdAfter=" + later).body, "1");
  EXPECT_EQ(made_at(cyd) - made_at(bob), kStep.count());
  EXPECT_THAT(found("createdBefore=" + at + "&first=1&max=1"), ElementsAre("bob")) << "a page of those";
  EXPECT_THAT(found("createdBefore=" + at + "&first=2"), IsEmpty());
}

// Keycloak 26.7: a value of `q` is compared without regard to case, its name is not; a search stands alone.
TEST_F(AdminUsers, users_come_by_attributes_and_what_else_q_names) {
  const auto found = [&](std::string_view query) {
    return names(world.get(std::string("/users?").append(query)).array());
  };
  admit_any_attribute();
  made(
      R"({"username":"bob","firstName":"Bob","enabled":true,"attributes":{"plan":["gold"],"dept":["Mill One","Two"]}})");
  made(R"({"username":"cyd","enabled":false,"attributes":{"plan":["silver"]}})");
  EXPECT_THAT(found("q=plan:GOLD"), ElementsAre("bob"));
  EXPECT_THAT(found("q=PLAN:gold"), IsEmpty());
  EXPECT_THAT(found("q=plan:gol"), IsEmpty());
  EXPECT_THAT(found("q=dept:%22mill%20one%22"), ElementsAre("bob"));
  EXPECT_THAT(found("q=plan:gold%20dept:two"), ElementsAre("bob"));
  EXPECT_THAT(found("q=plan:silver%20dept:two"), IsEmpty());
  EXPECT_THAT(found("q=plan:gold%20plan:silver"), ElementsAre("cyd")) << "the last of a name";
  EXPECT_THAT(found("q=plan:"), IsEmpty());
  EXPECT_THAT(found("q=plan"), ElementsAre("ada", "bob", "cyd")) << "no pair";
  EXPECT_THAT(found("q=username:cy"), ElementsAre("cyd"));
  EXPECT_THAT(found("q=firstName:bo"), ElementsAre("bob"));
  EXPECT_THAT(found("q=enabled:false"), ElementsAre("cyd"));
  EXPECT_THAT(found("q=username:cyd&username=bob"), ElementsAre("cyd"));
  EXPECT_THAT(found("q=plan:silver&search=bob"), ElementsAre("bob")) << "a search stands alone";
  EXPECT_THAT(found("search=bob&username=cyd"), ElementsAre("bob"));
  EXPECT_THAT(found("search=cyd&enabled=true"), IsEmpty());
}

TEST_F(AdminUsers, a_password_set_by_an_administrator_signs_in) {
  const auto id = made(R"({"username":"bob","firstName":"B","lastName":"O","email":"bob@example.org","enabled":true})");
  const auto path = "/users/" + id;
  EXPECT_EQ(
      world.put(path + "/reset-password", R"({"type":"password","value":"correct-horse","temporary":false})").status,
      204);
  EXPECT_NE(world.token("demo", "bob"), "");
  auto credentials = world.get(path + "/credentials");
  EXPECT_THAT(credentials.body, Not(HasSubstr("secretData")));
  EXPECT_THAT(credentials.body, HasSubstr(R"("type":"password")"));
  const auto credential = string_or(credentials.array().front().get_object(), "id", "");
  EXPECT_EQ(world
                .send(web::Method::kPut, "/admin/realms/demo" + path + "/credentials/" + credential + "/userLabel",
                      world.root(), "My password", "text/plain")
                .status,
            204);
  EXPECT_THAT(world.get(path + "/credentials").body, HasSubstr(R"("userLabel":"My password")"));
  EXPECT_EQ(world.put(path + "/reset-password", R"({"type":"password","value":"other-horse","temporary":true})").status,
            204);
  EXPECT_EQ(world.get(path).object().at("requiredActions"), parse_json(R"(["UPDATE_PASSWORD"])").value());
  EXPECT_EQ(world.get(path + "/credentials").array().size(), 1U);
  EXPECT_EQ(world
                .remove(path + "/credentials/" +
                        string_or(world.get(path + "/credentials").array().front().get_object(), "id", ""))
                .status,
            204);
  EXPECT_THAT(world.get(path + "/credentials").array(), IsEmpty());
}

TEST_F(AdminUsers, maps_roles_and_takes_them_back) {
  EXPECT_EQ(world.post("/roles", R"({"name":"editor"})").status, 201);
  const auto editor = world.get("/roles/editor").object();
  const auto body = json::serialize(json::array{json::object{{"id", editor.at("id")}, {"name", "editor"}}});
  const auto path = "/users/" + world.user_id("ada") + "/role-mappings";
  EXPECT_THAT(names(world.get(path + "/realm/available").array(), "name"), testing::Contains("editor"));
  EXPECT_EQ(world.post(path + "/realm", body).status, 204);
  EXPECT_THAT(names(world.get(path + "/realm").array(), "name"), testing::Contains("editor"));
  EXPECT_THAT(names(world.get(path + "/realm/available").array(), "name"), Not(testing::Contains("editor")));
  EXPECT_THAT(names(world.get(path + "/realm/composite").array(), "name"), testing::Contains("offline_access"));
  EXPECT_THAT(world.get(path).body, HasSubstr("realmMappings"));
  EXPECT_EQ(world.remove(path + "/realm", body).status, 204);
  EXPECT_THAT(names(world.get(path + "/realm").array(), "name"), ElementsAre("default-roles-demo"));
}

TEST_F(AdminUsers, shows_sessions_and_ends_them) {
  (void)world.token("demo", "ada");
  const auto path = "/users/" + world.user_id("ada");
  const auto sessions = world.get(path + "/sessions").array();
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_EQ(string_or(sessions.front().get_object(), "username", ""), "ada");
  EXPECT_THAT(world.get("/ui-ext/sessions").body, HasSubstr("admin-cli"));
  EXPECT_EQ(world.remove("/sessions/" + string_or(sessions.front().get_object(), "id", "")).status, 204);
  expect(world.remove("/sessions/xyz"), 404, R"({"error":"Sesssion not found"})");
  EXPECT_THAT(world.get(path + "/sessions").array(), IsEmpty());
}

// guides.md G4.6: what NetBird's management asks with its service account.
TEST_F(AdminUsers, G4_23_admin_calls_of_the_identity_manager) {
  const auto backend = world.post("/clients", R"({"clientId":"netbird-backend","secret":"s3cret","publicClient":false,)"
                                              R"("serviceAccountsEnabled":true,"standardFlowEnabled":false})");
  ASSERT_EQ(backend.status, 201) << backend.body;
  const auto account = world.get("/clients/" + backend.made_id() + "/service-account-user").object();
  const auto management = world.client_uuid("realm-management");
  const auto service_token = [&] {
    const auto sent = world.send(web::Method::kPost, "/realms/demo/protocol/openid-connect/token", {},
                                 "grant_type=client_credentials&client_id=netbird-backend&client_secret=s3cret",
                                 "application/x-www-form-urlencoded");
    EXPECT_EQ(sent.status, 200) << sent.body;
    return string_or(sent.object(), "access_token", "");
  };
  const auto before = service_token();
  const auto ask = [&](web::Method method, std::string_view path, std::string_view token) {
    return world.send(method, std::string("/admin/realms/demo").append(path), token);
  };
  EXPECT_EQ(ask(web::Method::kGet, "/users", before).status, 403) << "without the role";
  const auto role = world.get("/clients/" + management + "/roles/view-users").object();
  const auto body = json::serialize(json::array{json::object{{"id", role.at("id")}, {"name", "view-users"}}});
  EXPECT_EQ(world.post("/users/" + string_or(account, "id", "") + "/role-mappings/clients/" + management, body).status,
            204);
  const auto token = service_token();
  const auto count = ask(web::Method::kGet, "/users/count", token);
  EXPECT_EQ(count.status, 200);
  EXPECT_EQ(count.body, "1") << "a bare integer";
  EXPECT_EQ(ask(web::Method::kGet, "/users?max=1", token).array().size(), 1U);
  EXPECT_EQ(ask(web::Method::kGet, "/users?", token).status, 200) << "a question mark alone";
  EXPECT_EQ(ask(web::Method::kGet, "/users?email=ada@example.org&exact=true", token).array().size(), 1U);
  EXPECT_EQ(ask(web::Method::kGet, "/users?email=nobody@example.org&exact=true", token).body, "[]");
  const auto ada = world.user_id("ada");
  const auto one = ask(web::Method::kGet, "/users/" + ada, token).object();
  for (const auto member : {"id", "createdTimestamp", "username", "email"}) EXPECT_TRUE(one.contains(member)) << member;
  EXPECT_EQ(ask(web::Method::kGet, "/users/none", token).status, 404);
  EXPECT_EQ(ask(web::Method::kDelete, "/users/" + ada, token).status, 403) << "view-users alone";
  const auto manage = world.get("/clients/" + management + "/roles/manage-users").object();
  const auto more = json::serialize(json::array{json::object{{"id", manage.at("id")}, {"name", "manage-users"}}});
  EXPECT_EQ(world.post("/users/" + string_or(account, "id", "") + "/role-mappings/clients/" + management, more).status,
            204);
  EXPECT_EQ(ask(web::Method::kDelete, "/users/" + ada, service_token()).status, 204);
}

}  // namespace
}  // namespace cardea::protocol
