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

TEST(Refreshed, refuses_to_clear_a_name_or_address_that_is_not_said_unless_its_mapper_allows_it) {
  Scene scene;
  scene.provider.config["syncMode"] = "IMPORT";
  scene.user.email_verified = true;
  const auto after = [&](const std::string& nullable) {
    std::vector<IdentityProviderMapper> mappers;
    for (const std::string name : {"email", "firstName"}) {
      IdentityProviderMapper mapper;
      mapper.kind = "oidc-user-attribute-idp-mapper";
      mapper.sync = SyncMode::kForce;
      mapper.config = {{"claim", "absent"}, {"user.attribute", name}, {"allow.nullable.property", nullable}};
      mappers.push_back(std::move(mapper));
    }
    return *refreshed(scene.user, scene.provider, scene.identity, run_mappers(mappers, scene.identity, false));
  };
  for (const auto* off : {"", "false"}) EXPECT_TRUE(has_same_members(after(off), scene.user)) << off;
  const auto cleared = after("true");
  EXPECT_EQ(cleared.email + cleared.first_name, "");
  EXPECT_FALSE(cleared.email_verified);
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
