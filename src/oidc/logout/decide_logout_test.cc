// The table of keycloak.md section 1.14, as measured on a Keycloak 26.7.4 (RP-Initiated Logout 1.0; LO-1 to LO-10).
#include "oidc/logout/decide_logout.h"

#include <gtest/gtest.h>

namespace cardea::oidc {
namespace {

constexpr std::string_view kTarget = "https://app.example/bye";

struct DecideLogout : ::testing::Test {
  Client client;
  LogoutInput input;

  DecideLogout() {
    client.client_id = "app";
    client.redirect_uris = {"https://app.example/*"};
    input.client = &client;
    input.server_base = "https://id.example";
  }
  void with_hint(std::string session = "s-1") {
    input.has_hint = true;
    input.hint = LogoutHint{.session = SessionId(std::move(session)), .user = UserId("ada"), .client_id = "app"};
  }
  void with_live(std::string session = "s-1") { input.browser_session = SessionId(std::move(session)); }
  void with_target(std::string_view target = kTarget) { input.post_logout_redirect_uri = target; }

  std::string decide() {
    const auto decision = decide_logout(input);
    if (const auto* refusal = std::get_if<RefuseLogout>(&decision)) return std::string(refusal->message);
    if (std::holds_alternative<ConfirmLogout>(decision)) return "confirm";
    const auto& end = std::get<EndSession>(decision);
    return (end.session ? "end " + end.session->str() : std::string("end nothing")) +
           (end.to_target ? ", go" : ", stay");
  }
};

TEST_F(DecideLogout, refuses_hints_that_are_not_ours) {
  input.has_hint = true;
  EXPECT_EQ(decide(), "Invalid parameter: id_token_hint");
  with_live();
  with_target();
  input.client_id = "app";
  EXPECT_EQ(decide(), "Invalid parameter: id_token_hint");
}

TEST_F(DecideLogout, refuses_hints_of_another_client) {
  with_hint();
  input.client_id = "other";
  EXPECT_EQ(decide(), "Invalid parameter: id_token_hint");
}

TEST_F(DecideLogout, refuses_targets_that_belong_to_nobody) {
  with_target();
  EXPECT_EQ(decide(), "Missing parameters: id_token_hint");
  with_live();
  EXPECT_EQ(decide(), "Missing parameters: id_token_hint");
}

// Attack class 2: no redirect to where the client did not register.
TEST_F(DecideLogout, refuses_targets_that_are_not_registered) {
  for (const auto* target : {"https://evil.example/", "https://app.example@evil.example/", "javascript:alert(1)",
                             "/bye", "https://app.example/../x", "https://app.example\\@evil.example/"}) {
    with_hint();
    with_target(target);
    EXPECT_EQ(decide(), "Invalid redirect uri") << target;
    input.hint.reset();
    input.has_hint = false;
    input.client_id = "app";
    EXPECT_EQ(decide(), "Invalid redirect uri") << target;
    input.client_id = "";
  }
}

TEST_F(DecideLogout, refuses_targets_of_unknown_and_disabled_clients) {
  with_target();
  input.client_id = "app";
  client.enabled = false;
  EXPECT_EQ(decide(), "Invalid redirect uri");
  input.client = nullptr;
  EXPECT_EQ(decide(), "Invalid redirect uri");
}

// LO-3, LO-10: a link of another site never ends a session by itself.
TEST_F(DecideLogout, refuses_to_end_a_live_session_without_hint) {
  with_live();
  EXPECT_EQ(decide(), "confirm");
  input.client_id = "app";
  EXPECT_EQ(decide(), "confirm");
  with_target();
  EXPECT_EQ(decide(), "confirm");
}

TEST_F(DecideLogout, refuses_to_end_a_live_session_by_a_hint_of_another) {
  with_hint("s-2");
  with_live("s-1");
  with_target();
  EXPECT_EQ(decide(), "confirm");
  with_hint("");
  EXPECT_EQ(decide(), "confirm");
}

TEST_F(DecideLogout, ends_the_session_of_the_hint) {
  with_hint();
  EXPECT_EQ(decide(), "end s-1, stay");
  with_target();
  EXPECT_EQ(decide(), "end s-1, go");
  with_live();
  EXPECT_EQ(decide(), "end s-1, go");
  input.client_id = "app";
  EXPECT_EQ(decide(), "end s-1, go");
  input.post_logout_redirect_uri.reset();
  EXPECT_EQ(decide(), "end s-1, stay");
}

TEST_F(DecideLogout, refuses_to_end_a_session_by_the_old_parameter_unless_the_operator_lets_it) {
  input.client_id = "app";
  with_live();
  with_target();
  EXPECT_EQ(decide(), "confirm");
  input.legacy_without_question = true;
  EXPECT_EQ(decide(), "end s-1, go");
  with_target("https://evil.example/");
  EXPECT_EQ(decide(), "Invalid redirect uri");
}

TEST_F(DecideLogout, goes_to_the_target_when_nobody_is_signed_in) {
  input.client_id = "app";
  with_target();
  EXPECT_EQ(decide(), "end nothing, go");
  input.post_logout_redirect_uri.reset();
  EXPECT_EQ(decide(), "confirm");
  input.client_id = "";
  EXPECT_EQ(decide(), "confirm");
}

TEST_F(DecideLogout, stays_on_our_page_when_the_client_wants_that) {
  client.attributes["logout.confirmation.enabled"] = "true";
  with_hint();
  with_live();
  with_target();
  EXPECT_EQ(decide(), "end s-1, stay");
}

}  // namespace
}  // namespace cardea::oidc
