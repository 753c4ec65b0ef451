#include "core/events/event_rules.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cardea {
namespace {

TEST(EventRules, cuts_what_strangers_send) {
  std::string grant(2549, 'g');
  grant.append("\u00e9").append(10'000, 'x');
  const auto draft = draft_event("client_refused", {{"realm", "acme"}, {"grant", grant}, {"note", "client_not_found"}});
  ASSERT_TRUE(draft);
  const auto& kept = draft->event.details.at("grant_type");
  EXPECT_EQ(kept, std::string(2549, 'g')) << "not within a character";
  EXPECT_TRUE(is_utf8(kept));
}

TEST(EventRules, links_name_the_provider) {
  for (const auto* field : {"provider", "argument"}) {
    const auto draft = draft_event("identity_linked", {{"realm", "acme"}, {field, "up"}});
    ASSERT_TRUE(draft);
    EXPECT_EQ(draft->event.type, "FEDERATED_IDENTITY_LINK");
    EXPECT_EQ(draft->event.details.at("identity_provider"), "up");
  }
}

TEST(EventRules, an_action_that_a_person_left_says_so) {
  for (const auto& [action, type] :
       {std::pair{"UPDATE_PASSWORD", "UPDATE_PASSWORD"}, std::pair{"CONFIGURE_TOTP", "UPDATE_TOTP"},
        std::pair{"delete_account", "CUSTOM_REQUIRED_ACTION"}}) {
    const auto left = draft_event("required_action", {{"realm", "acme"}, {"action", action}, {"cancelled", true}});
    ASSERT_TRUE(left);
    EXPECT_EQ(left->event.type, std::string(type) + "_ERROR");
    EXPECT_EQ(left->event.error, "rejected_by_user");
    const auto done = draft_event("required_action", {{"realm", "acme"}, {"action", action}, {"cancelled", false}});
    EXPECT_EQ(done->event.error, "");
  }
}

TEST(EventRules, tokens_and_sign_ins_have_the_details_of_keycloaks) {
  const auto issued = draft_event("token_issued", {{"realm", "acme"},
                                                   {"grant", "password"},
                                                   {"scope", "openid email"},
                                                   {"client_auth_method", "client-secret"},
                                                   {"refresh_token_id", "r-1"},
                                                   {"refresh_token_type", "Refresh"}});
  ASSERT_TRUE(issued);
  const std::map<std::string, std::string> wanted{
      {"auth_method", "openid-connect"}, {"client_auth_method", "client-secret"}, {"grant_type", "password"},
      {"refresh_token_id", "r-1"},       {"refresh_token_type", "Refresh"},       {"scope", "openid email"}};
  EXPECT_EQ(issued->event.details, wanted);
  const auto failed = draft_event("login_failed", {{"realm", "acme"}, {"reason", "bad_credentials"}});
  EXPECT_EQ(failed->event.details.at("auth_method"), "openid-connect");
  const auto refreshed = draft_event("token_issued", {{"realm", "acme"}, {"grant", "refresh_token"}});
  EXPECT_FALSE(refreshed->event.details.contains("auth_method"));
}

// The names that those who watch Keycloak's events look for.
TEST(EventRules, names_refusals_of_clients_as_keycloak_does) {
  const auto error_for = [](std::string_view note) {
    return draft_event("client_refused", {{"realm", "acme"}, {"grant", "client_credentials"}, {"note", note}})
        ->event.error;
  };
  EXPECT_EQ(error_for("client_not_found"), "client_not_found");
  EXPECT_EQ(error_for("secret_ended"), "invalid_client_credentials");
  EXPECT_EQ(error_for("code_used_twice"), "invalid_code");
  EXPECT_EQ(error_for("redirect_uri_not_registered"), "invalid_redirect_uri");
  EXPECT_EQ(
      draft_event("client_refused", {{"realm", "acme"}, {"grant", "client_credentials"}, {"note", "x"}})->event.type,
      "CLIENT_LOGIN_ERROR");
}

}  // namespace
}  // namespace cardea
