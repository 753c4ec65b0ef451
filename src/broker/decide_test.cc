#include "broker/decide.h"

#include <gtest/gtest.h>

namespace cardea::broker {
namespace {

struct Scene {
  IdentityProvider provider;
  UpstreamIdentity identity;
  FirstLoginRules rules{.may_create = true, .may_link = true};
  User ada;
  User bob;
  bool is_linked = false, knows_name = false, knows_email = false;

  Scene() {
    provider.alias = "up";
    ada.id = UserId("ada");
    bob.id = UserId("bob");
    identity.id = "u-1";
    identity.username = "ada";
    identity.email = "bob@demo.example";
  }
  Scene& mode(const std::string& name) {
    provider.config["userMatchingMode"] = name;
    return *this;
  }
  [[nodiscard]] MatchDecision decide() const {
    return match({.provider = provider,
                  .identity = identity,
                  .rules = rules,
                  .linked = is_linked ? &ada : nullptr,
                  .by_username = knows_name ? &ada : nullptr,
                  .by_email = knows_email ? &bob : nullptr});
  }
  [[nodiscard]] bool denies(DenyLogin reason) const {
    const auto decision = decide();
    const auto* denied = std::get_if<DenyLogin>(&decision);
    return denied != nullptr && *denied == reason;
  }
  [[nodiscard]] std::string confirms() const {
    const auto decision = decide();
    const auto* confirm = std::get_if<ConfirmLink>(&decision);
    return confirm == nullptr ? std::string() : confirm->user.str();
  }
  [[nodiscard]] std::string links() const {
    const auto decision = decide();
    const auto* link = std::get_if<LinkAndSignIn>(&decision);
    return link == nullptr ? std::string() : link->user.str();
  }
};

constexpr const char* kEveryMode[] = {"",           "confirm",       "identifier",   "email_link",
                                      "email_deny", "username_link", "username_deny"};

// Attack class 8: one choke point, and it comes before the link is looked at.
TEST(Match, refuses_link_only_providers_even_for_linked_accounts) {
  Scene scene;
  scene.provider.link_only = true;
  scene.is_linked = true;
  for (const auto* mode : kEveryMode) EXPECT_TRUE(scene.mode(mode).denies(DenyLogin::kLinkOnly)) << mode;
}

TEST(Match, refuses_unknown_modes) {
  Scene scene;
  scene.is_linked = true;
  EXPECT_TRUE(scene.mode("email").denies(DenyLogin::kBadMode));
}

// Attack class 7: without proof no mode links by itself.
TEST(Match, never_links_by_name_or_unproven_address) {
  for (const auto* mode : kEveryMode) {
    for (const bool verified : {false, true}) {
      Scene scene;
      scene.knows_name = true;
      scene.knows_email = true;
      scene.identity.email_verified = verified;
      EXPECT_EQ(scene.mode(mode).links(), "") << mode;
    }
  }
}

TEST(Match, links_by_a_proven_address_in_mode_email_link_alone) {
  for (const auto* mode : kEveryMode) {
    Scene scene;
    scene.knows_email = true;
    scene.identity.email_is_proof = true;
    EXPECT_EQ(scene.mode(mode).links(), std::string_view(mode) == "email_link" ? "bob" : "") << mode;
  }
}

TEST(Match, asks_the_owner_of_an_account_that_exists) {
  Scene scene;
  scene.knows_name = true;
  for (const auto* mode : {"", "confirm", "identifier", "email_link", "username_link", "email_deny"}) {
    EXPECT_EQ(scene.mode(mode).confirms(), "ada") << mode;
  }
  scene.knows_email = true;
  EXPECT_EQ(scene.mode("").confirms(), "bob");
  scene.rules.may_link = false;
  EXPECT_TRUE(scene.denies(DenyLogin::kKnownAlready));
}

TEST(Match, follows_the_table_of_modes) {
  Scene scene;
  scene.is_linked = true;
  for (const auto* mode : kEveryMode) EXPECT_TRUE(std::holds_alternative<SignIn>(scene.mode(mode).decide())) << mode;
  scene.is_linked = false;
  for (const auto* mode : kEveryMode) {
    EXPECT_TRUE(std::holds_alternative<CreateAccount>(scene.mode(mode).decide())) << mode;
  }
  scene.knows_email = true;
  EXPECT_TRUE(scene.mode("email_deny").denies(DenyLogin::kKnownAlready));
  scene.knows_email = false;
  scene.knows_name = true;
  EXPECT_TRUE(scene.mode("username_deny").denies(DenyLogin::kKnownAlready));
  scene.knows_name = false;
  scene.identity.email.clear();
  EXPECT_TRUE(scene.mode("email_link").denies(DenyLogin::kNoEmail));
  EXPECT_TRUE(scene.mode("email_deny").denies(DenyLogin::kNoEmail));
  scene.identity.username.clear();
  EXPECT_TRUE(scene.mode("username_link").denies(DenyLogin::kNoUsername));
  EXPECT_TRUE(scene.mode("username_deny").denies(DenyLogin::kNoUsername));
  scene.rules.may_create = false;
  EXPECT_TRUE(scene.mode("").denies(DenyLogin::kNotOpen));
}

}  // namespace
}  // namespace cardea::broker
