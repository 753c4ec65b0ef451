#include "gate/settings/read_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "gate/front/decide_access.h"
#include "gate/front/gate_fixture.h"
#include "gate/keep/keep_api.h"
#include "gate/keep/read_keep.h"
#include "gate/kestra/read_kestra.h"

namespace cardea::gate {
namespace {

using testing::HasSubstr;
using testing::Not;

/// All fatal problems, one a line.
std::string problems(std::string_view settings, const GateFiles& files = no_files()) {
  const auto read = read_gate(parse_json(settings)->get_object(), files);
  std::string text;
  for (const auto& note : read.notes)
    if (note.level == NoteLevel::kFatal) text += note.where + ": " + note.text + "\n";
  return text;
}

TEST(ReadGate, refuses_members_it_does_not_know_and_says_which_may_be_meant) {
  EXPECT_THAT(problems(R"({"applicaitons": []})"), HasSubstr("applicaitons: is not known; did you mean applications?"));
  EXPECT_THAT(problems(R"({"applications":[{"name":"a","hosts":["a"],"sign-in":{"isuer":"x"}}]})"),
              HasSubstr("applications[0].sign-in.isuer: is not known; did you mean issuer?"));
}

TEST(ReadGate, refuses_to_take_the_tokens_of_every_provider_at_several_applications) {
  const auto of = [](const std::string& more) {
    return problems(R"({"providers":{"p":{"issuer":"https://p.example"}},"applications":[
      {"name":"a","hosts":["a"],"providers":["p"]},{"name":"b","hosts":["b"])" +
                    more + "}]}");
  };
  EXPECT_THAT(of(""), HasSubstr("applications: b must say whose tokens it takes"));
  EXPECT_EQ(of(R"(,"tokens":false)"), "");
  EXPECT_EQ(of(R"(,"providers":["p"])"), "");
}

TEST(ReadGate, refuses_two_claims_on_one_host) {
  EXPECT_THAT(problems(R"({"applications":[{"name":"a","hosts":["X.example"]},{"name":"b","hosts":["x.example"]}]})"),
              HasSubstr("x.example is claimed by a already"));
}

TEST(ReadGate, refuses_two_applications_of_one_name) {
  EXPECT_THAT(problems(R"({"applications":[{"name":"a","hosts":["x"]},{"name":"a","hosts":["y"]}]})"),
              HasSubstr("applications[1].name: a is another application's"));
}

TEST(ReadGate, refuses_hmac_private_keys_and_providers_without_keys) {
  auto files = no_files();
  files.read = [](const std::string&) { return "-----BEGIN PRIVATE KEY-----\n"; };
  EXPECT_THAT(problems(R"({"providers":{"p":{"algorithms":["HS256"],"key-file":"k"}}})", files),
              HasSubstr("HS256 is refused"));
  EXPECT_THAT(problems(R"({"providers":{"p":{"key-file":"k"}}})", files), HasSubstr("holds a private key"));
  EXPECT_THAT(problems(R"({"providers":{"p":{"issuer":"no url"}}})"), HasSubstr("needs key-file"));
  const auto pem = "-----BEGIN PUBLIC KEY-----\n" +
                   base64_encode(named_private_key("one", crypto::KeyType::kRsa).spki_der()) +
                   "\n-----END PUBLIC KEY-----\n";
  files.read = [&](const std::string& name) { return name == "two" ? pem + pem : pem; };
  EXPECT_THAT(problems(R"({"providers":{"p":{"key-file":"one"}}})", files), Not(HasSubstr("key-file")));
  EXPECT_THAT(problems(R"({"providers":{"p":{"key-file":"two"}}})", files), HasSubstr("holds several keys"));
  EXPECT_THAT(problems(R"({"providers":{"p":{"jwks-url":"https://a.example/k"}}})"),
              HasSubstr("only a key file goes without"));
}

TEST(ReadGate, refuses_tenants_and_token_types_that_say_nothing) {
  const auto of = [](const std::string& members) {
    return problems(R"({"providers":{"p":{"jwks-url":"https://p.example/k","audiences":"a",)" + members +
                    R"(}},"applications":[{"name":"a","hosts":["a"]}]})");
  };
  EXPECT_THAT(of(R"("issuer":"https://p.example/{tenantid}/v2.0")"), HasSubstr("providers.p.tenants: are needed"));
  EXPECT_THAT(of(R"("issuer":"https://p.example","tenants":[])"), HasSubstr("providers.p.tenants: is empty"));
  EXPECT_THAT(of(R"("issuer":"https://p.example","tenant-claim":"org")"), HasSubstr("is for tenants"));
  EXPECT_THAT(of(R"("issuer":"https://p.example","token-type":"refresh")"), HasSubstr("must be access-token"));
  EXPECT_THAT(of(R"("issuer":"https://p.example","token-type":"any","id-tokens":true)"), HasSubstr("contradict"));
}

TEST(ReadGate, ReadsTenantsAndTheTypeOfTokens) {
  const auto rules_of = [](const std::string& members) {
    const auto read = read_gate(parse_json(R"({"providers":{"p":{"jwks-url":"https://p.example/k","audiences":"a",)" +
                                           members + R"(}},"applications":[{"name":"a","hosts":["a"]}]})")
                                    ->get_object(),
                                no_files());
    EXPECT_FALSE(read.has_fatal());
    return read.providers.at(0)->settings();
  };
  const auto entra = rules_of(R"("issuer":["https://sts.example/{tenantid}/","https://p.example/{tenantid}/v2.0"],
    "tenants":["6F0D1D0E-1111-4222-8333-444455556666","t2"])");
  EXPECT_EQ(entra.issuers,
            (std::vector<std::string>{
                "https://sts.example/6f0d1d0e-1111-4222-8333-444455556666/", "https://sts.example/t2/",
                "https://p.example/6f0d1d0e-1111-4222-8333-444455556666/v2.0", "https://p.example/t2/v2.0"}));
  EXPECT_EQ(entra.rules.tenant.issuers.size(), 2U);
  EXPECT_EQ(entra.rules.tenant.claim, "tid");
  EXPECT_EQ(entra.rules.type, TokenType::kAccess);
  const auto auth0 =
      rules_of(R"("issuer":"https://p.example/","tenants":"org_1","tenant-claim":"org_id","token-type":"at+jwt")");
  EXPECT_EQ(auth0.issuers, std::vector<std::string>{"https://p.example/"});
  EXPECT_EQ(auth0.rules.tenant.claim, "org_id");
  EXPECT_EQ(auth0.rules.type, TokenType::kAccessJwt);
  EXPECT_EQ(rules_of(R"("issuer":"https://p.example","token-type":"id-token")").rules.type, TokenType::kId);
  EXPECT_EQ(rules_of(R"("issuer":"https://p.example","id-tokens":true)").rules.type, TokenType::kAny);
}

TEST(ReadGate, refuses_rules_that_contradict_each_other) {
  EXPECT_THAT(
      problems(R"({"applications":[{"name":"a","hosts":["a"],"requests":[{"path":"/x","permission":"read:x"}]}]})"),
      HasSubstr("there are no roles"));
  EXPECT_THAT(
      problems(
          R"({"applications":[{"name":"a","hosts":["a"],"requests":[{"path":"/x","open":true,"scopes":["s"]}]}]})"),
      HasSubstr("contradict each other"));
  EXPECT_THAT(problems(R"({"applications":[{"name":"a","hosts":["a"],"default-role":"x"}]})"),
              HasSubstr("default role x does not exist"));
}

TEST(ReadGate, never_tells_a_secret) {
  const auto text =
      problems(R"({"applications":[{"name":"a","hosts":["a"],"sign-in":{"issuer":"https://i.example","client-id":"c",
      "client-secret":"hush-hush","client-secret-env":"X"}}]})");
  EXPECT_THAT(text, HasSubstr("given more than once"));
  EXPECT_THAT(text, testing::Not(HasSubstr("hush-hush")));
}

TEST(ReadKeep, refuses_a_set_up_that_would_let_anybody_in) {
  for (const auto* type : {"", "NOAUTH", "DB", "nonsense"}) {
    GateSettings settings;
    Application application;
    read_keep({{"AUTH_TYPE", type}}, {}, application, settings);
    EXPECT_TRUE(settings.has_fatal()) << type;
    EXPECT_TRUE(settings.providers.empty()) << type;
  }
  GateSettings settings;
  Application application;
  read_keep({{"AUTH_TYPE", "AZUREAD"}}, {}, application, settings);
  EXPECT_EQ(settings.notes.size(), 4U) << "tenant, client and both groups";
}

/// The role that Keep's settings give to `claims`; empty: none.
std::string keep_role(const Variables& variables, const json::object& claims) {
  GateSettings settings;
  Application application;
  read_keep(variables, {}, application, settings);
  EXPECT_FALSE(settings.has_fatal());
  const auto decision = decide_role(application.access, claims);
  return decision.role == nullptr ? "" : decision.role->name;
}

TEST(ReadKeep, refuses_roles_that_it_does_not_know) {
  const Variables auth0{{"AUTH_TYPE", "AUTH0"}, {"AUTH0_DOMAIN", "a.example"}, {"AUTH0_AUDIENCE", "keep"}};
  const Variables okta{{"AUTH_TYPE", "OKTA"}, {"OKTA_ISSUER", "https://o.example"}, {"OKTA_AUDIENCE", "keep"}};
  for (const auto& variables : {auth0, okta}) {
    EXPECT_EQ(keep_role(variables, {{"keep_role", "viewer"}}), "");
    EXPECT_EQ(keep_role(variables, {{"keep_role", ""}}), "");
    EXPECT_EQ(keep_role(variables, {{"keep_role", 7}}), "");
    EXPECT_EQ(keep_role(variables, {{"keep_role", "workflowrunner"}}), "workflowrunner");
    EXPECT_EQ(keep_role(variables, {{"keep_role", "admin"}}), "admin");
  }
  EXPECT_EQ(keep_role(auth0, {}), "") << "a token that names no role makes no administrator";
  EXPECT_EQ(keep_role(okta, {}), "noc");
  EXPECT_EQ(keep_role(okta, {{"keep_role", "webhook"}, {"groups", json::array{"admin"}}}), "webhook");
  EXPECT_EQ(keep_role(okta, {{"keep_role", "viewer"}, {"groups", json::array{"admin"}}}), "");
  EXPECT_EQ(keep_role(okta, {{"role", "noc"}, {"groups", json::array{"admin"}}}), "noc");
}

/// True when somebody who holds `role` may do this.
bool may(const Application& application, const std::string& role, web::Method method, const std::string& text,
         const std::string& path) {
  OriginalRequest original;
  original.method = method;
  original.method_text = text;
  original.path = path;
  Caller caller;
  caller.fixed_role = role;
  caller.looked_up = std::make_shared<const json::object>();
  return decide_access(application, original, caller).verdict == Access::Verdict::kPass;
}

TEST(KeepRequests, refuse_what_the_table_does_not_list) {
  Application application;
  application.access.roles = keep_roles();
  application.requests = keep_requests();
  using web::Method;
  for (const auto* path : {"/api/v1/unlisted", "/backend/unlisted"})
    EXPECT_FALSE(may(application, "admin", Method::kGet, "GET", path)) << path;
  EXPECT_FALSE(may(application, "webhook", Method::kGet, "GET", "/auth/users"));
  EXPECT_TRUE(may(application, "noc", Method::kGet, "GET", "/"));
}

/// Keep asks some questions by POST, and runs a workflow by a GET.
TEST(KeepRequests, refuse_to_run_by_get_what_may_only_be_read_and_let_questions_by_post_pass) {
  Application application;
  application.access.roles = keep_roles();
  application.requests = keep_requests();
  using web::Method;
  EXPECT_FALSE(may(application, "noc", Method::kGet, "GET", "/workflows/w1/run"));
  EXPECT_TRUE(may(application, "workflowrunner", Method::kGet, "GET", "/workflows/w1/run"));
  EXPECT_TRUE(may(application, "noc", Method::kPost, "POST", "/workflows/w1/run"));
  for (const auto* path : {"/alerts/facets", "/incidents/facets", "/workflows", "/pusher", "/alerts/audit/x"})
    EXPECT_FALSE(may(application, "noc", Method::kPost, "POST", path)) << path;
  for (const auto* path : {"/alerts/query", "/alerts/audit", "/alerts/facets/options", "/incidents/facets/options",
                           "/workflows/query", "/workflows/facets/options"}) {
    EXPECT_FALSE(may(application, "webhook", Method::kPost, "POST", path)) << path;
    EXPECT_TRUE(may(application, "noc", Method::kPost, "POST", path)) << path;
  }
  for (const auto* role : {"noc", "webhook"})
    EXPECT_TRUE(may(application, role, Method::kPost, "POST", "/pusher/auth"));
}

TEST(KestraRequests, refuse_to_change_an_execution_by_create_alone) {
  Application application;
  application.access.roles = {{.name = "starts", .permissions = {*parse_permission("create:execution")}},
                              {.name = "steers", .permissions = {*parse_permission("update:execution")}},
                              {.name = "deletes", .permissions = {*parse_permission("delete:execution")}}};
  application.requests = kestra_requests();
  using web::Method;
  for (const std::string root : {"/api/v1/main/executions/", "/api/v1/executions/"}) {
    for (const std::string verb :
         {"restart", "replay", "resume", "pause", "change-status", "unqueue", "force-run", "labels"}) {
      for (const auto& path : {root + "e1/" + verb, root + verb + "/by-query", root + verb + "/by-ids"}) {
        EXPECT_FALSE(may(application, "starts", Method::kPost, "POST", path)) << path;
        EXPECT_TRUE(may(application, "steers", Method::kPost, "POST", path)) << path;
      }
    }
    for (const std::string path : {"e1/kill", "kill/by-query", "kill/by-ids"}) {
      EXPECT_FALSE(may(application, "deletes", Method::kDelete, "DELETE", root + path)) << path;
      EXPECT_TRUE(may(application, "steers", Method::kDelete, "DELETE", root + path)) << path;
    }
    EXPECT_FALSE(may(application, "steers", Method::kPost, "POST", root + "restart/flow"))
        << "a namespace of that name";
    EXPECT_FALSE(may(application, "steers", Method::kPost, "POST", root + "team/flow"));
    EXPECT_TRUE(may(application, "starts", Method::kPost, "POST", root + "team/flow"));
    EXPECT_FALSE(may(application, "steers", Method::kDelete, "DELETE", root + "by-query"));
  }
}

/// "POST /api/v1/flows" has no tenant. Names that people choose never make it another resource.
TEST(KestraRequests, refuse_by_the_resource_with_a_tenant_and_without) {
  Application application;
  application.access.roles = kestra_managed_roles();
  application.access.roles.push_back({.name = "flows", .permissions = {*parse_permission("create:flow")}});
  application.requests = kestra_requests();
  using web::Method;
  EXPECT_FALSE(may(application, "flows", Method::kPost, "POST", "/api/v1/executions/flows/f"));
  for (const auto* path : {"/api/v1/flows", "/api/v1/main/flows"}) {
    EXPECT_FALSE(may(application, "Viewer", Method::kPost, "POST", path)) << path;
    EXPECT_TRUE(may(application, "Editor", Method::kPost, "POST", path)) << path;
    EXPECT_TRUE(may(application, "Viewer", Method::kGet, "GET", path)) << path;
  }
}

TEST(KestraRequests, refuse_what_the_table_does_not_list) {
  Application application;
  application.access.roles = kestra_managed_roles();
  application.requests = kestra_requests();
  using web::Method;
  for (const auto* path : {"/api/v1/main/unlisted", "/api/v1/other"})
    EXPECT_FALSE(may(application, "Admin", Method::kGet, "GET", path)) << path;
  for (const auto* path : {"/api/v1/main/namespaces/n/kv/k", "/api/v1/main/namespaces/n/secrets", "/api/v1/main/kv"})
    EXPECT_FALSE(may(application, "Launcher", Method::kGet, "GET", path)) << path;
  application.access.roles.push_back({.name = "flows", .permissions = {*parse_permission("read:flow")}});
  for (const auto* path : {"/api/v1/main/logs/e1", "/api/v1/main/metrics/e1"})
    EXPECT_FALSE(may(application, "flows", Method::kGet, "GET", path)) << path;
  EXPECT_FALSE(may(application, "flows", Method::kPost, "POST", "/api/v1/main/executions/webhook/n"));
  EXPECT_TRUE(may(application, "Launcher", Method::kGet, "GET", "/api/v1/main/logs/e1"));
  EXPECT_TRUE(may(application, "flows", Method::kGet, "GET", "/api/v1/main/plugins/icons"));
  EXPECT_TRUE(may(application, "flows", Method::kGet, "GET", "/ui/flows"));
}

GateSettings kestra_with(std::string_view client, std::map<std::string, std::string> environment,
                         std::string_view security = "") {
  auto files = no_files();
  files.environment = std::move(environment);
  files.read_yaml = [client, security](const std::string&) -> Result<json::value, std::string> {
    return *parse_json(R"({"micronaut":{"security":{"oauth2":{"clients":{"k":{"client-id":"c",)" + std::string(client) +
                       R"(}}})" + std::string(security) + "}}}");
  };
  return read_gate(*parse_json(R"({"applications":[{"name":"k","hosts":["k"],"kestra":"k.yaml"}]})")->if_object(),
                   files);
}

TEST(ReadKestra, refuses_variables_that_are_not_there_and_reads_those_that_are) {
  constexpr std::string_view kOpenId = R"("openid":{"issuer":"https://${ISSUER:id.example}"},"client-secret":)";
  const auto with = [&](std::string_view secret, std::map<std::string, std::string> environment) {
    return kestra_with(std::string(kOpenId) + '"' + std::string(secret) + '"', std::move(environment));
  };
  for (const auto* text : {"${MISSING}", "x${MISSING}y", "${", "${}", "${:d}", "${A", "${A}${MISSING}"}) {
    const auto read = with(text, {{"A", "a"}});
    ASSERT_TRUE(read.has_fatal()) << text;
    EXPECT_EQ(read.notes.front().where, "client-secret") << text;
  }
  const auto secret_of = [&](std::string_view text, std::map<std::string, std::string> environment) {
    const auto read = with(text, std::move(environment));
    EXPECT_FALSE(read.has_fatal()) << text;
    return std::string(read.applications.front().sign_in->client_secret.reveal());
  };
  EXPECT_EQ(secret_of("${KESTRA_SECRET}", {{"KESTRA_SECRET", "s3"}}), "s3");
  EXPECT_EQ(secret_of("${KESTRA_SECRET:other}", {}), "other");
  EXPECT_EQ(secret_of("a-${X}-${Y:1:2}", {{"X", "${Z}"}}), "a-${Z}-1:2") << "what a variable says is not read again";
  EXPECT_EQ(with("s", {{"ISSUER", "sso.example"}}).applications.front().sign_in->issuer, "https://sso.example");
}

TEST(ReadKestra, refuses_scopes_that_are_no_names_and_reads_them_as_one_text) {
  const auto read = [](std::string_view scopes) {
    return kestra_with(
        R"("client-secret":"s","openid":{"issuer":"https://id.example"},"scopes":)" + std::string(scopes), {});
  };
  EXPECT_TRUE(read("7").has_fatal());
  EXPECT_TRUE(read(R"(["openid",{}])").has_fatal());
  const std::vector<std::string> all{"openid", "profile", "email", "roles"};
  for (const auto* text : {R"("openid profile email roles")", R"("openid,profile, email,roles")",
                           R"(["openid","profile","email","roles"])"})
    EXPECT_EQ(read(text).applications.front().sign_in->scopes, all) << text;
}

TEST(ReadKestra, warns_of_each_setting_that_has_no_effect) {
  const auto read =
      kestra_with(R"("client-secret":"s","openid":{"issuer":"https://id.example","end-session":{"enabled":false}})", {},
                  R"(,"redirect":{"login-failure":"/ui/x"})");
  EXPECT_FALSE(read.has_fatal());
  std::string names;
  for (const auto& note : read.notes) names += note.where + " ";
  EXPECT_EQ(names, "micronaut.security.oauth2.clients.k.openid.end-session micronaut.security.redirect.login-failure ");
}

/// groups-claim-path says where groups are; a rule that names another claim, a denial above all, means that one.
TEST(ReadKestra, does_not_move_a_rule_that_names_its_claim) {
  auto files = no_files();
  files.read_yaml = [](const std::string&) -> Result<json::value, std::string> {
    return *parse_json(R"({"micronaut":{"security":{"oauth2":{"clients":{"k":{"client-id":"c","client-secret":"s",
      "openid":{"issuer":"https://id.example"}}}}}},"kestra":{"security":{"oidc":{"groups-claim-path":"realm.groups"}}}})");
  };
  const auto read = read_gate(*parse_json(R"({"applications":[{"name":"k","hosts":["k"],"kestra":"k.yaml","role-rules":[
    {"claim":"status","values":["left"],"deny":true},{"values":["team"],"role":"Admin"}]}]})")
                                   ->if_object(),
                              files);
  ASSERT_FALSE(read.has_fatal());
  const auto& access = read.applications.front().access;
  EXPECT_TRUE(decide_role(access, {{"status", "left"}, {"realm", {{"groups", json::array{"team"}}}}}).is_denied);
  EXPECT_EQ(decide_role(access, {{"realm", {{"groups", json::array{"team"}}}}}).role->name, "Admin");
  EXPECT_EQ(decide_role(access, {{"groups", json::array{"team"}}}).role, nullptr);
}

TEST(ReadKestra, G3_07_strips_full_paths_of_groups_where_the_gate_file_says_so) {
  auto files = no_files();
  files.read_yaml = [](const std::string&) -> Result<json::value, std::string> {
    return *parse_json(R"({"micronaut":{"security":{"oauth2":{"clients":{"k":{"client-id":"c","client-secret":"s",
      "openid":{"issuer":"https://id.example"}}}}}},"kestra":{"security":{"oidc":{"groups-claim-path":"realm.groups"}}}})");
  };
  const auto role_of = [&](const std::string& more) {
    const auto read = read_gate(*parse_json(R"({"applications":[{"name":"k","hosts":["k"],"kestra":"k.yaml",
      "role-rules":[{"values":["eu"],"role":"Admin"}],"groups":{"claim":"realm.groups"})" +
                                            more + "}]}")
                                     ->if_object(),
                                files);
    EXPECT_FALSE(read.has_fatal());
    const auto& application = read.applications.front();
    const json::object claims{{"realm", {{"groups", json::array{"/ops/eu"}}}}};
    const auto* role = decide_role(application.access, claims).role;
    return read_names(application.people->groups, claims).names.front() + " " + (role == nullptr ? "" : role->name);
  };
  EXPECT_EQ(role_of(""), "/ops/eu ");
  EXPECT_EQ(role_of(R"(,"strip-group-paths":false)"), "/ops/eu ");
  EXPECT_EQ(role_of(R"(,"strip-group-paths":true)"), "eu Admin");
}

TEST(ParseEnvFile, reads_quotes_comments_and_export) {
  const auto variables = parse_env_file("# A=1\nexport B=\"two words\"\nC='x'\r\n D = 4 \nnonsense\n");
  EXPECT_EQ(variables, (Variables{{"B", "two words"}, {"C", "x"}, {"D", "4"}}));
}

}  // namespace
}  // namespace cardea::gate
