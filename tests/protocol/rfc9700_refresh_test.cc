// Refresh tokens: rotation, grace, reuse, narrowing (RFC 6749 section 6, RFC 9700 section 4.14.2, docs/adr/0004).
#include <gtest/gtest.h>

#include <thread>

#include "oidc/token/rotate_refresh.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class Refresh : public testing::TestWithParam<Engine> {
 protected:
  void rotate(int max_reuse = 0) {
    server_.change_realm([&](Realm& realm) {
      realm.revoke_refresh_token = true;
      realm.refresh_token_max_reuse = max_reuse;
    });
  }
  std::string token_of(const json::object& answer) { return std::string(answer.at("refresh_token").as_string()); }
  std::string description(const json::object& answer) { return string_or(answer, "error_description", ""); }

  Server server_{GetParam()};
  Browser browser_{server_};
};

TEST_P(Refresh, refuses_garbage_and_tokens_of_other_kinds) {
  const auto tokens = redeem(server_, sign_in(browser_));
  for (const auto& token : {std::string("x"), std::string(tokens.at("access_token").as_string()),
                            std::string(tokens.at("id_token").as_string())}) {
    EXPECT_EQ(description(refresh(server_, token, 400)), "Invalid refresh token");
  }
}

TEST_P(Refresh, refuses_a_token_of_another_client) {  // attack class 14
  const auto tokens = redeem(server_, sign_in(browser_));
  const auto answer = server_.post(
      "/token", {{"grant_type", "refresh_token"}, {"client_id", "second"}, {"refresh_token", token_of(tokens)}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(description(body_of(answer)), "Invalid refresh token. Token client and authorized client don't match");
}

TEST_P(Refresh, refuses_a_wider_scope) {
  const auto tokens = redeem(server_, sign_in(browser_));
  const auto answer = server_.post("/token", {{"grant_type", "refresh_token"},
                                              {"client_id", "app"},
                                              {"refresh_token", token_of(tokens)},
                                              {"scope", "openid optional-one"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(string_or(body_of(answer), "error", ""), "invalid_scope");
}

TEST_P(Refresh, refuses_once_the_session_is_idle_for_too_long) {
  const auto tokens = redeem(server_, sign_in(browser_));
  server_.clock.advance(seconds{1801});
  EXPECT_EQ(string_or(refresh(server_, token_of(tokens), 400), "error", ""), "invalid_grant");
}

TEST_P(Refresh, refuses_reuse_to_public_clients_of_oauth21_whatever_the_realm_says) {  // RFC 9700 section 2.2.2
  server_.add_client("spa", [](Client& client) { client.attributes["cardea.policy"] = "oauth21"; });
  const Pairs at = {{"client_id", "spa"}, {"redirect_uri", "https://spa.example/cb"}};
  const auto tokens = redeem(server_, sign_in(browser_, "ada", at), at);
  const auto again = [&](const std::string& token) {
    return server_.post("/token", {{"grant_type", "refresh_token"}, {"client_id", "spa"}, {"refresh_token", token}});
  };
  const auto second = again(token_of(tokens));
  ASSERT_EQ(second.status, 200) << second.body_text();
  server_.clock.advance(seconds{60});
  EXPECT_EQ(description(body_of(again(token_of(tokens)))), "Maximum allowed refresh token reuse exceeded");
  EXPECT_EQ(again(token_of(body_of(second))).status, 400) << "the family is gone";
}

TEST_P(Refresh, refuses_reuse_after_the_grace_and_revokes_the_family) {  // RT-4
  rotate();
  const auto first = redeem(server_, sign_in(browser_));
  const auto second = refresh(server_, token_of(first));
  server_.clock.advance(seconds{6});
  EXPECT_EQ(description(refresh(server_, token_of(first), 400)), "Maximum allowed refresh token reuse exceeded");
  EXPECT_EQ(description(refresh(server_, token_of(second), 400)), "Session doesn't have required client");
  EXPECT_NE(location_parameter(browser_.get(authorize_url({{"prompt", "none"}})), "code"), "")
      << "the browser stays signed in";
}

TEST_P(Refresh, refuses_to_call_a_token_active_whose_next_use_is_refused) {  // RFC 7662 section 4
  rotate();
  server_.add_client("portal", [](Client& client) {
    client.public_client = false;
    client.secret = SecretBytes(std::string("portal-secret"));
  });
  const Pairs at = {
      {"client_id", "portal"}, {"client_secret", "portal-secret"}, {"redirect_uri", "https://portal.example/cb"}};
  const Pairs asked = {{"client_id", "portal"}, {"redirect_uri", "https://portal.example/cb"}};
  const auto is_active = [&](const std::string& token) {
    const auto answer = server_.post("/token/introspect", {{"client_id", "portal"},
                                                           {"client_secret", "portal-secret"},
                                                           {"token", token},
                                                           {"token_type_hint", "refresh_token"}});
    return bool_or(body_of(answer), "active", false);
  };
  const auto first = redeem(server_, sign_in(browser_, "ada", asked), at);
  EXPECT_TRUE(is_active(token_of(first)));
  // Logins of the client in the same browser begin chains of their own; the one used longest ago gives way.
  for (std::size_t i = 0; i <= oidc::kOtherChainsMax; ++i) {
    EXPECT_TRUE(is_active(token_of(first))) << i;
    const auto again = browser_.get(authorize_url(asked));
    ASSERT_EQ(again.status, 302);
    EXPECT_TRUE(is_active(token_of(redeem(server_, location_parameter(again, "code"), at))));
  }
  EXPECT_FALSE(is_active(token_of(first)));
  const auto used = server_.post("/token", {{"grant_type", "refresh_token"},
                                            {"client_id", "portal"},
                                            {"client_secret", "portal-secret"},
                                            {"refresh_token", token_of(first)}});
  EXPECT_EQ(description(body_of(used)), "Invalid refresh token");
}

TEST_P(Refresh, reuse_in_one_tab_ends_the_other_tabs_too) {
  rotate();
  const auto first = redeem(server_, sign_in(browser_));
  const auto second = redeem(server_, location_parameter(browser_.get(authorize_url()), "code"));
  (void)refresh(server_, token_of(first));
  server_.clock.advance(seconds{10});
  EXPECT_EQ(description(refresh(server_, token_of(first), 400)), "Maximum allowed refresh token reuse exceeded");
  EXPECT_EQ(description(refresh(server_, token_of(second), 400)), "Session doesn't have required client");
}

TEST_P(Refresh, a_second_tab_keeps_its_own_chain) {  // as in Keycloak, which keeps one for each reuse_id
  rotate();
  auto first = redeem(server_, sign_in(browser_));
  auto second = redeem(server_, location_parameter(browser_.get(authorize_url()), "code"));
  for (int i = 0; i < 3; ++i) {
    server_.clock.advance(seconds{60});
    first = refresh(server_, token_of(first));
    server_.clock.advance(seconds{60});
    second = refresh(server_, token_of(second));
  }
  EXPECT_EQ(payload_of(token_of(first)).at("sid"), payload_of(token_of(second)).at("sid"));
}

TEST_P(Refresh, a_lost_answer_is_given_again_within_the_grace) {
  rotate();
  const auto first = redeem(server_, sign_in(browser_));
  const auto second = refresh(server_, token_of(first));
  server_.clock.advance(seconds{4});
  const auto again = refresh(server_, token_of(first));
  EXPECT_EQ(payload_of(token_of(again)).at("jti"), payload_of(token_of(second)).at("jti"));
  (void)refresh(server_, token_of(again));
}

TEST_P(Refresh, parallel_refreshes_end_with_one_successor) {
  rotate();
  const auto first = redeem(server_, sign_in(browser_));
  std::vector<std::string> ids(8);
  std::vector<std::thread> threads;
  for (auto& id : ids) {
    threads.emplace_back([&] { id = payload_of(token_of(refresh(server_, token_of(first)))).at("jti").as_string(); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& id : ids) EXPECT_EQ(id, ids.front());
}

TEST_P(Refresh, reuse_as_often_as_the_realm_allows) {
  rotate(1);
  const auto first = redeem(server_, sign_in(browser_));
  (void)refresh(server_, token_of(first));
  server_.clock.advance(seconds{60});
  (void)refresh(server_, token_of(first));
  EXPECT_EQ(description(refresh(server_, token_of(first), 400)), "Maximum allowed refresh token reuse exceeded");
}

TEST_P(Refresh, without_rotation_tokens_stay_good_until_they_expire) {
  const auto first = redeem(server_, sign_in(browser_));
  const auto second = refresh(server_, token_of(first));
  (void)refresh(server_, token_of(first));
  EXPECT_NE(payload_of(token_of(first)).at("jti"), payload_of(token_of(second)).at("jti"));
}

TEST_P(Refresh, refreshing_keeps_the_session_awake) {
  auto tokens = redeem(server_, sign_in(browser_));
  for (int i = 0; i < 6; ++i) {
    server_.clock.advance(std::chrono::minutes(20));
    tokens = refresh(server_, token_of(tokens));
  }
  const auto id = payload_of(tokens.at("id_token").as_string());
  EXPECT_FALSE(id.contains("nonce"));
  EXPECT_EQ(id.at("sid"), tokens.at("session_state"));
}

TEST_P(Refresh, tokens_issued_before_the_realms_not_before_are_stale) {
  const auto tokens = redeem(server_, sign_in(browser_));
  server_.change_realm([&](Realm& realm) { realm.not_before = epoch_seconds(server_.clock.now()) + 1; });
  EXPECT_EQ(description(refresh(server_, token_of(tokens), 400)), "Stale token");
}

INSTANTIATE_ON_EVERY_ENGINE(Refresh);

}  // namespace
}  // namespace cardea::protocol
