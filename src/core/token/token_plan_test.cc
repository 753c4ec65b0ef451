#include "core/token/token_plan.h"

#include <gtest/gtest.h>

#include "core/consent.h"
#include "core/settings.h"
#include "tests/support/realm_fixture.h"

namespace cardea {
namespace {

class TokenPlanTest : public testing::Test {
 protected:
  std::shared_ptr<const RealmEntry> realm_ = make_test_realm();
  std::shared_ptr<const ClientEntry> client_ = make_test_entry(realm_, [&] {
    auto client = make_test_client(*realm_);
    client.optional_scopes = {realm_->scopes_by_name.at("optional-one")->id};
    return client;
  }());
};

TEST_F(TokenPlanTest, refuses_scopes_the_client_does_not_have_and_texts_without_end) {
  EXPECT_FALSE(plan_for(*client_, "openid other"));
  EXPECT_FALSE(plan_for(*client_, std::string(kScopeBytesMax + 1, ' ')));
}

TEST_F(TokenPlanTest, refuses_no_grant_for_the_length_of_its_scope_names) {
  TestRecords records = make_test_records();
  auto client = make_test_client(records.scopes);
  std::string granted = "openid";
  auto realm = std::make_shared<RealmEntry>();
  realm->scopes.reserve(5);
  for (int i = 0; i < 5; ++i) {
    ClientScope scope;
    scope.id = ScopeId("long-" + std::to_string(i));
    scope.name = std::string(254, 'x') + std::to_string(i);
    scope.protocol = "openid-connect";
    const auto& kept = realm->scopes.emplace_back(std::move(scope));
    realm->scopes_by_id[kept.id.str()] = &kept;
    realm->scopes_by_name[kept.name] = &kept;
    granted += " " + kept.name;
  }
  client.consent_required = true;
  client.default_scopes.clear();
  for (const auto& scope : realm->scopes) client.default_scopes.push_back(scope.id);
  const auto entry = make_test_entry(realm, std::move(client));
  ASSERT_GT((*plan_for(*entry, "openid"))->full_scope.size(), kScopeBytesMax);
  const auto plan = plan_for_granted(*entry, granted);
  ASSERT_NE(plan, nullptr);
  EXPECT_EQ(plan->full_scope, granted);
  EXPECT_EQ(consent_items(*entry, granted).size(), 5);
  const auto shrunk = plan_for_granted(*entry, granted + " " + std::string(2'000, 'y'));
  EXPECT_EQ(shrunk, plan) << "a name that is gone is passed over";
  EXPECT_FALSE(plan_for(*entry, granted)) << "as a parameter it stays too long";
}

TEST_F(TokenPlanTest, refuses_to_let_spellings_push_out_a_plan_that_is_in_use) {
  const auto plain = *plan_for(*client_, "");
  std::string spelling = "openid";
  for (int i = 0; i < 500; ++i) {
    spelling += ' ';
    ASSERT_TRUE(plan_for(*client_, spelling));
    ASSERT_EQ(*plan_for(*client_, ""), plain) << i;
  }
}

TEST_F(TokenPlanTest, one_selection_has_one_plan_however_it_is_spelled) {
  const auto plan = *plan_for(*client_, "openid optional-one");
  EXPECT_EQ(*plan_for(*client_, "optional-one openid"), plan);
  EXPECT_EQ(*plan_for(*client_, " openid  optional-one optional-one profile"), plan) << "profile is a default scope";
  EXPECT_NE(*plan_for(*client_, "openid"), plan);
}

/// A client that may ask for the organizations of people.
class OrganizationScopeTest : public testing::Test {
 protected:
  void SetUp() override {
    auto realm = std::make_shared<RealmEntry>();
    ClientScope scope;
    scope.id = ScopeId("o");
    scope.name = "organization";
    scope.protocol = "openid-connect";
    const auto& kept = realm->scopes.emplace_back(std::move(scope));
    realm->scopes_by_id[kept.id.str()] = &kept;
    realm->scopes_by_name[kept.name] = &kept;
    auto client = make_test_client(make_test_records().scopes);
    client.default_scopes.clear();
    client.optional_scopes = {kept.id};
    client_ = make_test_entry(realm, std::move(client));
  }
  std::shared_ptr<const ClientEntry> client_;
};

TEST_F(OrganizationScopeTest, refuses_two_ways_of_asking_in_one_request) {
  for (const std::string_view scope : {"organization organization:a", "organization:a organization:*", "organization:",
                                       "organization organization:*", "organizations", "organization:a organization"}) {
    EXPECT_FALSE(plan_for(*client_, scope)) << scope;
  }
}

TEST_F(OrganizationScopeTest, a_grant_with_two_ways_keeps_the_first) {
  const auto plan = plan_for_granted(*client_, "organization:a organization:* organization organization:b");
  ASSERT_NE(plan, nullptr);
  EXPECT_EQ(plan->organizations, OrganizationScope::kNamed);
  EXPECT_EQ(plan->full_scope, "organization:a organization:b");
  EXPECT_EQ(plan->token_scope, "") << "tokens say those that the person is in";
}

TEST_F(OrganizationScopeTest, what_is_granted_outlives_a_scope_that_is_gone) {
  const auto plan = plan_for_granted(*client_, "gone organization:a");
  EXPECT_EQ(plan->full_scope, "organization:a");
  EXPECT_EQ(plan_for_granted(*client_, "gone organization:*")->full_scope, "organization:*");
  EXPECT_EQ(plan_for_granted(*client_, "gone")->organizations, OrganizationScope::kNone);
}

TEST_F(OrganizationScopeTest, each_parameter_is_a_plan_of_its_own) {
  EXPECT_NE(*plan_for(*client_, "organization:a"), *plan_for(*client_, "organization:b"));
  EXPECT_NE(*plan_for(*client_, "organization"), *plan_for(*client_, "organization:*"));
  EXPECT_EQ(*plan_for(*client_, "organization:a organization:a"), *plan_for(*client_, "organization:a"));
}

}  // namespace
}  // namespace cardea
