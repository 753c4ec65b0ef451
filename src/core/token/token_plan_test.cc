#include "core/token/token_plan.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace cardea
