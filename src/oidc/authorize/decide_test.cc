#include "oidc/authorize/decide.h"

#include <gtest/gtest.h>

namespace cardea::oidc {
namespace {

constexpr TimePoint kNow = from_epoch_seconds(1'790'000'000);

std::optional<LiveSession> signed_in(std::int64_t seconds_ago = 100) {
  LiveSession live;
  live.session.auth_time = epoch_seconds(kNow) - seconds_ago;
  return live;
}

AuthorizationRequest request(bool none = false, bool login = false, std::optional<std::int64_t> max_age = {}) {
  AuthorizationRequest r;
  r.prompt_none = none;
  r.prompt_login = login;
  r.max_age = max_age;
  return r;
}

TEST(DecideAuthorization, refuses_to_interact_with_prompt_none) {
  EXPECT_EQ(decide_authorization(request(true), std::nullopt, {}, kNow), AuthorizeNext::kLoginRequired);
  EXPECT_EQ(decide_authorization(request(true, false, 99), signed_in(100), {}, kNow), AuthorizeNext::kLoginRequired);
  EXPECT_EQ(decide_authorization(request(true), signed_in(), {"UPDATE_PASSWORD"}, kNow),
            AuthorizeNext::kInteractionRequired);
}

TEST(DecideAuthorization, refuses_single_sign_on_when_the_login_is_too_old) {
  EXPECT_EQ(decide_authorization(request(false, false, 99), signed_in(100), {}, kNow), AuthorizeNext::kReauthenticate);
  EXPECT_EQ(decide_authorization(request(false, false, 100), signed_in(100), {}, kNow),
            AuthorizeNext::kComplete);  // strictly older
  EXPECT_EQ(decide_authorization(request(false, false, 0), signed_in(0), {}, kNow), AuthorizeNext::kReauthenticate);
}

TEST(DecideAuthorization, asks_again_with_prompt_login) {
  EXPECT_EQ(decide_authorization(request(false, true), signed_in(), {}, kNow), AuthorizeNext::kReauthenticate);
  EXPECT_EQ(decide_authorization(request(false, true), std::nullopt, {}, kNow), AuthorizeNext::kLogin);
}

TEST(DecideAuthorization, runs_required_actions_before_single_sign_on) {
  EXPECT_EQ(decide_authorization(request(), signed_in(), {"UPDATE_PASSWORD"}, kNow), AuthorizeNext::kActions);
}

TEST(DecideAuthorization, runs_the_action_a_client_asks_for) {
  auto asked = request();
  asked.kc_action = "UPDATE_PASSWORD";
  EXPECT_EQ(decide_authorization(asked, signed_in(), {}, kNow), AuthorizeNext::kActions);
  asked.prompt_none = true;
  EXPECT_EQ(decide_authorization(asked, signed_in(), {}, kNow), AuthorizeNext::kInteractionRequired);
}

TEST(DecideAuthorization, refuses_an_action_on_a_login_older_than_the_realm_allows_for_it) {
  auto asked = request();
  asked.kc_action = "UPDATE_PASSWORD";
  EXPECT_EQ(decide_authorization(asked, signed_in(301), {}, kNow), AuthorizeNext::kReauthenticate);
  EXPECT_EQ(decide_authorization(asked, signed_in(61), {}, kNow, {.action_max_age = 60}),
            AuthorizeNext::kReauthenticate);
  EXPECT_EQ(decide_authorization(asked, signed_in(60), {}, kNow, {.action_max_age = 60}), AuthorizeNext::kActions);
  EXPECT_EQ(decide_authorization(asked, signed_in(0), {}, kNow, {.action_max_age = 0}), AuthorizeNext::kReauthenticate);
}

// Attack class 8: an administrator in somebody's place links no account of theirs to the person, and takes no factor.
TEST(DecideAuthorization, refuses_an_action_to_who_is_in_somebodys_place) {
  auto place = signed_in(0);
  place->session.notes["IMPERSONATOR_ID"] = "user-admin";
  auto asked = request();
  EXPECT_EQ(decide_authorization(asked, place, {}, kNow), AuthorizeNext::kComplete);
  asked.kc_action = "idp_link:up";
  EXPECT_EQ(decide_authorization(asked, place, {}, kNow), AuthorizeNext::kReauthenticate);
}

TEST(DecideAuthorization, signs_on_with_a_live_session) {
  EXPECT_EQ(decide_authorization(request(), signed_in(), {}, kNow), AuthorizeNext::kComplete);
  EXPECT_EQ(decide_authorization(request(true), signed_in(), {}, kNow), AuthorizeNext::kComplete);
}

TEST(DecideAuthorization, asks_again_for_a_level_that_the_session_does_not_reach) {
  EXPECT_EQ(decide_authorization(request(true), signed_in(), {}, kNow, {.level_missing = true}),
            AuthorizeNext::kLoginRequired);
  EXPECT_EQ(decide_authorization(request(), signed_in(), {}, kNow, {.level_missing = true}), AuthorizeNext::kStepUp);
  EXPECT_EQ(decide_authorization(request(), signed_in(), {}, kNow, {}), AuthorizeNext::kComplete);
}

}  // namespace
}  // namespace cardea::oidc
