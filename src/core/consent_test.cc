#include "core/consent.h"

#include <gtest/gtest.h>

#include "tests/support/memory_store.h"
#include "tests/support/realm_fixture.h"

namespace cardea {
namespace {

/// A client that asks for consent, and for the organizations of people.
class OrganizationConsent : public testing::Test {
 protected:
  void SetUp() override {
    auto realm = std::make_shared<RealmEntry>();
    ClientScope scope;
    scope.id = ScopeId("o");
    scope.name = "organization";
    scope.protocol = "openid-connect";
    scope.attributes = {{"consent.screen.text", "Organization"}};
    const auto& kept = realm->scopes.emplace_back(std::move(scope));
    realm->scopes_by_id[kept.id.str()] = &kept;
    realm->scopes_by_name[kept.name] = &kept;
    realm_ = realm;
    auto client = make_test_client(make_test_records().scopes);
    client.consent_required = true;
    client.default_scopes.clear();
    client.optional_scopes = {kept.id};
    client_ = make_test_entry(realm, std::move(client));
  }
  /// What is asked of somebody who allowed `allowed` before, as "text parameter,".
  std::string asked(std::string_view scope, std::string_view allowed) {
    Consent consent;
    for (const auto& item : consent_items(*client_, allowed)) consent.scopes.push_back(item.scope);
    AuthorizationRequest request;
    request.scope = scope;
    std::string out;
    for (const auto& item : items_to_ask(*client_, request, consent)) out += item.text + " " + item.parameter + ",";
    return out;
  }
  std::shared_ptr<const RealmEntry> realm_;
  std::shared_ptr<const ClientEntry> client_;
};

TEST_F(OrganizationConsent, refuses_to_take_one_organization_for_others) {  // attack class 14
  EXPECT_EQ(asked("organization:*", "organization:acme"), "Organization *,");
  EXPECT_EQ(asked("organization:beta", "organization:acme"), "Organization beta,");
  EXPECT_EQ(asked("organization", "organization:acme"), "Organization ,");
  EXPECT_EQ(asked("organization:*", "organization"), "Organization *,");
  EXPECT_EQ(asked("organization:acme", "organization"), "Organization acme,");
  EXPECT_EQ(asked("organization:acme organization:beta", "organization:acme"), "Organization beta,");
}

TEST_F(OrganizationConsent, asks_once_for_each_and_for_none_of_all) {
  EXPECT_EQ(asked("organization:acme", "organization:acme"), "");
  EXPECT_EQ(asked("organization", "organization"), "");
  for (const auto* scope : {"organization:acme", "organization", "organization:*"})
    EXPECT_EQ(asked(scope, "organization:*"), "") << scope;
}

TEST_F(OrganizationConsent, refuses_to_pay_out_what_was_not_allowed) {
  MemoryStore store;
  const auto repositories = store.repositories();
  const UserId user("u");
  const auto lacks = [&](std::string_view scope) {
    return read_from(store, [&](Rows& rows) { return lacks_consent(rows, repositories, *client_, user, scope); })
        .value();
  };
  EXPECT_TRUE(lacks("organization:acme"));
  ASSERT_TRUE(store.write([&](Tx& tx) -> Stored<void> {
    Realm realm;
    realm.id = RealmId("r");
    realm.name = "demo";
    if (auto done = repositories.realms.insert(tx, realm); !done) return done;
    Client client;
    client.id = client_->client.id;
    client.client_id = "app";
    if (auto done = repositories.clients.insert(tx, realm.id, client); !done) return done;
    User person;
    person.id = user;
    person.realm = realm.id;
    person.username = "ada";
    return repositories.users.insert(tx, person, false);
  }));
  ASSERT_TRUE(store.write([&](Tx& tx) {
    return grant_consent(tx, repositories, user, client_->client.id, consent_items(*client_, "organization:acme"),
                         TimePoint{});
  }));
  EXPECT_FALSE(lacks("organization:acme"));
  EXPECT_TRUE(lacks("organization:*"));
  EXPECT_TRUE(lacks("organization:beta"));
}

TEST_F(OrganizationConsent, says_what_was_allowed) {
  const ScopeId of_acme("o:acme"), with_colon("o:a:b"), whole("o"), gone("gone:acme"), gone_whole("gone");
  const auto acme = allowed_scope(*realm_, of_acme);
  ASSERT_NE(acme.scope, nullptr);
  EXPECT_EQ(acme.scope->name, "organization");
  EXPECT_EQ(acme.parameter, "acme");
  EXPECT_EQ(allowed_scope(*realm_, with_colon).parameter, "a:b");
  EXPECT_EQ(allowed_scope(*realm_, whole).parameter, "");
  EXPECT_EQ(allowed_scope(*realm_, gone).scope, nullptr);
  EXPECT_EQ(allowed_scope(*realm_, gone_whole).scope, nullptr);
}

}  // namespace
}  // namespace cardea
