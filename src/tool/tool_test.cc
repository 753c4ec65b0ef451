#include "tool/tool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tool/admin/admin_command.h"
#include "tool/preset/check_discovery.h"
#include "tool/test_world.h"

namespace cardea::tool {
namespace {

TEST(AdminCommand, refuses_a_wrong_command_line_before_it_calls_anybody) {
  World world;
  EXPECT_EQ(world.run({"admin"}), kExitRefused);
  EXPECT_EQ(world.run({"admin", "get"}), kExitRefused);
  EXPECT_EQ(world.run({"admin", "get", "users", "--format", "xml"}), kExitRefused);
  EXPECT_EQ(world.run({"admin", "set-password", "-p", "x"}), kExitRefused);
  EXPECT_EQ(world.run({"admin", "login", "--server", "http://sso.test"}), kExitRefused);
  EXPECT_TRUE(world.asked.empty());
}

TEST(AdminCommand, without_a_session_it_says_how_to_get_one) {
  World world;
  EXPECT_EQ(world.run({"admin", "get", "users"}), kExitFailed);
  EXPECT_THAT(World::text(world.err), testing::HasSubstr("cardea admin login"));
}

TEST(AdminCommand, a_session_of_one_server_is_not_sent_to_another) {
  World world;
  ASSERT_EQ(world.run({"admin", "login", "--server", "http://sso.test", "--user", "admin"}), kExitDone);
  world.asked.clear();
  EXPECT_EQ(world.run({"admin", "get", "users", "--server", "http://evil.test"}), kExitFailed);
  EXPECT_TRUE(world.asked.empty());
}

TEST(AdminCommand, login_keeps_tokens_and_no_password) {
  World world;
  ASSERT_EQ(world.run({"admin", "config", "credentials", "--server", "http://sso.test/", "--user", "admin"}),
            kExitDone);
  const auto& kept = world.files.at("/home/op/.cardea/admin.json");
  EXPECT_EQ(kept,
            "{\"server\":\"http://sso.test\",\"realm\":\"master\",\"client\":\"admin-cli\",\"refreshToken\":\"rt\"}\n");
}

TEST(AdminCommand, says_the_servers_own_words) {
  World world;
  world.answers["GET /admin/realms/master/users"] = {403, {}, R"({"error":"HTTP 403 Forbidden"})"};
  EXPECT_EQ(world.run({"admin", "get", "users", "--server", "http://sso.test", "--user", "a"}), kExitFailed);
  EXPECT_EQ(World::text(world.err), "cardea admin: GET /admin/realms/master/users: 403 HTTP 403 Forbidden\n");
}

TEST(AdminCommand, create_sends_what_was_set_and_prints_the_id) {
  World world;
  world.answers["POST /admin/realms/demo/users"] = {
      201, {{"location", "http://sso.test/admin/realms/demo/users/u-1"}}, ""};
  EXPECT_EQ(world.run({"admin", "create", "users", "-r", "demo", "-s", "username=ann", "-s", "enabled=true", "-i",
                       "--server", "http://sso.test", "--user", "a"}),
            kExitDone);
  EXPECT_EQ(world.asked.back().body, R"({"username":"ann","enabled":true})");
  EXPECT_EQ(World::text(world.out), "u-1\n");
}

TEST(AdminCommand, update_of_a_member_keeps_the_others) {
  World world;
  world.answers["GET /admin/realms/demo"] = {200, {}, R"({"realm":"demo","enabled":true,"attributes":{"a":"1"}})"};
  world.answers["PUT /admin/realms/demo"] = {204, {}, ""};
  EXPECT_EQ(world.run({"admin", "update", "realms/demo", "-s", "enabled=false", "-d", "attributes.a", "--server",
                       "http://sso.test", "--user", "a"}),
            kExitDone);
  EXPECT_EQ(world.asked.back().body, R"({"realm":"demo","enabled":false,"attributes":{}})");
}

TEST(AdminCommand, a_resource_is_below_the_realm_unless_it_says_realms) {
  EXPECT_EQ(resource_path("users", "de mo"), "/admin/realms/de%20mo/users");
  EXPECT_EQ(resource_path("/realms/x/users", "demo"), "/admin/realms/x/users");
  EXPECT_EQ(resource_path("realms?brief=true", "demo"), "/admin/realms?brief=true");
  EXPECT_EQ(resource_path("serverinfo", "demo"), "/admin/serverinfo");
  EXPECT_EQ(resource_path("realmsx", "demo"), "/admin/realms/demo/realmsx");
}

TEST(AdminRoles, refuse_roles_of_nobody_and_of_two) {
  World world;
  EXPECT_EQ(world.run({"admin", "add-roles", "--server=http://sso.test", "--user=op", "--rolename", "user"}),
            kExitFailed);
  EXPECT_EQ(world.run({"admin", "add-roles", "--server=http://sso.test", "--user=op", "--uid", "u", "--gid", "g",
                       "--rolename", "user"}),
            kExitFailed);
  EXPECT_EQ(world.run({"admin", "add-roles", "--server=http://sso.test", "--user=op", "--uid", "u"}), kExitFailed);
  EXPECT_EQ(world.run({"admin", "get-roles", "--server=http://sso.test", "--user=op", "--effective"}), kExitFailed);
  EXPECT_EQ(
      world.run({"admin", "get-roles", "--server=http://sso.test", "--user=op", "--uid", "u", "--all", "--available"}),
      kExitFailed);
  for (const auto& call : world.calls()) EXPECT_TRUE(call.starts_with("POST /realms/master/")) << call;
  const auto told = World::text(world.err);
  EXPECT_THAT(told, testing::HasSubstr("say whose: --uusername, --gname or --rname"));
  EXPECT_THAT(told, testing::HasSubstr("give one of a user, a group and a role"));
  EXPECT_THAT(told, testing::HasSubstr("give --rolename or --roleid"));
}

TEST(AdminRoles, refuse_a_person_whose_name_only_begins_so) {
  World world;
  world.answers["GET /admin/realms/demo/users?exact=true&username=ada"] = {
      200, {}, R"([{"id":"u2","username":"adam"}])"};
  EXPECT_EQ(world.run({"admin", "add-roles", "--server=http://sso.test", "--user=op", "-r", "demo", "--uusername",
                       "ada", "--rolename", "user"}),
            kExitFailed);
  EXPECT_THAT(World::text(world.err), testing::HasSubstr("there is no user ada"));
}

TEST(AdminRoles, refuse_a_group_name_that_several_have) {
  World world;
  world.answers["GET /admin/realms/demo/groups?exact=true&populateHierarchy=false&search=ops"] = {
      200, {}, R"([{"id":"g1","name":"ops","path":"/ops"},{"id":"g2","name":"ops","path":"/acme/ops"}])"};
  EXPECT_EQ(world.run({"admin", "add-roles", "--server=http://sso.test", "--user=op", "-r", "demo", "--gname", "ops",
                       "--rolename", "user"}),
            kExitFailed);
  EXPECT_THAT(World::text(world.err), testing::HasSubstr("more than one group is called ops; say --gpath or --gid"));
  for (const auto& call : world.calls()) EXPECT_FALSE(call.contains("role-mappings")) << call;
}

TEST(AdminRoles, are_given_and_taken_as_kcadm_does) {
  World world;
  world.answers["GET /admin/realms/demo/users?exact=true&username=ada"] = {
      200, {}, R"([{"id":"u1","username":"ada"}])"};
  world.answers["GET /admin/realms/demo/clients?clientId=realm-management"] = {
      200, {}, R"([{"id":"c1","clientId":"realm-management"}])"};
  world.answers["GET /admin/realms/demo/clients/c1/roles/view-users"] = {200, {}, R"({"id":"r1","name":"view-users"})"};
  world.answers["POST /admin/realms/demo/users/u1/role-mappings/clients/c1"] = {204, {}, ""};
  world.answers["GET /admin/realms/demo/roles/user"] = {200, {}, R"({"id":"r2","name":"user"})"};
  world.answers["GET /admin/realms/demo/group-by-path/staff/day"] = {200, {}, R"({"id":"g1"})"};
  world.answers["DELETE /admin/realms/demo/groups/g1/role-mappings/realm"] = {204, {}, ""};
  world.answers["GET /admin/realms/demo/roles/top"] = {200, {}, R"({"id":"r3","name":"top"})"};
  world.answers["POST /admin/realms/demo/roles-by-id/r3/composites"] = {204, {}, ""};
  const std::vector<std::string> who{"--server=http://sso.test", "--user=op", "-r", "demo"};
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.end(), who.begin(), who.end());
    return world.run(words);
  };
  EXPECT_EQ(
      run({"admin", "add-roles", "--uusername", "ada", "--cclientid", "realm-management", "--rolename", "view-users"}),
      kExitDone);
  EXPECT_EQ(world.asked.back().body, R"([{"id":"r1","name":"view-users"}])");
  EXPECT_EQ(run({"admin", "remove-roles", "--gpath", "/staff/day", "--rolename", "user"}), kExitDone);
  EXPECT_EQ(world.calls().back(), "DELETE /admin/realms/demo/groups/g1/role-mappings/realm");
  EXPECT_EQ(world.asked.back().body, R"([{"id":"r2","name":"user"}])");
  EXPECT_EQ(run({"admin", "add-roles", "--rname", "top", "--rolename", "user"}), kExitDone);
  EXPECT_EQ(world.calls().back(), "POST /admin/realms/demo/roles-by-id/r3/composites");
}

TEST(AdminRoles, are_shown_as_kcadm_does) {
  World world;
  world.answers["GET /admin/realms/demo/roles"] = {200, {}, R"([{"id":"r1","name":"a"},{"id":"r2","name":"b"}])"};
  world.answers["GET /admin/realms/demo/users/u1/role-mappings/realm/composite"] = {200, {}, R"([{"name":"a"}])"};
  world.answers["GET /admin/realms/demo/users/u1/role-mappings/clients/c1/available"] = {200, {}, "[]"};
  world.answers["GET /admin/realms/demo/roles-by-id/r1/composites"] = {200, {}, R"([{"id":"r1","composite":true}])"};
  const std::vector<std::string> who{"--server=http://sso.test", "--user=op", "-r", "demo", "-c"};
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.end(), who.begin(), who.end());
    EXPECT_EQ(world.run(words), kExitDone);
  };
  run({"admin", "get-roles", "--fields", "name", "--format", "csv", "--noquotes"});
  run({"admin", "get-roles", "--uid", "u1", "--effective"});
  run({"admin", "get-roles", "--uid", "u1", "--cid", "c1", "--available"});
  run({"admin", "get-roles", "--rid", "r1", "--effective"});  // a circle ends
  run({"admin", "get-roles", "--rid", "r1", "--available"});
  EXPECT_EQ(World::text(world.out),
            "a\nb\n[{\"name\":\"a\"}]\n[]\n[{\"id\":\"r1\",\"composite\":true}]\n[{\"id\":\"r2\",\"name\":\"b\"}]\n");
}

TEST(AdminRoles, take_the_flags_of_get) {
  World world;
  world.answers["GET /admin/realms/demo/roles?search=a&first=2&max=5"] = {
      200, {{"Content-Type", "application/json"}}, R"([{"id":"r1","name":"a"}])"};
  EXPECT_EQ(world.run({"admin", "get-roles", "--server=http://sso.test", "--user=op", "-r", "demo", "-c", "-q",
                       "search=a", "-o", "2", "-l", "5", "-H", "-h", "X-Why=test"}),
            kExitDone);
  EXPECT_EQ(World::text(world.out),
            "HTTP/1.1 200\nContent-Type: application/json\n\n[{\"id\":\"r1\",\"name\":\"a\"}]\n");
  const auto& sent = world.asked.back().headers;
  EXPECT_TRUE(std::ranges::any_of(sent, [](const auto& header) { return header.name == "X-Why"; }));
  EXPECT_EQ(world.run({"admin", "get-roles", "--server=http://sso.test", "--user=op", "-h", "nothing"}), kExitRefused);
}

TEST(Apply, refuses_a_document_before_it_calls_anybody) {
  World world;
  world.files["people.json"] = R"({"realm":"demo","federatedUsers":[]})";
  world.files["ldap.json"] = R"({"realm":"demo","components":{"org.keycloak.storage.UserStorageProvider":[{}]}})";
  world.files["keys.json"] = R"({"realm":"demo","components":{"org.keycloak.keys.KeyProvider":["x"]}})";
  world.files["flows.json"] = R"({"realm":"demo","authenticationFlows":["browser"]})";
  world.files["none.json"] = R"({"clients":[]})";
  world.files["list.json"] = R"({"realm":"demo","clients":["web"]})";
  world.files["master.yaml"] = "realm: master\nclients: []\n";
  for (const auto* file :
       {"people.json", "ldap.json", "keys.json", "flows.json", "none.json", "list.json", "missing.json"})
    EXPECT_EQ(world.run({"apply", file, "--server", "http://sso.test", "--user", "a"}), kExitRefused) << file;
  EXPECT_EQ(world.run({"apply", "master.yaml", "--prune", "--server", "http://sso.test", "--user", "a"}), kExitRefused);
  EXPECT_TRUE(world.asked.empty());
}

TEST(Apply, a_dry_run_writes_nothing) {
  World world;
  world.files["demo.yaml"] =
      "realm: demo\nclients:\n  - { clientId: web }\nusers:\n  - { username: ann, realmRoles: [ boss ] }\n";
  EXPECT_EQ(world.run({"apply", "demo.yaml", "--dry-run", "--server", "http://sso.test", "--user", "a"}), kExitDone);
  for (const auto& call : world.calls()) EXPECT_TRUE(call.starts_with("GET ") || call.ends_with("/token")) << call;
  EXPECT_THAT(World::text(world.out),
              testing::HasSubstr("+ realm demo\n+ client web\n+ user ann\n~ user ann + role boss\n"));
}

TEST(Apply, deletes_nothing_unless_asked) {
  World world;
  world.files["demo.yaml"] = "realm: demo\nclients: []\n";
  world.answers["GET /admin/realms/demo"] = {200, {}, R"({"realm":"demo"})"};
  world.answers["GET /admin/realms/demo/clients?max=1000"] = {
      200, {}, R"([{"id":"1","clientId":"account"},{"id":"2","clientId":"old"}])"};
  EXPECT_EQ(world.run({"apply", "demo.yaml", "--server", "http://sso.test", "--user", "a"}), kExitDone);
  for (const auto& call : world.calls()) EXPECT_FALSE(call.starts_with("DELETE")) << call;
  world.answers["DELETE /admin/realms/demo/clients/2"] = {204, {}, ""};
  EXPECT_EQ(world.run({"apply", "demo.yaml", "--prune", "--server", "http://sso.test", "--user", "a"}), kExitDone);
  EXPECT_EQ(world.calls().back(), "DELETE /admin/realms/demo/clients/2");
}

TEST(Apply, deletes_no_people_no_keys_and_no_built_in_flows) {
  World world;
  world.files["demo.yaml"] =
      "realm: demo\nauthenticationFlows: []\norganizations: []\ncomponents: { org.keycloak.keys.KeyProvider: [] }\n";
  const std::string demo = "/admin/realms/demo";
  world.answers["GET " + demo] = {200, {}, R"({"realm":"demo"})"};
  world.answers["GET " + demo + "/authentication/flows"] = {
      200, {}, R"([{"id":"1","alias":"browser","builtIn":true},{"id":"2","alias":"own","builtIn":false}])"};
  world.answers["GET " + demo + "/components?type=org.keycloak.keys.KeyProvider"] = {
      200, {}, R"([{"id":"k","name":"rsa","providerId":"rsa-generated"}])"};
  world.answers["GET " + demo + "/organizations?briefRepresentation=false&max=100000"] = {
      200, {}, R"([{"id":"o","name":"Acme"}])"};
  world.answers["GET " + demo + "/organizations/o/members?membershipType=MANAGED&max=1"] = {
      200, {}, R"([{"username":"ada"}])"};
  world.answers["DELETE " + demo + "/authentication/flows/2"] = {204, {}, ""};
  EXPECT_EQ(world.run({"apply", "demo.yaml", "--prune", "--server", "http://sso.test", "--user", "a"}), kExitFailed);
  EXPECT_THAT(World::text(world.err), testing::HasSubstr("organization Acme manages people"));
  std::vector<std::string> deleted;
  for (const auto& call : world.calls()) {
    if (call.starts_with("DELETE")) deleted.push_back(call);
  }
  EXPECT_EQ(deleted, std::vector<std::string>{"DELETE " + demo + "/authentication/flows/2"});
}

TEST(Apply, refuses_to_change_the_steps_of_a_built_in_flow) {
  World world;
  world.files["demo.json"] = R"({"realm":"demo","authenticationFlows":[{"alias":"browser","topLevel":true,)"
                             R"("builtIn":true,"authenticationExecutions":[{"authenticator":"x"}]}]})";
  world.answers["GET /admin/realms/demo"] = {200, {}, R"({"realm":"demo"})"};
  world.answers["GET /admin/realms/demo/authentication/flows"] = {
      200, {}, R"([{"id":"1","alias":"browser","builtIn":true}])"};
  world.answers["GET /admin/realms/demo/authentication/flows/browser/executions"] = {200, {}, "[]"};
  EXPECT_EQ(world.run({"apply", "demo.json", "--server", "http://sso.test", "--user", "a"}), kExitFailed);
  EXPECT_THAT(World::text(world.err), testing::HasSubstr("flow browser is built in"));
  for (const auto& call : world.calls()) EXPECT_TRUE(call.starts_with("GET ") || call.ends_with("/token")) << call;
}

TEST(CheckDiscovery, refuses_what_an_installer_would_write_down_wrongly) {
  World world;
  const std::string path = "GET /realms/nb/.well-known/openid-configuration";
  const auto check = [&world] {
    Dependencies deps{
        .call = [&world](const web::FetchRequest&) -> web::Fetched { return world.answers.begin()->second; },
        .read_file = {},
        .write_private_file = {},
        .ask_secret = {},
        .trust = {},
        .environment = {},
        .clock = world.clock,
        .out = world.out,
        .err = world.err};
    const auto issuer = check_discovery("http://sso.test/realms/nb", deps);
    return issuer ? *issuer : "refused: " + issuer.error();
  };
  world.answers.clear();
  world.answers[path] = {404, {}, "{}"};
  EXPECT_THAT(check(), testing::HasSubstr("no discovery document (status 404)"));
  const std::string most =
      R"("jwks_uri":"x","authorization_endpoint":"x","token_endpoint":"x","end_session_endpoint":"x")";
  world.answers[path] = {200, {}, R"({"issuer":"http://sso.test/realms/nb",)" + most + "}"};
  EXPECT_THAT(check(), testing::HasSubstr("lacks device_authorization_endpoint"));
  world.answers[path] = {
      200, {}, R"({"issuer":"http://other.test/realms/nb","device_authorization_endpoint":"x",)" + most + "}"};
  EXPECT_THAT(check(), testing::HasSubstr(
                           "calls itself http://other.test/realms/nb and was asked at http://sso.test/realms/nb"));
  world.answers[path] = {
      200, {}, R"({"issuer":"http://sso.test/realms/nb","device_authorization_endpoint":"x",)" + most + "}"};
  EXPECT_EQ(check(), "http://sso.test/realms/nb");
}

TEST(CheckDiscovery, G3_08_says_which_two_forms_of_the_issuer_differ) {
  World world;
  const auto check = [&](const std::string& asked, const std::string& told) {
    Dependencies deps{.call = [&](const web::FetchRequest&) -> web::Fetched {
                        return web::FetchResponse{
                            200,
                            {},
                            R"({"issuer":")" + told +
                                R"(","device_authorization_endpoint":"x","jwks_uri":"x","authorization_endpoint":"x",)"
                                R"("token_endpoint":"x","end_session_endpoint":"x"})"};
                      },
                      .read_file = {},
                      .write_private_file = {},
                      .ask_secret = {},
                      .trust = {},
                      .environment = {},
                      .clock = world.clock,
                      .out = world.out,
                      .err = world.err};
    const auto issuer = check_discovery(asked, deps);
    return issuer ? "fits: " + *issuer : issuer.error();
  };
  const std::string plain = "https://sso.test/realms/kestra";
  for (const std::string other : {"https://sso.test/auth/realms/kestra", "https://sso.test/realms/kestra/",
                                  "https://SSO.test/realms/kestra", "https://sso.test:8443/realms/kestra"}) {
    EXPECT_THAT(check(plain, other),
                testing::StartsWith("the server calls itself " + other + " and was asked at " + plain + ":"));
    EXPECT_THAT(check(other, plain),
                testing::StartsWith("the server calls itself " + plain + " and was asked at " + other + ":"));
    EXPECT_EQ(check(other, other), "fits: " + other);
  }
}

}  // namespace
}  // namespace cardea::tool
