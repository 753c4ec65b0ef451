#include "core/realm_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/import/import_stage.h"
#include "core/realm_defaults.h"
#include "core/verify_credential.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

/// A realm with quick keys; `more` is added to it.
json::object realm_file(std::string_view more = "{}") {
  auto object = parse_json(R"({"realm":"demo","enabled":true,"defaultSignatureAlgorithm":"ES256","components":{
      "org.keycloak.keys.KeyProvider":[{"name":"ec","providerId":"ecdsa-generated","config":{"priority":["100"]}}]}})")
                    .value()
                    .as_object();
  for (auto& [name, value] : parse_json(more).value().as_object()) object.insert_or_assign(name, value);
  return object;
}

class RealmImportTest : public testing::Test {
 protected:
  Result<ImportReport, ImportFailure> import(json::object object, ImportOptions options = {}) {
    return import_realm({repos, clock, random}, std::move(object), options);
  }
  /// What is wrong with a file; fails the test when it imports.
  std::string refusal(std::string_view more) {
    const auto done = import(realm_file(more));
    if (done) return "imported";
    EXPECT_EQ(done.error().error, ImportError::kInvalid) << done.error().describe();
    EXPECT_EQ(store.commits(), 0) << "a refused file writes nothing";
    return done.error().problems.describe();
  }
  ImportReport must_import(std::string_view more) {
    auto done = import(realm_file(more));
    EXPECT_TRUE(done) << done.error().describe();
    return done ? std::move(*done) : ImportReport{};
  }
  void add_master() {
    auto master = realm_file(R"({"realm":"master"})");
    const auto done = import(std::move(master));
    ASSERT_TRUE(done) << done.error().describe();
  }

  template <class F>
  auto read(F&& function) {
    auto answer = read_from(store, function);
    EXPECT_TRUE(answer.has_value());
    return std::move(*answer);
  }
  std::optional<Realm> realm(std::string_view name = "demo") {
    return read([&](Rows& rows) { return repos.realms.find_by_name(rows, name); });
  }
  Client client(std::string_view client_id, std::string_view realm_name = "demo") {
    auto found =
        read([&](Rows& rows) { return repos.clients.find_by_client_id(rows, realm(realm_name)->id, client_id); });
    EXPECT_TRUE(found) << client_id;
    return found ? std::move(*found) : Client{};
  }
  std::vector<std::string> scope_names(const std::vector<ScopeId>& ids) {
    const auto scopes = read([&](Rows& rows) { return repos.scopes.list(rows, realm()->id); });
    std::vector<std::string> names;
    for (const auto& id : ids) names.push_back(std::ranges::find(scopes, id, &ClientScope::id)->name);
    return names;
  }
  std::vector<std::string> role_names(const std::vector<RoleId>& ids, std::string_view realm_name = "demo") {
    std::vector<std::string> names;
    for (const auto& id : ids) {
      const auto role = read([&](Rows& rows) { return repos.roles.find(rows, realm(realm_name)->id, id); });
      names.push_back(role->client_name.empty() ? role->name : role->client_name + "/" + role->name);
    }
    return names;
  }
  Role role(std::string_view name, std::string_view client_id = {}, std::string_view realm_name = "demo") {
    std::optional<ClientId> of;
    if (!client_id.empty()) of = client(client_id, realm_name).id;
    auto found = read([&](Rows& rows) { return repos.roles.find_by_name(rows, realm(realm_name)->id, of, name); });
    EXPECT_TRUE(found) << name;
    return found.value_or(Role{});
  }
  Subject subject(std::string_view username) {
    const auto user = read([&](Rows& rows) { return repos.users.find_by_username(rows, realm()->id, username); });
    EXPECT_TRUE(user) << username;
    if (!user) return {};
    return *read([&](Rows& rows) { return repos.subjects.load(rows, realm()->id, user->id); });
  }
  PasswordVerdict login(std::string_view username, std::string_view password) {
    const auto attempt =
        read([&](Rows& rows) { return load_login_attempt(rows, repos, *realm(), username, TimePoint{}); });
    return verify_password(attempt, password);
  }

  MemoryStore store;
  Repositories repos = store.repositories();
  FakeClock clock;
  SeededRandom random;
};

TEST_F(RealmImportTest, refuses_names_that_are_no_realm_names) {
  for (const auto name : {R"({"realm":""})", R"({"realm":"importing/demo"})", R"({"realm":"a?b"})", R"({"realm":7})"}) {
    EXPECT_THAT(refusal(name), HasSubstr("realm: expected a realm name")) << name;
  }
}

TEST_F(RealmImportTest, refuses_wrong_types_in_settings_and_users_all_at_once) {
  EXPECT_EQ(refusal(R"({"accessTokenLifespan":"long","clients":[{"clientId":"a","redirectUris":"x"}],
                        "users":[{"username":"ada","groups":5},7]})"),
            "accessTokenLifespan: expected a whole number\n"
            "clients[0].redirectUris: expected a list of strings\n"
            "users[0].groups: expected a list of strings\n"
            "users[1]: expected an object");
  EXPECT_EQ(refusal(R"({"users":{}})"), "users: expected a list");
}

TEST_F(RealmImportTest, refuses_what_refers_to_nothing) {
  EXPECT_EQ(
      refusal(
          R"({"roles":{"realm":[{"name":"boss","composites":{"realm":["ghost"]}}],"client":{"ghost":[{"name":"r"}]}},
                        "scopeMappings":[{"client":"ghost","roles":["boss"]}],
                        "clientScopeMappings":{"account":[{"clientScope":"ghost","roles":["view-profile"]}]},
                        "groups":[{"name":"staff","clientRoles":{"ghost":["r"]}}],
                        "users":[{"username":"ada","clientRoles":{"ghost":["r"]},"groups":["/staff","/ghost"]},
                                 {"username":"robot","serviceAccountClientId":"ghost"}]})"),
      "roles.client.ghost: there is no such client\n"
      "roles.realm[0].composites: names a role that does not exist\n"
      "scopeMappings[0].client: there is no such client\n"
      "clientScopeMappings.account[0].clientScope: there is no such client scope\n"
      "groups[0].clientRoles.ghost: there is no such client\n"
      "users[0].clientRoles.ghost: there is no such client\n"
      "users[0].groups[1]: there is no such group\n"
      "users[1].serviceAccountClientId: there is no such client");
}

TEST_F(RealmImportTest, refuses_what_is_there_twice) {
  EXPECT_EQ(
      refusal(R"({"clients":[{"clientId":"app","id":"1"},{"clientId":"app","id":"2"},{"clientId":"other","id":"1"}],
                        "roles":{"realm":[{"name":"user"},{"name":"user"}]},
                        "groups":[{"name":"a","subGroups":[{"name":"b"},{"name":"b"}]}],
                        "users":[{"username":"ada","email":"a@x.org","id":"u"},{"username":"ADA","email":"A@X.org","id":"u"}]})"),
      "clients[1]: its name or id is there twice\n"
      "clients[2]: its name or id is there twice\n"
      "roles.realm[1]: its name or id is there twice\n"
      "groups[0].subGroups[1]: its name or id is there twice\n"
      "users[1].username: another user has it\n"
      "users[1].id: another user has it\n"
      "users[1].email: another user has it");
}

TEST_F(RealmImportTest, refuses_values_that_nobody_may_have) {
  EXPECT_EQ(
      refusal(
          R"json({"id":"00000000-0000-0000-0000-000000000000","defaultSignatureAlgorithm":"HS256","accessCodeLifespan":-1,
                        "clients":[{"clientId":"app","redirectUris":["https://app/#f","javascript:x"]}],
                        "users":[{"username":"ada","email":"nobody","credentials":[{"type":"password","value":""}]}]
})json"),
      "id: expected an id of 1 to 255 bytes without / and control characters, and not the nil UUID\n"
      "defaultSignatureAlgorithm: expected an RS, PS, ES or EdDSA algorithm\n"
      "expected lifespans and timeouts of 0 to 2147483647 seconds\n"
      "clients[0].redirectUris[0]: expected a redirect URI without a fragment\n"
      "clients[0].redirectUris[1]: expected a redirect URI that is no script\n"
      "users[0].email: expected an e-mail address\n"
      "users[0].credentials[0].value: expected a password");
}

TEST_F(RealmImportTest, refuses_a_person_with_the_name_of_a_service_account) {
  EXPECT_EQ(
      refusal(
          R"({"clients":[{"clientId":"app","serviceAccountsEnabled":true}],"users":[{"username":"service-account-app"}]})"),
      "clients[0]: a user has the name of its service account and no serviceAccountClientId");
}

TEST_F(RealmImportTest, refusals_never_repeat_a_secret) {
  const auto text = refusal(R"({"clients":[{"clientId":"app","secret":{"hunter2":"hunter2"}}],
                                "users":[{"username":"ada","credentials":[{"type":"password","value":["hunter2"]}]}]})");
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  EXPECT_THAT(text, HasSubstr("clients[0].secret: expected a string"));
}

TEST_F(RealmImportTest, refuses_ids_of_another_realm_and_leaves_nothing_behind) {
  must_import(R"({"clients":[{"clientId":"app","id":"c-1"}],"users":[{"username":"ada","id":"u-1"}]})");
  const auto taken = [&](std::string_view more) {
    const auto done = import(realm_file(more));
    EXPECT_FALSE(done);
    EXPECT_EQ(done.error().error, ImportError::kTaken);
    EXPECT_EQ(read([&](Rows& rows) { return repos.realms.list(rows); }).size(), 1U);
    return done.error().record;
  };
  EXPECT_EQ(taken(R"({"realm":"copy","clients":[{"clientId":"app","id":"c-1"}]})"), "clients[0]");
  EXPECT_EQ(taken(R"({"realm":"copy","users":[{"username":"bob"},{"username":"ada","id":"u-1"}]})"), "users[1]");
  EXPECT_EQ(taken(R"({"realm":"copy","id":")" + realm()->id.str() + R"("})"), "id");
  must_import(R"({"realm":"copy"})");
}

TEST_F(RealmImportTest, leaves_a_realm_alone_that_exists) {
  must_import(R"({"displayName":"First"})");
  const auto commits = store.commits();
  const auto again = import(realm_file(R"({"displayName":"Second","clients":[{"clientId":"late"}]})"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->outcome, ImportOutcome::kExists);
  EXPECT_EQ(store.commits(), commits);
  EXPECT_EQ(realm()->display_name, "First");
}

// Whichever write fails, nothing of the realm is served, and the next try starts afresh.
TEST_F(RealmImportTest, a_crash_at_any_write_leaves_nothing_visible_and_nothing_in_the_way) {
  add_master();
  const auto file = realm_file(R"({"id":"r-1","clients":[{"clientId":"app","id":"c-1","serviceAccountsEnabled":true}],
                                   "groups":[{"name":"staff","id":"g-1"}],
                                   "users":[{"username":"ada","id":"u-1","groups":["/staff"],"realmRoles":["user"]}]})");
  bool finished = false;
  int writes = 0;
  for (; !finished; ++writes) {
    store.fail_writes(writes, StoreError::kUnavailable);
    const auto done = import(file);
    store.heal();
    finished = done.has_value();
    if (finished) break;
    EXPECT_EQ(done.error().error, ImportError::kStore);
    EXPECT_FALSE(realm()) << "after " << writes << " writes";
    for (const auto& left : read([&](Rows& rows) { return repos.realms.list(rows); })) {
      EXPECT_TRUE(left.name == "master" || (left.is_being_imported() && !left.enabled)) << left.name;
    }
    EXPECT_FALSE(
        read([&](Rows& rows) { return repos.clients.find_by_client_id(rows, realm("master")->id, "demo-realm"); }));
    clock.advance(seconds{16});
  }
  EXPECT_GT(writes, 8) << "every step is its own transaction";
  EXPECT_EQ(subject("ada").groups.size(), 1U);
  EXPECT_EQ(read([&](Rows& rows) { return repos.realms.list(rows); }).size(), 2U);
}

TEST_F(RealmImportTest, waits_for_an_import_that_is_alive_and_takes_over_one_that_is_not) {
  ImportStage other(repos, clock, random, seconds{15});
  ASSERT_EQ(other.begin(RealmId("r-other"), "demo").value(), ImportStage::Begin::kBegun);
  clock.advance(seconds{14});
  const auto busy = import(realm_file());
  ASSERT_FALSE(busy);
  EXPECT_EQ(busy.error().error, ImportError::kInProgress);
  clock.advance(seconds{1});
  must_import("{}");
  const auto late = other.write([&](Tx&) -> Stored<void> { return {}; });
  EXPECT_EQ(late.error(), StoreError::kConflict) << "its claim is gone, so it writes nothing";
  EXPECT_FALSE(other.holds_claim());
}

TEST_F(RealmImportTest, every_write_renews_the_claim) {
  ImportStage other(repos, clock, random, seconds{15});
  ASSERT_EQ(other.begin(RealmId("r-other"), "demo").value(), ImportStage::Begin::kBegun);
  clock.advance(seconds{14});
  ASSERT_TRUE(other.write([&](Tx&) -> Stored<void> { return {}; }));
  clock.advance(seconds{14});
  EXPECT_EQ(import(realm_file()).error().error, ImportError::kInProgress);
  EXPECT_EQ(clear_abandoned_imports(repos, clock, random, seconds{15}).value(), 0);
  clock.advance(seconds{1});
  EXPECT_EQ(clear_abandoned_imports(repos, clock, random, seconds{15}).value(), 1);
  EXPECT_THAT(read([&](Rows& rows) { return repos.realms.list(rows); }), IsEmpty());
}

TEST_F(RealmImportTest, of_two_imports_that_end_together_one_becomes_the_realm) {
  ImportStage first(repos, clock, random, seconds{15});
  Realm finished;
  finished.id = RealmId("r-1");
  finished.name = "demo";
  ASSERT_EQ(first.begin(finished.id, "demo").value(), ImportStage::Begin::kBegun);
  ASSERT_TRUE(write_to(store, [&](Tx& tx) {
    Realm winner;
    winner.id = RealmId("r-2");
    winner.name = "demo";
    return repos.realms.insert(tx, winner);
  }));
  const auto done = first.finish(finished, [](Tx&) -> Stored<void> { return refuse(StoreError::kCorrupt); });
  EXPECT_EQ(done.value(), ImportStage::Finish::kNameTaken) << "and nothing beside it is written";
  EXPECT_EQ(realm()->id, RealmId("r-2"));
}

TEST_F(RealmImportTest, writes_that_run_twice_change_nothing) {
  add_master();
  store.run_writes_twice(true);
  const auto report =
      must_import(R"({"clients":[{"clientId":"app","serviceAccountsEnabled":true}],"users":[{"username":"ada"}]})");
  EXPECT_EQ(report.users, 2U);
  EXPECT_TRUE(subject("ada").roles.empty());
}

TEST_F(RealmImportTest, a_file_with_nothing_but_a_name_gets_what_a_new_realm_has) {
  const auto done = import({{"realm", "Demo"}, {"enabled", true}});
  ASSERT_TRUE(done) << done.error().describe();
  EXPECT_EQ(done->review.text(), "");
  EXPECT_EQ(done->clients, 6U);
  EXPECT_EQ(done->scopes, 14U);
  const auto made = realm("Demo");
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->enabled);
  EXPECT_EQ(role_names({made->default_role}, "Demo"), std::vector<std::string>{"default-roles-demo"});
  const auto keys = read([&](Rows& rows) { return repos.keys.list(rows, made->id); });
  std::vector<std::string> algorithms;
  for (const auto& key : keys) algorithms.push_back(key.algorithm);
  EXPECT_THAT(algorithms, UnorderedElementsAre("RS256", "RSA-OAEP", "HS512", "AES"));
  EXPECT_TRUE(made->extra.at("authenticationFlows").as_array().front().as_object().contains("id"));
  EXPECT_FALSE(made->extra.contains("users") || made->extra.contains("clients"));
}

TEST_F(RealmImportTest, default_roles_and_scopes_of_a_new_realm_hang_together) {
  must_import("{}");
  EXPECT_THAT(
      role_names(role("default-roles-demo").composites),
      UnorderedElementsAre("offline_access", "uma_authorization", "account/view-profile", "account/manage-account"));
  EXPECT_EQ(role("realm-admin", "realm-management").composites.size(), 21U);
  EXPECT_THAT(scope_names(realm()->default_scopes), ElementsAre("role_list", "saml_organization", "profile", "email",
                                                                "roles", "web-origins", "acr", "basic"));
  EXPECT_THAT(role_names(client("account-console").role_mappings),
              UnorderedElementsAre("account/manage-account", "account/view-groups"));
  const auto scopes = read([&](Rows& rows) { return repos.scopes.list(rows, realm()->id); });
  const auto offline = std::ranges::find(scopes, "offline_access", &ClientScope::name);
  EXPECT_THAT(role_names(offline->role_mappings), ElementsAre("offline_access"));
}

TEST_F(RealmImportTest, a_new_realm_is_managed_from_master) {
  add_master();
  const auto before = realm("master")->version;
  must_import("{}");
  EXPECT_GT(realm("master")->version, before);
  EXPECT_TRUE(client("demo-realm", "master").bearer_only);
  const auto admin = role_names(role("admin", {}, "master").composites, "master");
  EXPECT_EQ(std::ranges::count_if(admin, [](const auto& name) { return name.starts_with("demo-realm/"); }), 21);
  EXPECT_THAT(role_names(role("view-users", "demo-realm", "master").composites, "master"),
              UnorderedElementsAre("demo-realm/query-users", "demo-realm/query-groups"));
  EXPECT_THAT(role_names(role("admin", {}, "master").composites, "master"), testing::Contains("create-realm"));
}

TEST_F(RealmImportTest, refuses_a_client_of_master_that_could_sign_in_with_rights_over_the_realm) {  // attack class 21
  const auto made = import(realm_file(R"({"realm":"master","clients":[{"clientId":"demo-realm","secret":"known",
      "serviceAccountsEnabled":true}]})"));
  ASSERT_TRUE(made) << made.error().describe();
  const auto done = import(realm_file());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().error, ImportError::kTaken);
  EXPECT_THAT(done.error().describe(), HasSubstr("the admin client in master"));
  EXPECT_FALSE(realm());
}

TEST_F(RealmImportTest, the_admin_client_of_a_file_of_master_is_completed) {
  const auto made = import(realm_file(R"({"realm":"master","clients":[{"clientId":"demo-realm","bearerOnly":true}],
      "roles":{"client":{"demo-realm":[{"name":"view-users"}]}}})"));
  ASSERT_TRUE(made) << made.error().describe();
  must_import("{}");
  const auto admin = role_names(role("admin", {}, "master").composites, "master");
  EXPECT_EQ(std::ranges::count_if(admin, [](const auto& name) { return name.starts_with("demo-realm/"); }), 21);
  EXPECT_THAT(role_names(role("view-users", "demo-realm", "master").composites, "master"),
              UnorderedElementsAre("demo-realm/query-users", "demo-realm/query-groups"));
}

TEST_F(RealmImportTest, clients_are_completed_and_get_the_realm_s_scopes) {
  must_import(R"({"clients":[
      {"clientId":"netbird-client","publicClient":true,"redirectUris":["https://d/*","http://localhost:53000"]},
      {"clientId":"backend","serviceAccountsEnabled":true},
      {"clientId":"own","secret":"s3cret","defaultClientScopes":["basic","nowhere"],"protocolMappers":[
         {"name":"aud","protocol":"openid-connect","protocolMapper":"oidc-audience-mapper","config":{"included.client.audience":"own"}}]}]})");
  const auto spa = client("netbird-client");
  EXPECT_TRUE(spa.secret.empty());
  EXPECT_THAT(spa.web_origins, ElementsAre("https://d", "http://localhost:53000"));
  EXPECT_THAT(scope_names(spa.default_scopes),
              UnorderedElementsAre("profile", "email", "roles", "web-origins", "acr", "basic"));
  EXPECT_THAT(scope_names(spa.optional_scopes),
              UnorderedElementsAre("offline_access", "address", "phone", "microprofile-jwt", "organization"));
  const auto backend = client("backend");
  EXPECT_EQ(backend.secret.size(), 43U);
  EXPECT_THAT(scope_names(backend.default_scopes), testing::Contains("service_account"));
  const auto own = client("own");
  EXPECT_EQ(own.secret.reveal(), "s3cret");
  EXPECT_THAT(scope_names(own.default_scopes), ElementsAre("basic"));
  EXPECT_TRUE(own.optional_scopes.empty());
  EXPECT_FALSE(own.mappers.front().id.empty());
}

TEST_F(RealmImportTest, service_accounts_come_from_the_file_or_are_made_with_default_roles) {
  must_import(
      R"({"clients":[{"clientId":"Made","serviceAccountsEnabled":true},{"clientId":"given","serviceAccountsEnabled":true}],
                  "users":[{"username":"service-account-given","enabled":true,"serviceAccountClientId":"given",
                            "clientRoles":{"realm-management":["view-users"]}}]})");
  const auto account = [&](std::string_view client_id) {
    const auto id = client(client_id).id;
    return read([&](Rows& rows) { return repos.subjects.load_service_account(rows, realm()->id, id); });
  };
  ASSERT_TRUE(account("Made") && account("given"));
  EXPECT_EQ(account("Made")->user.username, "service-account-made");
  EXPECT_TRUE(account("Made")->user.enabled);
  EXPECT_THAT(role_names(account("Made")->roles), ElementsAre("default-roles-demo"));
  EXPECT_THAT(role_names(account("given")->roles), ElementsAre("realm-management/view-users"));
}

TEST_F(RealmImportTest, passwords_plain_and_hashed_verify_and_others_never_do) {
  const auto report = must_import(R"({"users":[
    {"username":"plain","enabled":true,"credentials":[{"type":"password","value":"correct horse","temporary":true}]},
    {"username":"sha256","enabled":true,"credentials":[{"type":"password",
      "secretData":"{\"value\":\"H5R9LZ0QvKxHLm1Lg0IeQXdtUAa+9gf2NeOZns+WHBTpnlaWE/+JwnJ/2OXEjNPW5EusP1xxGLqEqjWDbIcGlg==\",\"salt\":\"MDEyMzQ1Njc4OWFiY2RlZg==\",\"additionalParameters\":{}}",
      "credentialData":"{\"hashIterations\":27500,\"algorithm\":\"pbkdf2-sha256\",\"additionalParameters\":{}}"}]},
    {"username":"old","enabled":true,"credentials":[{"type":"password","algorithm":"pbkdf2-sha512","hashIterations":30000,
      "salt":"MDEyMzQ1Njc4OWFiY2RlZg==",
      "hashedSaltedValue":"EZdYedjJ9LINuCEWb/obgbC2etwQSY8+K/kV9Sbe4upwijP8unRux35qRxFax9VOayhTRti9uKhJLnaJW9awyQ=="}]},
    {"username":"bcrypt","enabled":true,"credentials":[{"type":"password",
      "secretData":"{\"value\":\"JDJhJDEwJA==\",\"salt\":\"\",\"additionalParameters\":{}}",
      "credentialData":"{\"hashIterations\":10,\"algorithm\":\"bcrypt\",\"additionalParameters\":{}}"}]},
    {"username":"disabled","credentials":[{"type":"password","value":"correct horse"}]},
    {"username":"key","enabled":true,"credentials":[{"type":"webauthn","secretData":"{}","credentialData":"{\"aaguid\":\"x\"}"}]}]})");
  EXPECT_EQ(login("plain", "correct horse"), PasswordVerdict::kAccepted);
  EXPECT_EQ(login("plain", "wrong"), PasswordVerdict::kRefused);
  EXPECT_THAT(subject("plain").user.required_actions, ElementsAre("UPDATE_PASSWORD"));
  EXPECT_EQ(login("sha256", "correct horse"), PasswordVerdict::kAccepted);
  EXPECT_EQ(login("sha256", "wrong"), PasswordVerdict::kRefused);
  EXPECT_EQ(login("old", "correct horse"), PasswordVerdict::kAccepted);
  EXPECT_EQ(login("bcrypt", ""), PasswordVerdict::kRefused);
  EXPECT_EQ(login("bcrypt", "correct horse"), PasswordVerdict::kRefused);
  EXPECT_EQ(login("disabled", "correct horse"), PasswordVerdict::kDisabled) << "as in Keycloak: enabled must be said";
  const auto kept =
      read([&](Rows& rows) { return repos.credentials.list(rows, subject("bcrypt").user.id, "password"); });
  EXPECT_THAT(kept.front().credential_data, HasSubstr("bcrypt"));
  EXPECT_EQ(read([&](Rows& rows) { return repos.credentials.list(rows, subject("key").user.id, "webauthn"); }).size(),
            1U);
  EXPECT_EQ(report.review.text(),
            "kept, but never verified: users[3].credentials[0] (password_hash_unsupported), users[5].credentials[0] "
            "(webauthn); "
            "completed: users[4].enabled (not given: the user is disabled)");
}

TEST_F(RealmImportTest, argon2_hashes_verify) {
  must_import(
      R"({"users":[{"username":"ada","enabled":true,"credentials":[{"type":"password","value":"correct horse"}]}]})");
  const auto stored =
      read([&](Rows& rows) { return repos.credentials.list(rows, subject("ada").user.id, "password"); });
  json::object credential = {{"type", "password"},
                             {"secretData", stored.front().secret_data.reveal()},
                             {"credentialData", stored.front().credential_data}};
  auto copy = realm_file(R"({"realm":"copy"})");
  copy["users"] = json::array{{{"username", "bob"}, {"enabled", true}, {"credentials", json::array{credential}}}};
  ASSERT_TRUE(import(std::move(copy)));
  const auto attempt =
      read([&](Rows& rows) { return load_login_attempt(rows, repos, *realm("copy"), "bob", TimePoint{}); });
  EXPECT_EQ(verify_password(attempt, "correct horse"), PasswordVerdict::kAccepted);
  EXPECT_EQ(verify_password(attempt, "wrong"), PasswordVerdict::kRefused);
}

TEST_F(RealmImportTest, groups_roles_and_members_find_each_other) {
  must_import(R"({"clients":[{"clientId":"app"}],
    "roles":{"realm":[{"name":"user"},{"name":"boss","composites":{"realm":["user"],"client":{"app":["editor"]}}}],
             "client":{"app":[{"name":"editor","attributes":{"k":["v"]}}]}},
    "groups":[{"name":"staff","attributes":{"floor":["2"]},"realmRoles":["user"],
               "subGroups":[{"name":"a/b","clientRoles":{"app":["editor"]}}]}],
    "users":[{"username":"Ada","email":"Ada@X.org","firstName":"Ada","attributes":{"phone":["1"]},"createdTimestamp":1700000000123,
              "realmRoles":["boss","boss"],"groups":["/staff/a~/b","/staff"],"requiredActions":["UPDATE_PASSWORD"]}]})");
  EXPECT_THAT(role_names(role("boss").composites), UnorderedElementsAre("user", "app/editor"));
  const auto ada = subject("ada");
  EXPECT_EQ(ada.user.email, "ada@x.org");
  EXPECT_EQ(epoch_milliseconds(ada.user.created_at), 1'700'000'000'123);
  EXPECT_THAT(role_names(ada.roles), ElementsAre("boss")) << "no default role, as in Keycloak";
  ASSERT_EQ(ada.groups.size(), 2U);
  const auto group = read([&](Rows& rows) { return repos.groups.find(rows, realm()->id, ada.groups.front()); });
  EXPECT_EQ(group->path, "/staff/a~/b");
  EXPECT_THAT(role_names(group->roles), ElementsAre("app/editor"));
  EXPECT_THAT(ada.user.required_actions, ElementsAre("UPDATE_PASSWORD"));
}

TEST_F(RealmImportTest, scope_mappings_let_roles_through) {
  must_import(R"({"clients":[{"clientId":"app","fullScopeAllowed":false}],
    "roles":{"realm":[{"name":"user"}],"client":{"app":[{"name":"editor"}]}},
    "scopeMappings":[{"client":"app","roles":["user"]}],
    "clientScopeMappings":{"app":[{"clientScope":"email","roles":["editor"]}]}})");
  EXPECT_THAT(role_names(client("app").role_mappings), ElementsAre("user"));
  const auto scopes = read([&](Rows& rows) { return repos.scopes.list(rows, realm()->id); });
  EXPECT_THAT(role_names(std::ranges::find(scopes, "email", &ClientScope::name)->role_mappings),
              ElementsAre("app/editor"));
}

TEST_F(RealmImportTest, roles_that_only_users_name_are_made_and_told) {
  const auto report = must_import(R"({"users":[{"username":"ada","enabled":true,"realmRoles":["ghost"]}]})");
  EXPECT_THAT(role_names(subject("ada").roles), ElementsAre("ghost"));
  EXPECT_EQ(report.review.text(), "completed: users[0].realmRoles (role ghost was made)");
}

TEST_F(RealmImportTest, default_roles_of_older_files_reach_the_default_role) {
  must_import(R"({"defaultRoles":["user"],"clients":[{"clientId":"app","defaultRoles":["reader"]}]})");
  EXPECT_THAT(role_names(role("default-roles-demo").composites),
              testing::IsSupersetOf({"user", "app/reader", "account/view-profile"}));
  must_import(
      R"({"realm":"other","defaultRole":{"name":"everyone"},"roles":{"realm":[{"name":"everyone"}]},"defaultRoles":["user"]})");
  EXPECT_THAT(role_names({realm("other")->default_role}, "other"), ElementsAre("everyone"));
  EXPECT_THAT(role("everyone", {}, "other").composites, IsEmpty());
}

TEST_F(RealmImportTest, admin_roles_that_older_files_lack_are_added) {
  must_import(R"({"clients":[{"clientId":"realm-management","bearerOnly":true}],
                  "roles":{"client":{"realm-management":[{"name":"view-users"},{"name":"realm-admin",
                    "composites":{"client":{"realm-management":["view-users"]}}}]}}})");
  EXPECT_EQ(role("realm-admin", "realm-management").composites.size(), 21U);
  EXPECT_TRUE(role("view-users", "realm-management").composites.empty()) << "what the file says stays";
}

TEST_F(RealmImportTest, own_scopes_stand_alone_but_for_offline_access) {
  const auto report = must_import(R"({"clientScopes":[{"name":"api","protocol":"openid-connect"}],
                                      "defaultDefaultClientScopes":["api"],"clients":[{"clientId":"app"}]})");
  const auto scopes = read([&](Rows& rows) { return repos.scopes.list(rows, realm()->id); });
  EXPECT_EQ(scopes.size(), 2U);
  EXPECT_THAT(scope_names(client("app").default_scopes), ElementsAre("api"));
  EXPECT_THAT(report.review.text(), HasSubstr("missing: clientScopes (no scope basic: tokens have no sub)"));
}

TEST_F(RealmImportTest, keys_of_the_file_are_kept_and_those_made_that_realm_or_client_lack) {
  must_import(R"({"components":{"org.keycloak.keys.KeyProvider":[
      {"id":"k-1","name":"mine","providerId":"hmac-generated","config":{"kid":["k"],"secret":["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],"algorithm":["HS512"],"priority":["7"]}}]},
      "clients":[{"clientId":"app","attributes":{"id.token.signed.response.alg":"ES384"}}]})");
  const auto keys = read([&](Rows& rows) { return repos.keys.list(rows, realm()->id); });
  std::vector<std::string> names;
  for (const auto& key : keys) names.push_back(key.name);
  EXPECT_THAT(names, UnorderedElementsAre("mine", "fallback-ES256", "fallback-AES", "fallback-ES384"));
  const auto mine = std::ranges::find(keys, "mine", &RealmKey::name);
  EXPECT_TRUE(mine->kid == "k" && mine->priority == 7);
  EXPECT_EQ(mine->id, KeyId("k-1"));
}

TEST_F(RealmImportTest, placeholders_are_filled_in_and_unknown_ones_stay) {
  ImportOptions options;
  options.lookup = [](std::string_view name) {
    return name == "SECRET" ? std::optional<std::string>("hunter2") : std::nullopt;
  };
  auto file = realm_file(
      R"({"displayName":"${display}","clients":[{"clientId":"app","secret":"${SECRET}","name":"${NAME:App}"}]})");
  ASSERT_TRUE(import(file, options));
  EXPECT_EQ(client("app").secret.reveal(), "hunter2");
  EXPECT_EQ(client("app").name, "App");
  EXPECT_EQ(realm()->display_name, "${display}");
  EXPECT_EQ(role("default-roles-demo").description, "${role_default-roles}");
}

TEST_F(RealmImportTest, what_is_not_understood_is_kept_and_told_in_one_line) {
  const auto report =
      must_import(R"j({"brandNew":{"a":1},"bruteForceProtected":true,"failureFactor":30,"smtpServer":{"host":"mail"},
    "passwordPolicy":"length(8) and passwordHistory(3)",
    "clients":[{"clientId":"app","redirectUrls":["x"],"redirectUris":["https://app/*","https://app/cb"],"consentRequired":true,
                "protocolMappers":[{"name":"s","protocol":"openid-connect","protocolMapper":"oidc-script-based-protocol-mapper"}]},
               {"clientId":"saml","protocol":"saml"}],
    "users":[{"username":"a","enabled":true,"federatedIdentities":[{"identityProvider":"g"}]},
             {"username":"b","enabled":true,"federatedIdentities":[{"identityProvider":"g"}],"nickname":"x"}]})j");
  EXPECT_EQ(
      report.review.text(),
      "kept, but not understood: brandNew, clients[0].redirectUrls (did you mean redirectUris?), users[1].nickname; "
      "kept, but not acted on by this release: clients[0].protocolMappers[0] (oidc-script-based-protocol-mapper), "
      "clients[1].protocol (saml), users[0].federatedIdentities and 1 more; "
      "redirect patterns that stay active: clients[0].redirectUris[0] (app: https://app/*)");
  EXPECT_TRUE(realm()->extra.contains("brandNew"));
  EXPECT_TRUE(client("app").extra.contains("redirectUrls"));
  EXPECT_TRUE(subject("b").user.extra.contains("nickname"));
  EXPECT_THAT(client("app").redirect_uris, ElementsAre("https://app/*", "https://app/cb"));
}

TEST_F(RealmImportTest, an_export_of_the_default_content_needs_no_word) {
  auto exported = default_realm_json("demo");
  exported["keycloakVersion"] = "26.7.1";
  exported["defaultSignatureAlgorithm"] = "ES256";
  exported["components"].get_object()[kKeyProviderType] = realm_file().at("components").at(kKeyProviderType);
  for (auto& flow : exported["authenticationFlows"].get_array()) flow.get_object()["id"] = "an id";
  const auto done = import(std::move(exported));
  ASSERT_TRUE(done) << done.error().describe();
  EXPECT_EQ(done->review.text(), "");
}

TEST_F(RealmImportTest, a_file_that_does_not_say_enabled_is_disabled_and_told) {
  auto file = realm_file();
  file.erase("enabled");
  const auto done = import(std::move(file));
  ASSERT_TRUE(done);
  EXPECT_FALSE(realm()->enabled);
  EXPECT_EQ(done->review.text(), "completed: enabled (not given: the realm is disabled)");
}

TEST_F(RealmImportTest, many_users_take_many_transactions) {
  json::array users;
  for (int i = 0; i < 1000; ++i) users.push_back({{"username", "user-" + std::to_string(i)}, {"enabled", true}});
  auto file = realm_file();
  file["users"] = std::move(users);
  const auto before = store.commits();
  ASSERT_TRUE(import(std::move(file)));
  EXPECT_GE(store.commits() - before, 5 + 9);
  EXPECT_EQ(subject("user-999").user.username, "user-999");
}

}  // namespace
}  // namespace cardea
