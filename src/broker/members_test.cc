#include "broker/members.h"

#include <gtest/gtest.h>

namespace cardea::broker {
namespace {

struct Scene {
  IdentityProvider provider;
  UpstreamIdentity identity;
  User user;
  Scene() {
    provider.config["syncMode"] = "FORCE";
    identity.email = "ada@demo.example";
    identity.first_name = "Ada";
    user.first_name = "Ada";
    user.email = "ada@demo.example";
  }
  [[nodiscard]] std::optional<User> refresh() const { return refreshed(user, provider, identity, {}); }
};

// A login that was on its way when somebody was disabled or removed signs nobody in.
TEST(Refreshed, refuses_accounts_that_are_gone_or_disabled_by_now) {
  Scene scene;
  EXPECT_FALSE(refreshed(std::nullopt, scene.provider, scene.identity, {}));
  EXPECT_TRUE(scene.refresh());
  scene.user.enabled = false;
  EXPECT_FALSE(scene.refresh());
}

TEST(NewUsername, makes_a_name_of_a_guests_that_profiles_allow) {
  UpstreamIdentity guest;
  guest.username = "Joe_x.org#EXT#@demo.example";
  EXPECT_EQ(new_username(Realm(), guest, {}), "joe_x.org_ext_@demo.example");
}

TEST(Refreshed, keeps_what_is_not_the_providers) {
  Scene scene;
  scene.user.not_before = 7;
  scene.user.required_actions = {"UPDATE_PASSWORD"};
  scene.user.email_verified = true;
  const auto same = scene.refresh();
  ASSERT_TRUE(same);
  EXPECT_TRUE(has_same_members(*same, scene.user));  // nothing to write
  scene.identity.first_name = "Augusta";
  scene.identity.email = "new@demo.example";
  const auto after = scene.refresh();
  ASSERT_TRUE(after);
  EXPECT_FALSE(has_same_members(*after, scene.user));
  EXPECT_EQ(after->first_name, "Augusta");
  EXPECT_FALSE(after->email_verified);  // that was said of the address before
  EXPECT_EQ(after->not_before, 7);
  EXPECT_EQ(after->required_actions, scene.user.required_actions);
}

}  // namespace
}  // namespace cardea::broker
