#include "core/required_actions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cardea {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const TimePoint kNow = from_epoch_seconds(1'767'225'600);

std::vector<std::string> pending(const Realm& realm, const User& user, std::optional<TimePoint> set_at = {}) {
  return pending_actions(realm, user, set_at, kNow);
}

Realm realm_listing(std::string_view json_text) {
  Realm realm;
  realm.extra["requiredActions"] = *parse_json(json_text);
  return realm;
}

TEST(RequiredActions, refuses_to_skip_what_it_does_not_know) {
  User user;
  user.required_actions = {"my-own-action", "UPDATE_PASSWORD"};
  EXPECT_THAT(pending(Realm(), user), ElementsAre("UPDATE_PASSWORD", "my-own-action"));
  EXPECT_THAT(pending(realm_listing("[]"), user), ElementsAre("UPDATE_PASSWORD", "my-own-action"));
  EXPECT_THAT(pending(realm_listing(R"([1, {"alias":7}, {"alias":"UPDATE_PASSWORD","enabled":"no"}])"), user),
              ElementsAre("UPDATE_PASSWORD", "my-own-action"));
}

TEST(RequiredActions, refuses_an_unverified_address_where_the_realm_verifies) {
  Realm realm;
  realm.verify_email = true;
  User user;
  user.email = "ada@example.com";
  EXPECT_THAT(pending(realm, user), ElementsAre("VERIFY_EMAIL"));
  user.email_verified = true;
  EXPECT_THAT(pending(realm, user), IsEmpty());
  user = User();
  EXPECT_THAT(pending(realm, user), IsEmpty());
}

TEST(RequiredActions, refuses_a_password_older_than_the_policy_allows) {
  Realm realm;
  realm.password_policy = "length(8) and forceExpiredPasswordChange(30)";
  const auto day = std::chrono::hours(24);
  EXPECT_THAT(pending(realm, User(), kNow - 30 * day - milliseconds(1)), ElementsAre("UPDATE_PASSWORD"));
  EXPECT_THAT(pending(realm, User(), kNow - 30 * day), IsEmpty());
  EXPECT_THAT(pending(realm, User()), IsEmpty());
  User user;
  user.required_actions = {"UPDATE_PASSWORD"};
  EXPECT_THAT(pending(realm, user, kNow - 31 * day), ElementsAre("UPDATE_PASSWORD"));
}

TEST(RequiredActions, leaves_out_what_the_realm_has_disabled) {
  User user;
  user.required_actions = {"UPDATE_PASSWORD", "TERMS_AND_CONDITIONS"};
  EXPECT_THAT(pending(Realm(), user), ElementsAre("UPDATE_PASSWORD"));
  EXPECT_THAT(pending(realm_listing(R"([{"alias":"UPDATE_PASSWORD","enabled":false},
                                        {"alias":"TERMS_AND_CONDITIONS","enabled":true}])"),
                      user),
              ElementsAre("TERMS_AND_CONDITIONS"));
}

TEST(RequiredActions, goes_by_the_realms_order) {
  User user;
  user.required_actions = {"VERIFY_EMAIL", "UPDATE_PASSWORD"};
  EXPECT_THAT(pending(Realm(), user), ElementsAre("VERIFY_EMAIL", "UPDATE_PASSWORD"));
  EXPECT_THAT(pending(realm_listing(R"([{"alias":"UPDATE_PASSWORD","priority":1}])"), user),
              ElementsAre("UPDATE_PASSWORD", "VERIFY_EMAIL"));
}

TEST(RequiredActions, names_actions_for_people) {
  EXPECT_EQ(action_name(Realm(), "VERIFY_EMAIL"), "Verify Email");
  EXPECT_EQ(action_name(realm_listing(R"([{"alias":"own","name":"Sign the waiver"}])"), "own"), "Sign the waiver");
  EXPECT_EQ(action_name(Realm(), "own"), "own");
}

TEST(ActionMaxAuthAge, is_what_the_realm_says_of_the_action) {
  Realm realm;
  EXPECT_EQ(action_max_auth_age(realm, "CONFIGURE_TOTP"), 300);
  realm.extra["requiredActions"] = json::parse(R"([
    {"alias": "CONFIGURE_TOTP", "config": {"max_auth_age": "60"}},
    {"alias": "UPDATE_PROFILE", "config": {"max_auth_age": "x"}},
    {"alias": "UPDATE_PASSWORD", "config": {"max_auth_age": "0"}}])");
  EXPECT_EQ(action_max_auth_age(realm, "CONFIGURE_TOTP"), 60);
  EXPECT_EQ(action_max_auth_age(realm, "UPDATE_PROFILE"), 300) << "what cannot be read is not said";
  EXPECT_EQ(action_max_auth_age(realm, "UPDATE_PASSWORD"), 0);
  realm.password_policy = "maxAuthAge(30)";
  EXPECT_EQ(action_max_auth_age(realm, "UPDATE_PASSWORD"), 30);
  EXPECT_EQ(action_max_auth_age(realm, "CONFIGURE_TOTP"), 60);
}

}  // namespace
}  // namespace cardea
