#include "oidc/authorize/issue_code.h"

#include <gtest/gtest.h>

namespace cardea::oidc {
namespace {

// Redeeming asks when a code was made, by its end and this: a client's own limit that one side forgot would make fresh
// codes look older than a revocation.
TEST(IssueCode, the_life_of_a_code_is_the_same_for_who_makes_and_who_redeems_it) {
  Realm realm;
  realm.lifespans.access_code = seconds(300);
  Client client;
  EXPECT_EQ(code_life(realm, client), seconds(300));
  client.attributes["cardea.policy"] = "fapi2";
  EXPECT_EQ(code_life(realm, client), seconds(60));
  realm.lifespans.access_code = seconds(30);
  EXPECT_EQ(code_life(realm, client), seconds(30));
}

}  // namespace
}  // namespace cardea::oidc
