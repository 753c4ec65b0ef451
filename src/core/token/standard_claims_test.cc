// What the scopes of a new realm say of a person (OpenID Connect Core sections 5.1 and 5.4; keycloak.md section 3.5).
#include <gtest/gtest.h>

#include <set>

#include "core/realm_defaults.h"
#include "core/settings_entries.h"
#include "core/token/issue_token.h"
#include "tests/support/memory_log.h"
#include "tests/support/realm_fixture.h"

namespace cardea {
namespace {

class StandardClaims : public testing::Test {
 protected:
  StandardClaims() {
    auto file = default_realm("demo");
    scopes_ = std::move(*file.scopes);
    for (auto& scope : scopes_) scope.id = ScopeId("scope-" + scope.name);
    realm_ = make_realm_entry(std::move(file.realm), scopes_, make_test_records().keys, nullptr, log_);
    auto client = make_test_client(*realm_);
    client.default_scopes.clear();
    client.optional_scopes.clear();
    for (const auto& scope : scopes_) client.optional_scopes.push_back(scope.id);
    client_ = make_test_entry(realm_, std::move(client));
    auto& ada = subject_.subject.user;
    ada.email = "ada@example.org";
    ada.email_verified = true;
    ada.first_name = "Ada";
    ada.last_name = "Lovelace";
    for (const auto* name : {"middleName", "nickname", "profile", "picture", "website", "gender", "birthdate",
                             "zoneinfo", "locale", "phoneNumber", "street", "locality"}) {
      ada.attributes[name] = {std::string("a ") + name};
    }
    ada.attributes["updatedAt"] = {"1790000000"};
    ada.attributes["phoneNumberVerified"] = {"true"};
  }
  json::object userinfo(std::string_view scope) {
    const auto plan = *plan_for(*client_, scope);
    const auto said = userinfo_json({.realm = *realm_,
                                     .client = *client_,
                                     .plan = *plan,
                                     .subject = subject_,
                                     .issuer = "https://id.example/realms/demo",
                                     .now = from_epoch_seconds(1'790'000'000),
                                     .acr = {},
                                     .nonce = {},
                                     .grant = {}});
    EXPECT_TRUE(said);
    return said ? parse_json(*said)->as_object() : json::object();
  }
  std::set<std::string> names(std::string_view scope) {
    std::set<std::string> out;
    for (const auto& member : userinfo(scope)) out.emplace(member.key());
    return out;
  }

  MemoryLog log_;
  std::vector<ClientScope> scopes_;
  std::shared_ptr<const RealmEntry> realm_;
  std::shared_ptr<const ClientEntry> client_;
  TokenSubject subject_ = make_test_subject();
};

TEST_F(StandardClaims, each_scope_gives_exactly_the_claims_it_names) {  // CL-1
  using Names = std::set<std::string>;
  EXPECT_EQ(names("openid"), Names({"sub"}));
  EXPECT_EQ(names("openid email"), Names({"sub", "email", "email_verified"}));
  EXPECT_EQ(names("openid phone"), Names({"sub", "phone_number", "phone_number_verified"}));
  EXPECT_EQ(names("openid address"), Names({"sub", "address"}));
  EXPECT_EQ(names("openid profile"),
            Names({"sub", "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username",
                   "profile", "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at"}));
}

TEST_F(StandardClaims, claims_have_the_types_of_the_specification) {  // UI-7
  const auto said = userinfo("openid profile email phone address");
  for (const auto& member : said) {
    const std::string name = member.key();
    if (name == "email_verified" || name == "phone_number_verified") {
      EXPECT_TRUE(member.value().is_bool()) << name;
    } else if (name == "updated_at") {
      EXPECT_TRUE(member.value().is_int64()) << name;
    } else if (name == "address") {
      EXPECT_TRUE(member.value().is_object()) << name;
    } else {
      EXPECT_TRUE(member.value().is_string()) << name;
    }
  }
  EXPECT_GT(said.size(), 18U);
}

}  // namespace
}  // namespace cardea
