#include "core/offline_access.h"

#include <gtest/gtest.h>

namespace cardea {
namespace {

TokenSubject with_roles(std::vector<EffectiveRoles::Item> items) {
  TokenSubject subject;
  auto roles = std::make_shared<EffectiveRoles>();
  roles->items = std::move(items);
  subject.roles = std::move(roles);
  return subject;
}

TEST(OfflineAccess, refuses_people_without_the_role) { EXPECT_FALSE(is_offline_allowed(with_roles({}))); }

TEST(OfflineAccess, refuses_a_client_role_of_that_name) {
  EXPECT_FALSE(is_offline_allowed(with_roles({{"r", "app", "offline_access"}})));
}

TEST(OfflineAccess, refuses_a_role_that_the_client_may_not_see) {
  auto subject = with_roles({{"r", "", "offline_access"}});
  subject.scope_roles = std::make_shared<EffectiveRoles>();
  EXPECT_FALSE(is_offline_allowed(subject));
}

TEST(OfflineAccess, accepts_the_realm_role) {
  auto subject = with_roles({{"r", "", "offline_access"}});
  EXPECT_TRUE(is_offline_allowed(subject));
  auto visible = std::make_shared<EffectiveRoles>();
  visible->items = {{"r", "", "offline_access"}};
  subject.scope_roles = visible;
  EXPECT_TRUE(is_offline_allowed(subject));
}

TEST(OfflineAccess, is_requested_by_its_scope_alone) {
  TokenPlan plan;
  EXPECT_FALSE(is_offline_requested(plan));
  ClientScope scope;
  scope.name = "offline_access";
  plan.scopes.push_back(&scope);
  EXPECT_TRUE(is_offline_requested(plan));
}

}  // namespace
}  // namespace cardea
