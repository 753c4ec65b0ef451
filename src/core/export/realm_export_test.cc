#include "core/export/realm_export.h"

#include <gtest/gtest.h>

#include "core/changes/remove_realm.h"
#include "core/realm_import.h"
#include "core/verify_credential.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/seeded_random.h"

namespace cardea {
namespace {

constexpr std::string_view kFile = R"j({"realm":"demo","enabled":true,"displayName":"Demo",
  "defaultSignatureAlgorithm":"ES256","passwordPolicy":"length(8)",
  "smtpServer":{"host":"mail.example","password":"mail-secret"},
  "components":{"org.keycloak.keys.KeyProvider":[
    {"name":"ec","providerId":"ecdsa-generated","config":{"priority":["100"]}},
    {"name":"hmac","providerId":"hmac-generated","config":{"priority":["100"],"algorithm":["HS512"]}}]},
  "roles":{"realm":[{"name":"clerk","composites":{"client":{"shop":["buy"]}},"attributes":{"a":["1","2"]}}],
           "client":{"shop":[{"name":"buy"},{"name":"all","composites":{"realm":["clerk"]}}]}},
  "groups":[{"name":"staff","attributes":{"floor":["2"]},"realmRoles":["clerk"],
             "subGroups":[{"name":"night/shift","clientRoles":{"shop":["buy"]}}]}],
  "clients":[{"clientId":"shop","secret":"secret-of-the-shop","redirectUris":["https://shop.example/*"],
              "serviceAccountsEnabled":true,"protocolMappers":[{"name":"m","protocol":"openid-connect",
              "protocolMapper":"oidc-audience-mapper","config":{"included.client.audience":"shop"}}]}],
  "scopeMappings":[{"client":"shop","roles":["clerk"]},{"clientScope":"profile","roles":["clerk"]}],
  "clientScopeMappings":{"shop":[{"clientScope":"email","roles":["buy"]}]},
  "identityProviders":[{"alias":"up","providerId":"oidc","config":{"clientId":"c","clientSecret":"up-secret"}}],
  "users":[{"username":"ada","enabled":true,"email":"ada@example.org","firstName":"Ada","attributes":{"x":["y"]},
            "createdTimestamp":1700000000000,"requiredActions":["UPDATE_PROFILE"],
            "credentials":[{"type":"password","value":"correct-horse"}],
            "realmRoles":["clerk","default-roles-demo"],"clientRoles":{"shop":["all"]},"groups":["/staff"],
            "federatedIdentities":[{"identityProvider":"up","userId":"7","userName":"ada7"}],
            "clientConsents":[{"clientId":"shop","grantedClientScopes":["profile","email"],
                               "createdDate":1700000000001,"lastUpdatedDate":1700000000002}]},
           {"username":"bob","enabled":false}],
  "organizationsEnabled":true,
  "organizations":[{"id":"o-1","name":"Acme","alias":"acme","enabled":true,"redirectUrl":"https://acme.example/",
                    "attributes":{"tier":["gold"]},"domains":[{"name":"acme.example","verified":true}],
                    "groups":[{"name":"eng","attributes":{"floor":["2"]},"subGroups":[{"id":"og-2","name":"a/b","realmRoles":["clerk"],"clientRoles":{"shop":["all"]}}]}],
                    "members":[{"username":"ada","membershipType":"MANAGED","groups":["/eng/a~/b"]}],"identityProviders":[{"alias":"up"}]},
                   {"name":"Beta","domains":[]}]})j";

class RealmExportTest : public testing::Test {
 protected:
  void import(MemoryStore& store, std::string_view text) {
    const auto done = import_realm({store.repositories(), clock, random}, parse_json(text).value().as_object());
    ASSERT_TRUE(done) << done.error().describe();
    EXPECT_EQ(done->outcome, ImportOutcome::kImported);
  }
  std::string exported(MemoryStore& store, Secrets secrets = Secrets::kReveal) {
    auto repositories = store.repositories();
    const auto realm =
        read_from(store, [&](Rows& rows) { return repositories.realms.find_by_name(rows, "demo"); }).value();
    const auto file = read_from(store, [&](Rows& rows) { return export_realm(rows, repositories, *realm); }).value();
    auto out = to_json(file.file, secrets);
    json::array users;
    EXPECT_TRUE(export_users(repositories, realm->id, file.names, secrets, [&](json::object user) {
      users.push_back(std::move(user));
      return true;
    }));
    out["users"] = std::move(users);
    return json::serialize(in_realm_order(std::move(out)));
  }
  FakeClock clock;
  SeededRandom random;
};

TEST_F(RealmExportTest, refuses_to_lose_a_byte_on_the_way_out_in_and_out) {
  MemoryStore first, second;
  import(first, kFile);
  const auto once = exported(first);
  import(second, once);
  clock.advance(seconds{1000});
  EXPECT_EQ(exported(second), once);
}

TEST_F(RealmExportTest, what_people_agreed_to_is_asked_of_the_rows) {
  MemoryStore store;
  import(store, kFile);
  auto repositories = store.repositories();
  const auto realm =
      read_from(store, [&](Rows& rows) { return repositories.realms.find_by_name(rows, "demo"); }).value();
  const auto shop = read_from(store, [&](Rows& rows) {
                      return repositories.clients.find_by_client_id(rows, realm->id, "shop");
                    }).value();
  const auto ada =
      read_from(store, [&](Rows& rows) { return repositories.users.find_by_username(rows, realm->id, "ada"); }).value();
  const auto consent =
      read_from(store, [&](Rows& rows) { return repositories.consents.find(rows, ada->id, shop->id); }).value();
  ASSERT_TRUE(consent);
  EXPECT_EQ(consent->scopes.size(), 2U);
  EXPECT_EQ(epoch_milliseconds(consent->created_at), 1700000000001);
  EXPECT_FALSE(ada->extra.contains("clientConsents")) << "a consent that is taken back must not come again";
}

TEST_F(RealmExportTest, refuses_to_show_secrets_behind_the_mask) {
  MemoryStore store;
  import(store, kFile);
  const auto masked = exported(store, Secrets::kMask);
  for (const std::string_view secret : {"secret-of-the-shop", "up-secret", "mail-secret", "BEGIN", "secretData"}) {
    EXPECT_EQ(masked.find(secret), std::string::npos) << secret;
  }
  EXPECT_NE(exported(store).find("secret-of-the-shop"), std::string::npos);
}

TEST_F(RealmExportTest, organizations_and_links_are_rows) {
  MemoryStore store;
  import(store, kFile);
  auto repositories = store.repositories();
  const auto realm =
      read_from(store, [&](Rows& rows) { return repositories.realms.find_by_name(rows, "demo"); }).value();
  EXPECT_FALSE(realm->extra.contains("organizations"));
  const OrganizationId acme("o-1");
  const auto found =
      read_from(store, [&](Rows& rows) { return repositories.organizations.find(rows, realm->id, acme); }).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->domains, (std::vector<OrganizationDomain>{{"acme.example", true}}));
  const auto ada =
      read_from(store, [&](Rows& rows) { return repositories.users.find_by_username(rows, realm->id, "ada"); }).value();
  EXPECT_EQ(read_from(store, [&](Rows& rows) { return repositories.memberships.find(rows, acme, ada->id); }).value(),
            Membership::kManaged);
  const auto groups = read_from(store, [&](Rows& rows) {
                        return repositories.organization_groups.of_member(rows, {acme}, ada->id);
                      }).value();
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].group.id, GroupId("og-2"));
  EXPECT_EQ(groups[0].group.roles.size(), 2U);
  const auto linked = read_from(store, [&](Rows& rows) {
                        return repositories.federated_identities.find(rows, realm->id, "up", "7");
                      }).value();
  ASSERT_TRUE(linked);
  EXPECT_EQ(linked->user, ada->id);
  EXPECT_EQ(read_from(store, [&](Rows& rows) { return repositories.organizations.count(rows, realm->id, {}); }).value(),
            2);
}

TEST_F(RealmExportTest, refuses_ids_that_another_realm_has_and_names_the_group) {
  MemoryStore store;
  import(store, kFile);
  const auto file = parse_json(R"j({"realm":"other","organizationsEnabled":true,"organizations":[{"name":"Zoo"},
      {"name":"Acme","groups":[{"name":"eng","subGroups":[{"id":"og-2","name":"back"}]}]}]})j")
                        .value()
                        .as_object();
  const auto done = import_realm({store.repositories(), clock, random}, file);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().describe(),
            "organizations[1], group /eng/back: its id or name belongs to another realm already");
  auto repositories = store.repositories();
  EXPECT_FALSE(
      read_from(store, [&](Rows& rows) { return repositories.realms.find_by_name(rows, "other"); }).value().has_value())
      << "nothing of it is left";
}

TEST_F(RealmExportTest, refuses_organizations_that_cannot_be) {
  for (const auto& [bad, where] : std::vector<std::pair<std::string, std::string>>{
           {R"([{"domains":[]}])", "organizations[0].name"},
           {R"([{"name":"a"},{"name":"a"}])", "organizations[1].name"},
           {R"([{"name":"a b"}])", "organizations[0].alias"},
           {R"([{"name":"a","domains":[{"name":"a"}]}])", "organizations[0].domains"},
           {R"([{"name":"a","domains":[{"name":"a.b"}]},{"name":"b","domains":[{"name":"A.b"}]}])",
            "organizations[1].domains"},
           {R"([{"name":"a","redirectUrl":"javascript:x"}])", "organizations[0].redirectUrl"},
           {R"([{"name":"a","identityProviders":[{"alias":"none"}]}])", "organizations[0].identityProviders"}}) {
    MemoryStore store;
    const auto file = parse_json(R"({"realm":"bad","organizations":)" + bad + "}").value().as_object();
    const auto done = import_realm({store.repositories(), clock, random}, file);
    ASSERT_FALSE(done) << bad;
    EXPECT_NE(done.error().describe().find(where), std::string::npos) << done.error().describe();
  }
}

TEST_F(RealmExportTest, passwords_go_on_working) {
  MemoryStore first, second;
  import(first, kFile);
  import(second, exported(first));
  auto repositories = second.repositories();
  const auto realm =
      read_from(second, [&](Rows& rows) { return repositories.realms.find_by_name(rows, "demo"); }).value();
  const auto attempt =
      read_from(second, [&](Rows& rows) { return load_login_attempt(rows, repositories, *realm, "ada", clock.now()); });
  ASSERT_TRUE(attempt);
  EXPECT_EQ(verify_password(*attempt, "correct-horse"), PasswordVerdict::kAccepted);
  EXPECT_EQ(verify_password(*attempt, "wrong-horse"), PasswordVerdict::kRefused);
}

TEST_F(RealmExportTest, a_removed_realm_leaves_its_name_free) {
  MemoryStore store;
  import(store, kFile);
  ASSERT_TRUE(remove_realm(store.repositories(), "demo"));
  EXPECT_EQ(remove_realm(store.repositories(), "demo").error(), StoreError::kConflict);
  import(store, kFile);
}

}  // namespace
}  // namespace cardea
