#include "tool/apply/apply_realm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tool/test_world.h"

namespace cardea::tool {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kDemo = "/admin/realms/demo";

/// A server with the realm `demo`, on which files are applied.
struct Demo : World {
  Demo() { has("", R"({"realm":"demo"})"); }

  void has(const std::string& path, const std::string& text) { answers["GET " + kDemo + path] = {200, {}, text}; }
  void takes(const std::string& call_and_path) {
    const auto space = call_and_path.find(' ');
    answers[call_and_path.substr(0, space) + " " + kDemo + call_and_path.substr(space + 1)] = {204, {}, ""};
  }
  /// What a run of it says; fails unless it ends with `code`.
  std::string apply(const std::string& members, std::vector<std::string> flags = {}, int code = kExitDone) {
    asked.clear();
    std::fclose(out);
    out = std::tmpfile();
    files["demo.json"] = R"({"realm":"demo",)" + members + "}";
    std::vector<std::string> words{"apply", "demo.json", "--server", "http://sso.test", "--user", "a"};
    words.insert(words.end(), flags.begin(), flags.end());
    EXPECT_EQ(run(words), code) << text(err);
    return text(out);
  }
  /// The calls that change something, below the realm, each with its body.
  [[nodiscard]] std::vector<std::string> writes() const {
    std::vector<std::string> lines;
    for (const auto& request : asked) {
      const auto url = web::text_of(request.url);
      const auto at = url.find(kDemo);
      if (request.method == web::Method::kGet || at == std::string::npos) continue;
      lines.push_back(std::string(web::name(request.method)) + " " + url.substr(at + kDemo.size()) +
                      (request.body.empty() ? "" : " " + request.body));
    }
    return lines;
  }
};

using Lines = std::vector<std::string>;
constexpr const char* kAsItShouldBe = "Realm demo is as it should be.\n";

TEST(ApplyRealm, refuses_members_that_nobody_applies) {
  const auto problem = [](const std::string& members) {
    return refusal(parse_json(R"({"realm":"demo",)" + members + "}").value()).value_or("");
  };
  EXPECT_THAT(problem(R"("authenticatorConfig":[{"alias":"x"}])"), HasSubstr("without authenticationFlows"));
  EXPECT_THAT(problem(R"("userProfile":{"attribute":[]})"), HasSubstr("userProfile.attribute is not applied"));
  EXPECT_THAT(problem(R"("roles":{"application":{}})"), HasSubstr("roles.application is not applied"));
  EXPECT_THAT(problem(R"("roles":{"realm":{}})"), HasSubstr("must be a list"));
  EXPECT_THAT(problem(R"("localizationTexts":{"en":"hello"})"), HasSubstr("localizationTexts.en"));
  EXPECT_THAT(problem(R"("localizationTexts":[])"), HasSubstr("must be an object"));
  EXPECT_THAT(problem(R"("defaultGroups":[{"name":"g"}])"), HasSubstr("must be a list of names"));
  EXPECT_EQ(problem(R"("authenticatorConfig":[],"userProfile":{"groups":[]})"), "");
}

TEST(ApplyRealm, refuses_a_mapper_of_no_provider_and_a_default_group_that_is_not_there) {
  Demo demo;
  demo.apply(R"("identityProviderMappers":[{"name":"m","identityProviderAlias":"no"}])", {}, kExitFailed);
  EXPECT_THAT(World::text(demo.err), HasSubstr("there is no identity provider no"));
  EXPECT_EQ(demo.writes(), Lines{});
  demo.apply(R"("defaultGroups":["/no"])", {}, kExitFailed);
  EXPECT_THAT(World::text(demo.err), HasSubstr("defaultGroups: there is no group /no"));
  EXPECT_EQ(demo.writes(), Lines{});
}

TEST(ApplyRealm, ids_of_another_server_are_no_difference) {
  Demo demo;
  demo.has("/roles/r", R"({"id":"1","name":"r","containerId":"demo-id"})");
  demo.has("/identity-provider/instances/i", R"({"alias":"i","internalId":"2"})");
  demo.has("/identity-provider/instances", R"([{"alias":"i","internalId":"2"}])");
  demo.has("/identity-provider/instances/i/mappers", R"([{"id":"3","name":"m","identityProviderAlias":"i"}])");
  const std::string file = R"("id":"x","roles":{"realm":[{"id":"x","name":"r","containerId":"y"%MORE%}]},)"
                           R"("identityProviders":[{"alias":"i","internalId":"x"}],)"
                           R"("identityProviderMappers":[{"id":"x","name":"m","identityProviderAlias":"i"}])";
  auto same = file;
  same.replace(same.find("%MORE%"), 6, "");
  EXPECT_EQ(demo.apply(same), kAsItShouldBe);
  EXPECT_EQ(demo.writes(), Lines{});
  // And they are not sent beside a change either.
  auto other = file;
  other.replace(other.find("%MORE%"), 6, R"(,"description":"d")");
  demo.takes("PUT /roles/r");
  demo.apply(other);
  EXPECT_EQ(demo.writes(), Lines{R"(PUT /roles/r {"id":"1","name":"r","containerId":"demo-id","description":"d"})"});
}

TEST(ApplyRealm, what_the_server_passes_over_is_told_and_is_no_change) {
  Demo demo;
  demo.takes("PUT ");
  const auto told = demo.apply(R"("frobnicate":true)");
  EXPECT_EQ(told, "! realm demo: the server does not take frobnicate\n" + std::string(kAsItShouldBe));
  EXPECT_THAT(demo.apply(R"("frobnicate":true)", {"--dry-run"}), HasSubstr("1 change to make"));
}

TEST(ApplyRealm, writes_the_texts_that_differ_and_prunes_on_request) {
  Demo demo;
  demo.has("/localization/en", R"({"a":"one","b":"two","old":"x"})");
  demo.has("/localization", R"(["en","fr"])");
  demo.takes("POST /localization/en");
  demo.takes("DELETE /localization/en/old");
  demo.takes("DELETE /localization/fr");
  const std::string file = R"("localizationTexts":{"en":{"a":"one","b":"2"}})";
  EXPECT_THAT(demo.apply(file), HasSubstr("~ texts of locale en\n    b: \"two\" -> \"2\"\nRealm demo: 1 change.\n"));
  EXPECT_EQ(demo.writes(), Lines{R"(POST /localization/en {"b":"2"})"});
  demo.has("/localization/en", R"({"a":"one","b":"2","old":"x"})");
  EXPECT_EQ(demo.apply(file), kAsItShouldBe);
  demo.apply(file, {"--prune"});
  EXPECT_EQ(demo.writes(), (Lines{"DELETE /localization/en/old", "DELETE /localization/fr"}));
}

TEST(ApplyRealm, default_groups_are_added_and_pruned_on_request) {
  Demo demo;
  demo.has("/default-groups", R"([{"id":"1","path":"/g1"}])");
  demo.has("/group-by-path/g2", R"({"id":"2","path":"/g2"})");
  demo.takes("PUT /default-groups/2");
  demo.takes("DELETE /default-groups/1");
  demo.apply(R"("defaultGroups":["/g2"])");
  EXPECT_EQ(demo.writes(), Lines{"PUT /default-groups/2"});
  demo.has("/default-groups", R"([{"id":"1","path":"/g1"},{"id":"2","path":"/g2"}])");
  EXPECT_EQ(demo.apply(R"("defaultGroups":["/g2"])"), kAsItShouldBe);
  demo.apply(R"("defaultGroups":["/g2"])", {"--prune"});
  EXPECT_EQ(demo.writes(), Lines{"DELETE /default-groups/1"});
}

/// Role `boss` has role editor of client ca; both ca and cb have an editor.
void two_editors(Demo& demo) {
  demo.has("/clients?clientId=ca", R"([{"id":"a","clientId":"ca"}])");
  demo.has("/clients?clientId=cb", R"([{"id":"b","clientId":"cb"}])");
  demo.has("/roles/boss", R"({"id":"1","name":"boss"})");
  demo.has("/clients/b/roles/editor", R"({"id":"4","name":"editor","clientRole":true,"containerId":"b"})");
  demo.has("/roles/boss/composites", R"([{"id":"2","name":"x"},{"id":"9","name":"offline_access"},)"
                                     R"({"id":"3","name":"editor","clientRole":true,"containerId":"a"}])");
}

TEST(ApplyRealm, composites_of_one_name_in_two_clients_are_two) {
  Demo demo;
  two_editors(demo);
  demo.takes("POST /roles/boss/composites");
  demo.apply(R"("roles":{"realm":[{"name":"boss","composites":{"client":{"ca":["editor"],"cb":["editor"]}}}]})");
  EXPECT_EQ(demo.writes(), Lines{"POST /roles/boss/composites "
                                 R"([{"id":"4","name":"editor","clientRole":true,"containerId":"b"}])"});
}

TEST(ApplyRealm, composites_are_pruned_on_request_alone) {
  Demo demo;
  two_editors(demo);
  demo.has("/roles?briefRepresentation=true&max=1000", R"([{"name":"boss"},{"name":"offline_access"}])");
  demo.takes("DELETE /roles/boss/composites");
  const std::string file = R"("roles":{"realm":[{"name":"boss","composites":{"client":{"cb":[]}}}]})";
  EXPECT_EQ(demo.apply(file), kAsItShouldBe);
  EXPECT_THAT(demo.apply(file, {"--prune", "--dry-run"}), HasSubstr("~ role boss - role x, editor\n"));
  EXPECT_EQ(demo.writes(), Lines{});
  demo.apply(file, {"--prune"});
  EXPECT_EQ(demo.writes(), Lines{R"(DELETE /roles/boss/composites [{"id":"2","name":"x"},)"
                                 R"({"id":"3","name":"editor","clientRole":true,"containerId":"a"}])"});
}

TEST(ApplyRealm, the_default_role_keeps_what_everybody_has_unless_the_file_lists_it) {
  Demo demo;
  demo.has("/roles/default-roles-demo", R"({"id":"1","name":"default-roles-demo"})");
  demo.has("/roles/default-roles-demo/composites",
           R"([{"id":"3","name":"manage-account","clientRole":true,"containerId":"a"}])");
  EXPECT_EQ(demo.apply(R"("roles":{"realm":[{"name":"default-roles-demo","composites":{"realm":[]}}]})", {"--prune"}),
            kAsItShouldBe);
  demo.takes("DELETE /roles/default-roles-demo/composites");
  demo.apply(R"("roles":{"realm":[{"name":"default-roles-demo","composites":{"client":{}}}]})", {"--prune"});
  EXPECT_EQ(demo.writes().size(), 1u);
}

TEST(ApplyRealm, a_role_called_admin_is_pruned_and_those_of_built_in_clients_are_not) {
  Demo demo;
  demo.has("/clients?clientId=app", R"([{"id":"a","clientId":"app"}])");
  demo.has("/clients?clientId=realm-management", R"([{"id":"m","clientId":"realm-management"}])");
  demo.has("/roles?briefRepresentation=true&max=1000", R"([{"name":"admin"},{"name":"uma_authorization"}])");
  demo.has("/clients/a/roles?briefRepresentation=true&max=1000", R"([{"name":"admin"},{"name":"offline_access"}])");
  demo.has("/clients/m/roles?briefRepresentation=true&max=1000", R"([{"name":"manage-users"}])");
  for (const auto* gone : {"/roles/admin", "/clients/a/roles/admin", "/clients/a/roles/offline_access"})
    demo.takes(std::string("DELETE ") + gone);
  demo.apply(R"("roles":{"realm":[],"client":{"app":[],"realm-management":[]}})", {"--prune"});
  EXPECT_EQ(demo.writes(),
            (Lines{"DELETE /roles/admin", "DELETE /clients/a/roles/admin", "DELETE /clients/a/roles/offline_access"}));
}

TEST(ApplyRealm, roles_of_clients_that_the_file_does_not_name_are_taken_away_on_request) {
  Demo demo;
  demo.has("/users?exact=true&username=ann", R"([{"id":"u"}])");
  demo.has("/users/u", R"({"id":"u","username":"ann"})");
  demo.has("/clients?clientId=app", R"([{"id":"a","clientId":"app"}])");
  demo.has("/users/u/role-mappings/clients/a", R"([{"id":"1","name":"admin"}])");
  demo.has("/users/u/role-mappings/clients/b", R"([{"id":"2","name":"reader"}])");
  demo.has("/users/u/role-mappings", R"({"clientMappings":{"app":{"id":"a"},"old":{"id":"b"}}})");
  demo.takes("DELETE /users/u/role-mappings/clients/a");
  demo.takes("DELETE /users/u/role-mappings/clients/b");
  const std::string file = R"("users":[{"username":"ann","clientRoles":{"app":[]}}])";
  EXPECT_EQ(demo.apply(file), kAsItShouldBe);
  demo.apply(file, {"--prune"});
  EXPECT_EQ(demo.writes(), (Lines{R"(DELETE /users/u/role-mappings/clients/a [{"id":"1","name":"admin"}])",
                                  R"(DELETE /users/u/role-mappings/clients/b [{"id":"2","name":"reader"}])"}));
}

TEST(ApplyRealm, groups_below_groups_are_pruned_on_request) {
  Demo demo;
  demo.has("/groups?max=1000&search=g", R"([{"id":"1","name":"g"}])");
  demo.has("/groups?max=1000", R"([{"id":"1","name":"g"}])");
  demo.has("/groups/1", R"({"id":"1","name":"g"})");
  demo.has("/groups/1/children?max=1000", R"([{"id":"2","name":"old","parentId":"1"}])");
  demo.takes("DELETE /groups/2");
  EXPECT_EQ(demo.apply(R"("groups":[{"name":"g","subGroups":[]}])"), kAsItShouldBe);
  EXPECT_EQ(demo.apply(R"("groups":[{"name":"g"}])", {"--prune"}), kAsItShouldBe) << "the file has no such list";
  EXPECT_THAT(demo.apply(R"("groups":[{"name":"g","subGroups":[]}])", {"--prune"}), HasSubstr("- group /g/old\n"));
  EXPECT_EQ(demo.writes(), Lines{"DELETE /groups/2"});
}

TEST(ApplyRealm, mappers_of_providers_are_applied_alone_and_pruned_on_request) {
  Demo demo;
  demo.has("/identity-provider/instances", R"([{"alias":"i"},{"alias":"j"}])");
  demo.has("/identity-provider/instances/i/mappers", R"([{"id":"1","name":"old"}])");
  demo.has("/identity-provider/instances/j/mappers", R"([{"id":"2","name":"older"}])");
  demo.takes("POST /identity-provider/instances/i/mappers");
  demo.takes("DELETE /identity-provider/instances/i/mappers/1");
  demo.takes("DELETE /identity-provider/instances/j/mappers/2");
  const std::string file = R"("identityProviderMappers":[{"name":"m","identityProviderAlias":"i"}])";
  const std::string made = R"(POST /identity-provider/instances/i/mappers {"name":"m","identityProviderAlias":"i"})";
  demo.apply(file);
  EXPECT_EQ(demo.writes(), Lines{made});
  demo.apply(file, {"--prune"});
  EXPECT_EQ(demo.writes(), (Lines{made, "DELETE /identity-provider/instances/i/mappers/1",
                                  "DELETE /identity-provider/instances/j/mappers/2"}));
}

TEST(ApplyRealm, the_profile_keeps_what_accounts_need_and_is_pruned_on_request) {
  Demo demo;
  demo.has("/users/profile", R"({"attributes":[{"name":"username"},{"name":"email"},{"name":"hat"}]})");
  demo.takes("PUT /users/profile");
  const std::string file = R"("userProfile":{"unmanagedAttributePolicy":"ENABLED","groups":[{"name":"g"}],)"
                           R"("attributes":[]})";
  const std::string kept = R"({"name":"username"},{"name":"email"})";
  const std::string more = R"("unmanagedAttributePolicy":"ENABLED")";
  demo.apply(file, {"--prune"});
  EXPECT_EQ(demo.writes(),
            (Lines{R"(PUT /users/profile {"attributes":[)" + kept + R"(,{"name":"hat"}],)" + more + "}",
                   R"(PUT /users/profile {"attributes":[)" + kept + R"(,{"name":"hat"}],)" + more +
                       R"(,"groups":[{"name":"g"}]})",
                   R"(PUT /users/profile {"attributes":[)" + kept + "]," + more + R"(,"groups":[{"name":"g"}]})"}));
}

TEST(ApplyRealm, people_are_linked_and_their_consents_are_left_to_them_aloud) {
  Demo demo;
  demo.has("/users?exact=true&username=ann", R"([{"id":"u"}])");
  demo.has("/users/u", R"({"id":"u","username":"ann"})");
  demo.has(
      "/users/u/federated-identity",
      R"([{"identityProvider":"i","userId":"6"},{"identityProvider":"e","userId":"t/7"},{"identityProvider":"o"}])");
  demo.takes("DELETE /users/u/federated-identity/i");
  demo.takes("POST /users/u/federated-identity/i");
  demo.takes("DELETE /users/u/federated-identity/o");
  const std::string link = R"({"identityProvider":"i","userId":"7"})";
  const std::string file = R"("users":[{"username":"ann","clientConsents":[{"clientId":"c"}],"federatedIdentities":[)" +
                           link + R"(,{"identityProvider":"e","userId":"7"}]}])";
  EXPECT_THAT(demo.apply(file), HasSubstr("! user ann: clientConsents are not applied"));
  EXPECT_EQ(demo.writes(),
            (Lines{"DELETE /users/u/federated-identity/i", "POST /users/u/federated-identity/i " + link}));
  demo.apply(file, {"--prune"});
  EXPECT_EQ(demo.writes().back(), "DELETE /users/u/federated-identity/o");
}

TEST(ApplyRealm, a_config_that_no_step_names_is_told) {
  Demo demo;
  EXPECT_THAT(demo.apply(R"("authenticationFlows":[],"authenticatorConfig":[{"alias":"lost"}])"),
              HasSubstr("! authenticatorConfig lost is not applied: no step of a flow names it\n"));
}

}  // namespace
}  // namespace cardea::tool
