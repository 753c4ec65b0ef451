// Organizations of the admin API (keycloak.md section 6.14), the scope `organization` and its claim. What is asserted
// was measured on a Keycloak 26.7.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "admin/admin.h"
#include "base/encoding.h"
#include "base/text.h"
#include "tests/protocol/admin_world.h"
#include "web/form.h"

namespace cardea::protocol {
namespace {

using testing::HasSubstr;

class AdminOrganizations : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(world.put("", R"({"organizationsEnabled":true})").status, 204); }
  std::string made(std::string_view body) {
    const auto sent = world.post("/organizations", body);
    EXPECT_EQ(sent.status, 201) << sent.body;
    return sent.made_id();
  }
  std::string acme() {
    return made(R"({"name":"Acme","domains":[{"name":"Acme.example"}],"attributes":{"tier":["gold"]}})");
  }
  AdminWorld::Sent join(const std::string& organization, const std::string& user) {
    return world.post("/organizations/" + organization + "/members", user);
  }
  /// The claims of an access token of ada.
  json::object claims(std::string_view scope) {
    const auto token = world.token("demo", "ada", "app", scope);
    const auto parts = split(token, '.');
    EXPECT_EQ(parts.size(), 3U) << scope << ": " << token;
    return parse_json(base64url_decode(parts[1]).value_or("{}")).value().as_object();
  }
  void insert_app() {
    ASSERT_EQ(
        world.post("/clients", R"({"clientId":"app","publicClient":true,"directAccessGrantsEnabled":true})").status,
        201);
  }
  AdminWorld world;
};

TEST_F(AdminOrganizations, refuses_everything_while_they_are_off) {
  ASSERT_EQ(world.put("", R"({"organizationsEnabled":false})").status, 204);
  constexpr std::string_view kOff = R"({"errorMessage":"Organizations not enabled for this realm."})";
  expect(world.get("/organizations"), 404, kOff);
  expect(world.get("/organizations/count"), 404, kOff);
  expect(world.post("/organizations", R"({"name":"Acme"})"), 404, kOff);
  expect(world.get("/organizations/x/members"), 404, kOff);
  expect(world.get("/organizations/members/" + world.user_id("ada") + "/organizations"), 404, kOff);
}

TEST_F(AdminOrganizations, refuses_bad_ones) {
  const auto refused = [&](std::string_view body, std::string_view answer) {
    expect(world.post("/organizations", body), 400, answer);
  };
  refused("{}", R"({"errorMessage":"Name can not be null"})");
  refused(R"({"name":"Ot her"})", R"({"errorMessage":"Name cannot be used as alias: Empty Space not allowed."})");
  refused(R"({"name":"Bad","alias":"a b"})", R"({"error":"Empty Space not allowed."})");
  refused(R"({"name":"Bad","alias":"*"})", R"({"errorMessage":"The alias cannot be used"})");
  refused(R"({"name":"Bad","domains":[{"name":"not a domain"}]})",
          R"({"errorMessage":"Invalid domain format: not a domain"})");
  for (const std::string_view domain : {"acme", ".acme.example", "-a.example", "a..b", "acme.example/x"}) {
    refused(R"({"name":"Bad","domains":[{"name":")" + std::string(domain) + R"("}]})",
            R"({"errorMessage":"Invalid domain format: )" + std::string(domain) + R"("})");
  }
  refused(R"({"name":"Bad","redirectUrl":"notaurl"})", R"({"errorMessage":"Organization redirect URL is not valid."})");
  refused(R"({"name":"Bad","redirectUrl":"javascript:x"})",
          R"({"errorMessage":"Organization redirect URL is not valid."})");
  EXPECT_THAT(world.post("/organizations", R"({"name":"Bad","foo":1})").body, HasSubstr("Unrecognized field"));
  expect(world.get("/organizations/none"), 404, R"({"errorMessage":"Organization not found."})");
  expect(world.put("/organizations/none", R"({"name":"x"})"), 404, R"({"errorMessage":"Organization not found."})");
  expect(world.remove("/organizations/none"), 404, R"({"errorMessage":"Organization not found."})");
}

TEST_F(AdminOrganizations, refuses_what_is_taken_and_another_alias) {
  const auto id = acme();
  expect(world.post("/organizations", R"({"name":"Acme"})"), 409,
         R"({"errorMessage":"A organization with the same name already exists."})");
  expect(world.post("/organizations", R"({"name":"Other","alias":"Acme"})"), 409,
         R"({"errorMessage":"A organization with the same alias already exists"})");
  expect(world.post("/organizations", R"({"name":"Other","domains":[{"name":"acme.example"}]})"), 400,
         R"({"errorMessage":"Domain acme.example is already linked to organization Acme in realm demo"})");
  expect(world.put("/organizations/" + id, R"({"name":"Acme","alias":"changed"})"), 400,
         R"({"errorMessage":"Cannot change the alias"})");
  expect(world.put("/organizations/" + id, R"({"name":"Acme 2"})"), 400,
         R"({"errorMessage":"Name cannot be used as alias: Empty Space not allowed."})");
  EXPECT_EQ(world.get("/organizations/count").body, "1");
}

TEST_F(AdminOrganizations, changes_what_is_said_and_keeps_attributes) {
  const auto id = acme();
  const auto path = "/organizations/" + id;
  expect(world.get(path), 200,
         R"({"id":")" + id + R"(","name":"Acme","alias":"Acme","enabled":true,"attributes":{"tier":["gold"]},)" +
             R"("domains":[{"name":"acme.example","verified":false}]})");
  EXPECT_EQ(world.put(path, R"({"name":"Acme"})").status, 204);
  expect(world.get(path), 200,
         R"({"id":")" + id + R"(","name":"Acme","alias":"Acme","enabled":true,"attributes":{"tier":["gold"]}})");
  EXPECT_EQ(world
                .put(path, R"({"name":"The Acme","alias":"Acme","description":"d","redirectUrl":"https://a.example/x",)"
                           R"("enabled":false,"attributes":{}})")
                .status,
            204);
  expect(world.get(path), 200,
         R"({"id":")" + id + R"(","name":"The Acme","alias":"Acme","enabled":false,"description":"d",)" +
             R"("redirectUrl":"https://a.example/x","attributes":{}})");
  expect(world.get("/organizations?search=cme"), 200,
         R"([{"id":")" + id + R"(","name":"The Acme","alias":"Acme","enabled":false,"description":"d",)" +
             R"("redirectUrl":"https://a.example/x"}])");
  EXPECT_EQ(world.get("/organizations?search=cme&exact=true").body, "[]");
  EXPECT_EQ(world.remove(path).status, 204);
  EXPECT_EQ(world.get("/organizations").body, "[]");
}

TEST_F(AdminOrganizations, refuses_members_who_are_nobody_or_in_it_already) {
  const auto path = "/organizations/" + acme() + "/members";
  const auto ada = world.user_id("ada");
  expect(world.post(path, "nobody"), 404, R"({"error":"HTTP 404 Not Found"})");
  expect(world.post(path, ""), 404, R"({"error":"HTTP 404 Not Found"})");
  expect(world.get(path + "/" + ada), 404, R"({"error":"HTTP 404 Not Found"})");
  EXPECT_EQ(world.post(path, '"' + ada + '"').status, 201);
  expect(world.post(path, ada), 409, R"({"errorMessage":"User is already a member of the organization."})");
  const auto token = world.admin_token({"view-organizations"});
  EXPECT_EQ(world.send(web::Method::kGet, "/admin/realms/demo/organizations", token).status, 200);
  EXPECT_EQ(world.send(web::Method::kGet, "/admin/realms/demo" + path, token).status, 403);  // no right to see users
  EXPECT_EQ(world.remove(path + "/" + ada).status, 204);
  expect(world.remove(path + "/" + ada), 404, R"({"error":"HTTP 404 Not Found"})");
}

TEST_F(AdminOrganizations, refuses_more_than_ten_rows_that_nobody_asked_for) {
  std::string id;
  for (int i = 0; i < 12; ++i) id = made(R"({"name":"Org)" + std::to_string(i) + "\"}");
  for (int i = 0; i < 12; ++i) {
    const auto user = world.post("/users", R"({"username":"member)" + std::to_string(i) + "\"}").made_id();
    ASSERT_EQ(join(id, user).status, 201);
  }
  const auto rows = [&](const std::string& path) { return world.get(path).array().size(); };
  for (const auto& path : {std::string("/organizations"), "/organizations/" + id + "/members"}) {
    EXPECT_EQ(rows(path), 10U) << path;
    EXPECT_EQ(rows(path + "?first=10"), 2U) << path;
    EXPECT_EQ(rows(path + "?first=1&max=3"), 3U) << path;
    EXPECT_EQ(rows(path + "?max=-1"), 12U) << path;
  }
  EXPECT_EQ(world.get("/organizations/" + id + "/members/count").body, "12");
}

TEST_F(AdminOrganizations, lists_members_and_what_they_are_in) {
  const auto id = acme();
  const auto ada = world.user_id("ada");
  ASSERT_EQ(join(id, ada).status, 201);
  const auto members = world.get("/organizations/" + id + "/members").array();
  ASSERT_EQ(members.size(), 1U);
  EXPECT_EQ(string_or(members[0].as_object(), "membershipType", ""), "UNMANAGED");
  EXPECT_EQ(world.get("/organizations/" + id + "/members?search=d").array().size(), 1U);
  EXPECT_EQ(world.get("/organizations/" + id + "/members?search=d&exact=true").body, "[]");
  EXPECT_EQ(world.get("/organizations/" + id + "/members?membershipType=MANAGED").body, "[]");
  EXPECT_EQ(world.get("/organizations/" + id + "/members?membershipType=Unmanaged").array().size(), 1U);
  EXPECT_EQ(world.get("/organizations/" + id + "/members?membershipType=UNMANAGED&first=1").body, "[]");
  expect(world.get("/organizations/" + id + "/members?membershipType=x"), 400,
         R"({"errorMessage":"Unknown membership type"})");
  EXPECT_EQ(world.get("/organizations/" + id + "/members/" + ada + "/groups").body, "[]");
  EXPECT_EQ(world.get("/organizations/" + id + "/groups").body, "[]");
  EXPECT_EQ(world.get("/organizations/" + id + "/members/count").body, "1");
  EXPECT_EQ(world.get("/organizations/members/" + ada + "/organizations").array().size(), 1U);
  EXPECT_EQ(world.get("/organizations/" + id + "/members/" + ada + "/organizations").array().size(), 1U);
  EXPECT_EQ(world.remove("/organizations/" + id).status, 204);
  EXPECT_EQ(world.get("/users/" + ada).status, 200);
  EXPECT_EQ(world.get("/organizations/members/" + ada + "/organizations").body, "[]");
}

TEST_F(AdminOrganizations, links_an_identity_provider_to_one_of_them) {
  const auto id = acme();
  const auto other = made(R"({"name":"Other"})");
  ASSERT_EQ(world
                .post("/identity-provider/instances",
                      R"({"alias":"up","providerId":"oidc","config":{"clientId":"c","clientSecret":"hidden",)"
                      R"("authorizationUrl":"https://u.example/a","tokenUrl":"https://u.example/t"}})")
                .status,
            201);
  const auto path = "/organizations/" + id + "/identity-providers";
  expect(world.post(path, "none"), 400, R"({"errorMessage":"Identity provider not found with the given alias"})");
  expect(world.get(path + "/up"), 404, R"({"errorMessage":"Identity provider not associated with the organization"})");
  EXPECT_EQ(world.get("/identity-provider/instances?realmOnly=true").array().size(), 1U);
  EXPECT_EQ(world.post(path, "up").status, 204);
  EXPECT_EQ(world.get("/identity-provider/instances?realmOnly=true").body, "[]");
  EXPECT_EQ(world.get("/identity-provider/instances").array().size(), 1U);
  expect(world.post(path, "up"), 409, R"({"errorMessage":"Identity provider already associated to the organization"})");
  expect(world.post("/organizations/" + other + "/identity-providers", "up"), 400,
         R"({"errorMessage":"Identity provider already associated with a different organization"})");
  // Nobody moves it by changing the provider itself.
  ASSERT_EQ(world
                .put("/identity-provider/instances/up",
                     R"({"alias":"up","providerId":"oidc","organizationId":")" + other +
                         R"(","config":{"clientId":"c","clientSecret":"**********",)"
                         R"("authorizationUrl":"https://u.example/a","tokenUrl":"https://u.example/t"}})")
                .status,
            204);
  EXPECT_EQ(string_or(world.get("/identity-provider/instances/up").object(), "organizationId", ""), id);
  ASSERT_EQ(world
                .post("/identity-provider/instances",
                      R"({"alias":"own","providerId":"oidc","organizationId":")" + id +
                          R"(","config":{"clientId":"c","clientSecret":"hidden",)"
                          R"("authorizationUrl":"https://u.example/a","tokenUrl":"https://u.example/t"}})")
                .status,
            201);
  EXPECT_EQ(string_or(world.get("/identity-provider/instances/own").object(), "organizationId", ""), "");
  EXPECT_THAT(world.get(path).body, HasSubstr(R"("clientSecret":"**********")"));
  EXPECT_EQ(world.remove("/organizations/" + id).status, 204);
  EXPECT_EQ(string_or(world.get("/identity-provider/instances/up").object(), "organizationId", ""), "");
}

TEST_F(AdminOrganizations, refuses_two_ways_of_asking_at_once) {
  insert_app();
  for (const std::string_view scope : {"organization organization:Acme", "organization:Acme organization:*",
                                       "organization:", "organizations", "email:*"}) {
    std::string form = "grant_type=password&client_id=app&username=ada&password=correct-horse";
    web::append_form(form, "scope", scope);
    const auto sent = world.send(web::Method::kPost, "/realms/demo/protocol/openid-connect/token", {}, form,
                                 "application/x-www-form-urlencoded");
    EXPECT_EQ(sent.status, 400) << scope;
    EXPECT_THAT(sent.body, HasSubstr("invalid_scope")) << scope;
  }
}

TEST_F(AdminOrganizations, tokens_name_those_that_were_asked_for) {
  insert_app();
  const auto id = acme();
  const auto beta = made(R"({"name":"Beta"})");
  const auto ada = world.user_id("ada");
  const auto said = [&](std::string_view scope) {
    const auto found = claims(scope);
    const auto* claim = found.if_contains("organization");
    std::string words;
    for (const auto word : split_words(string_or(found, "scope", ""))) {
      if (word.starts_with("organization")) words.append(word).append(" ");
    }
    return words + (claim == nullptr ? std::string("-") : json::serialize(*claim));
  };
  EXPECT_EQ(said("openid organization"), "organization -");
  EXPECT_EQ(said("openid organization:Acme"), "-");
  EXPECT_EQ(said("openid organization:*"), "-");
  ASSERT_EQ(join(id, ada).status, 201);
  EXPECT_EQ(said("openid"), "-");
  EXPECT_EQ(said("openid organization"), R"(organization ["Acme"])");
  EXPECT_EQ(said("openid organization:Acme organization:Beta"), R"(organization:Acme ["Acme"])");
  ASSERT_EQ(join(beta, ada).status, 201);
  EXPECT_EQ(said("openid organization"), "organization -");  // which of the two is for the person to say
  EXPECT_EQ(said("openid organization:Acme"), R"(organization:Acme ["Acme"])");
  EXPECT_EQ(said("openid organization:*"), R"(organization:* ["Acme","Beta"])");
  EXPECT_EQ(said("openid organization:Beta organization:Acme"),
            R"(organization:Acme organization:Beta ["Acme","Beta"])");
  ASSERT_EQ(world.put("/organizations/" + beta, R"({"name":"Beta","enabled":false})").status, 204);
  EXPECT_EQ(said("openid organization:*"), R"(organization:* ["Acme"])");
  ASSERT_EQ(world.put("", R"({"organizationsEnabled":false})").status, 204);
  EXPECT_EQ(said("openid organization:*"), "-");
}

TEST_F(AdminOrganizations, tokens_say_more_of_them_where_the_mapper_does) {
  insert_app();
  const auto id = acme();
  ASSERT_EQ(join(id, world.user_id("ada")).status, 201);
  std::string scope_id;
  json::object mapper;
  for (const auto& item : world.get("/client-scopes").array()) {
    if (string_or(item.as_object(), "name", "") != "organization") continue;
    scope_id = string_or(item.as_object(), "id", "");
    mapper = item.as_object().at("protocolMappers").as_array().at(0).as_object();
  }
  const auto with = [&](std::string_view switches) {
    auto config = mapper.at("config").as_object();
    for (const auto word : split_words(switches)) config[word] = "true";
    auto changed = mapper;
    changed["config"] = config;
    const auto path = "/client-scopes/" + scope_id + "/protocol-mappers/models/" + string_or(mapper, "id", "");
    EXPECT_EQ(world.put(path, json::serialize(changed)).status, 204);
    return json::serialize(claims("openid organization").at("organization"));
  };
  EXPECT_EQ(with("addOrganizationAttributes"), R"({"Acme":{"tier":["gold"]}})");
  EXPECT_EQ(with("addOrganizationId"), R"({"Acme":{"id":")" + id + R"("}})");
  EXPECT_EQ(with("addOrganizationAttributes addOrganizationId"), R"({"Acme":{"tier":["gold"],"id":")" + id + R"("}})");
}

TEST_F(AdminOrganizations, refuses_managers_of_organizations_what_managers_of_users_and_providers_may) {
  const auto id = acme();
  const auto ada = world.user_id("ada");
  ASSERT_EQ(world
                .post("/identity-provider/instances",
                      R"({"alias":"up","providerId":"oidc","config":{"clientId":"c","clientSecret":"hidden",)"
                      R"("authorizationUrl":"https://u.example/a","tokenUrl":"https://u.example/t"}})")
                .status,
            201);
  const auto manager = world.admin_token({"manage-organizations"});
  const auto as = [&](web::Method method, const std::string& path, std::string_view body = {}) {
    return world.send(method, "/admin/realms/demo/organizations/" + id + path, manager, body).status;
  };
  using enum web::Method;
  EXPECT_EQ(as(kGet, "/members"), 403);
  EXPECT_EQ(as(kGet, "/members/count"), 403);
  EXPECT_EQ(as(kGet, "/members/" + ada), 403);
  EXPECT_EQ(as(kGet, "/members/" + ada + "/organizations"), 403);
  EXPECT_EQ(as(kGet, "/identity-providers"), 403);
  EXPECT_EQ(as(kPost, "/identity-providers", "up"), 403);
  ASSERT_EQ(world.post("/organizations/" + id + "/identity-providers", "up").status, 204);
  EXPECT_EQ(as(kGet, "/identity-providers/up"), 403);
  EXPECT_EQ(as(kDelete, "/identity-providers/up"), 403);
  EXPECT_EQ(world.send(kGet, "/admin/realms/demo/users/" + ada, manager).status, 403);
  EXPECT_EQ(as(kPost, "/members/invite-existing-user", "id=" + ada), 403) << "it would show name and address";
  EXPECT_EQ(as(kDelete, ""), 403) << "it would unlink the provider";
  EXPECT_EQ(as(kPost, "/members", ada), 201);
  EXPECT_EQ(as(kPut, "", R"({"name":"Acme"})"), 204);
  EXPECT_EQ(as(kDelete, "/members/" + ada), 204);
  // The right to change providers does not link them either.
  const auto providers = world.admin_token({"manage-identity-providers"});
  EXPECT_EQ(world.send(kDelete, "/admin/realms/demo/organizations/" + id + "/identity-providers/up", providers).status,
            403);
  EXPECT_EQ(world.send(kPut, "/admin/realms/demo/organizations/" + id, providers, R"({"name":"Acme"})").status, 403);
  const auto viewer = world.admin_token({"view-organizations"});
  EXPECT_EQ(world.send(kPut, "/admin/realms/demo/organizations/" + id, viewer, R"({"name":"Acme"})").status, 403);
  EXPECT_EQ(world.send(kDelete, "/admin/realms/demo/organizations/" + id, viewer).status, 403);
}

TEST_F(AdminOrganizations, refuses_to_remove_a_managed_user_without_the_right_or_with_more_rights) {
  const OrganizationId id(acme());
  const auto manage = [&](const std::string& user) {
    ASSERT_TRUE(world.repositories.store.write(
        [&](Tx& tx) { return world.repositories.memberships.insert(tx, id, UserId(user), Membership::kManaged); }));
  };
  const auto ada = world.user_id("ada");
  manage(ada);
  const auto path = "/admin/realms/demo/organizations/" + id.str();
  using enum web::Method;
  const auto organizer = world.admin_token({"manage-organizations"});
  EXPECT_EQ(world.send(kDelete, path + "/members/" + ada, organizer).status, 403);
  EXPECT_EQ(world.send(kDelete, path, organizer).status, 403);
  // Who manages users as well still removes nobody with more rights.
  const auto both = world.admin_token({"manage-organizations", "manage-users"});
  (void)world.admin_token({"realm-admin"});
  std::string strong;
  for (const auto& item : world.get("/users?max=100").array()) {
    const auto user = string_or(item.as_object(), "id", "");
    const auto roles = world.get("/users/" + user + "/role-mappings").body;
    if (roles.find("realm-admin") != std::string::npos) strong = user;
  }
  ASSERT_FALSE(strong.empty());
  manage(strong);
  EXPECT_EQ(world.send(kDelete, path + "/members/" + strong, both).status, 403);
  EXPECT_EQ(world.send(kDelete, path, both).status, 403);
  EXPECT_EQ(world.get("/users/" + strong).status, 200);
  EXPECT_EQ(world.get("/users/" + ada).status, 200) << "nothing of a refused request stays done";
  EXPECT_EQ(world.send(kDelete, path + "/members/" + ada, both).status, 204);
  EXPECT_EQ(world.get("/users/" + ada).status, 404) << "it came with the organization and goes with it";
  EXPECT_EQ(world.remove("/organizations/" + id.str()).status, 204);
  EXPECT_EQ(world.get("/users/" + strong).status, 404);
}

TEST_F(AdminOrganizations, refuses_managed_members_of_one_that_is_switched_off) {  // attack class 28
  insert_app();
  const OrganizationId id(acme());
  const auto ada = world.user_id("ada");
  const auto manage = [&](Membership membership) {
    ASSERT_TRUE(world.repositories.store.write([&](Tx& tx) -> Stored<void> {
      if (auto gone = world.repositories.memberships.remove(tx, id, UserId(ada)); !gone) return refuse(gone.error());
      return world.repositories.memberships.insert(tx, id, UserId(ada), membership);
    }));
  };
  const auto sign_in = [&] {
    return world.send(web::Method::kPost, "/realms/demo/protocol/openid-connect/token", {},
                      "grant_type=password&client_id=app&username=ada&password=correct-horse&scope=openid",
                      "application/x-www-form-urlencoded");
  };
  const auto userinfo = [&](const std::string& token) {
    return world.send(web::Method::kGet, "/realms/demo/protocol/openid-connect/userinfo", token).status;
  };
  manage(Membership::kManaged);
  const auto tokens = sign_in().object();
  const auto token = string_or(tokens, "access_token", "");
  ASSERT_EQ(userinfo(token), 200);
  ASSERT_EQ(world.put("/organizations/" + id.str(), R"({"name":"Acme","enabled":false})").status, 204);

  EXPECT_EQ(userinfo(token), 401);
  expect(sign_in(), 400, R"({"error":"invalid_grant","error_description":"Account disabled"})");
  const auto refresh =
      world.send(web::Method::kPost, "/realms/demo/protocol/openid-connect/token", {},
                 "grant_type=refresh_token&client_id=app&refresh_token=" + string_or(tokens, "refresh_token", ""),
                 "application/x-www-form-urlencoded");
  EXPECT_EQ(refresh.status, 400);
  EXPECT_THAT(refresh.body, HasSubstr("User disabled"));
  // What an administrator changes meanwhile does not switch the account off for good.
  EXPECT_EQ(world.put("/users/" + ada, R"({"firstName":"Ada"})").status, 204);
  EXPECT_TRUE(bool_or(world.get("/users/" + ada).object(), "enabled", false));

  manage(Membership::kUnmanaged);
  EXPECT_EQ(sign_in().status, 200) << "whoever joined by themselves has an account without it";
  manage(Membership::kManaged);
  EXPECT_EQ(sign_in().status, 400);
  ASSERT_EQ(world.put("/organizations/" + id.str(), R"({"name":"Acme","enabled":true})").status, 204);
  EXPECT_EQ(sign_in().status, 200);
}

TEST_F(AdminOrganizations, removed_managed_users_leave_events_of_their_own) {
  const OrganizationId id(acme());
  const auto keep = [&] {
    const auto user = world.post("/users", R"({"username":"kim","enabled":true})").made_id();
    EXPECT_TRUE(world.repositories.store.write(
        [&](Tx& tx) { return world.repositories.memberships.insert(tx, id, UserId(user), Membership::kManaged); }));
    return user;
  };
  ASSERT_EQ(world.put("", R"({"adminEventsEnabled":true})").status, 204);
  const auto removed = [&](const std::string& user) {
    return world.get("/admin-events?resourceTypes=USER&operationTypes=DELETE&resourcePath=users/" + user)
        .array()
        .size();
  };
  const auto first = keep();
  ASSERT_EQ(world.remove("/organizations/" + id.str() + "/members/" + first).status, 204);
  EXPECT_EQ(removed(first), 1U);
  const auto second = keep();
  ASSERT_EQ(world.remove("/organizations/" + id.str()).status, 204);
  EXPECT_EQ(removed(second), 1U);
  EXPECT_EQ(world.get("/users/" + second).status, 404);
}

TEST_F(AdminOrganizations, refuses_service_accounts_as_members) {
  const auto id = acme();
  const auto robot =
      world.post("/clients", R"({"clientId":"robot","secret":"s","serviceAccountsEnabled":true})").made_id();
  const auto account = string_or(world.get("/clients/" + robot + "/service-account-user").object(), "id", "");
  ASSERT_FALSE(account.empty());
  EXPECT_EQ(join(id, account).status, 404);
  EXPECT_EQ(world.post("/organizations/" + id + "/members/invite-existing-user", "id=" + account).status, 415);
}

TEST_F(AdminOrganizations, refuses_to_bury_people_in_invitations) {
  const auto path = "/organizations/" + acme();
  ASSERT_EQ(world.put("", R"({"smtpServer":{"host":"mail.example","from":"no-reply@demo.example"}})").status, 204);
  const auto invite = [&](const std::string& email) {
    return world.send(web::Method::kPost, "/admin/realms/demo" + path + "/members/invite-user", world.root(),
                      "email=" + email, "application/x-www-form-urlencoded");
  };
  for (int i = 0; i < admin::kInvitedMailsMax; ++i) EXPECT_EQ(invite("ida%40acme.example").status, 204);
  constexpr std::string_view kLater = R"({"errorMessage":"Too many invitations. Try again later."})";
  expect(invite("IDA%40acme.example"), 429, kLater);
  EXPECT_EQ(world.log.count("too_many_invitations"), 1U);
  const auto id = string_or(world.get(path + "/invitations").array().at(0).as_object(), "id", "");
  expect(world.post(path + "/invitations/" + id + "/resend", ""), 429, kLater);
  for (int i = admin::kInvitedMailsMax; i < admin::kInviterMailsMax; ++i)
    ASSERT_EQ(invite("p" + std::to_string(i) + "%40acme.example").status, 204) << i;
  expect(invite("last%40acme.example"), 429, kLater);
}

TEST_F(AdminOrganizations, refuses_invitations_that_cannot_be_and_keeps_those_that_can) {
  const auto path = "/organizations/" + acme();
  const auto invite = [&](std::string_view form) {
    return world.send(web::Method::kPost, "/admin/realms/demo" + path + "/members/invite-user", world.root(), form,
                      "application/x-www-form-urlencoded");
  };
  expect(invite("email=new%40acme.example"), 500, R"({"errorMessage":"Failed to send invite email"})");  // no server
  ASSERT_EQ(world.put("", R"({"smtpServer":{"host":"mail.example","from":"no-reply@demo.example"}})").status, 204);
  expect(invite("email="), 400, R"({"errorMessage":"Email is required to invite a member"})");
  expect(invite("email=none"), 400, R"({"errorMessage":"Invalid email format"})");
  expect(invite("email=a%40b.example%0d%0aBcc%3a%20c%40d.example"), 400, R"({"errorMessage":"Invalid email format"})");
  EXPECT_EQ(invite("email=new%40acme.example&firstName=%0d%0aBcc%3a%20c%40d.example").status, 400);
  EXPECT_EQ(world.get(path + "/invitations").body, "[]");
  EXPECT_EQ(invite("email=New%40acme.example&firstName=Ida&lastName=L").status, 204);
  const auto listed = world.get(path + "/invitations").array();
  ASSERT_EQ(listed.size(), 1U);
  const auto first = listed[0].as_object();
  EXPECT_EQ(string_or(first, "email", ""), "new@acme.example");
  EXPECT_EQ(string_or(first, "status", ""), "PENDING");
  EXPECT_EQ(world.get(path + "/invitations?status=EXPIRED").body, "[]");
  EXPECT_EQ(world.get(path + "/invitations?search=ida").array().size(), 1U);
  const auto one = path + "/invitations/" + string_or(first, "id", "");
  EXPECT_EQ(world.get(one).status, 200);
  // Sent again it is another, and the first link is over.
  EXPECT_EQ(world.post(one + "/resend", "").status, 204);
  EXPECT_EQ(world.get(one).status, 404);
  ASSERT_EQ(world.get(path + "/invitations").array().size(), 1U);
  const auto again = string_or(world.get(path + "/invitations").array().at(0).as_object(), "id", "");
  EXPECT_EQ(world.remove(path + "/invitations/" + again).status, 204);
  EXPECT_EQ(world.remove(path + "/invitations/" + again).status, 404);
  ASSERT_EQ(join(path.substr(15), world.user_id("ada")).status, 201);
  expect(invite("email=ada%40example.org"), 409, R"({"errorMessage":"User already a member of the organization"})");
}

}  // namespace
}  // namespace cardea::protocol
