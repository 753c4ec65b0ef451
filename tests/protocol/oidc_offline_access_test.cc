// Scope offline_access (OpenID Connect Core section 11; keycloak.md sections 1.9, 2.4 and 2.5).
#include <gtest/gtest.h>

#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

using std::chrono::days;
using std::chrono::hours;

class OfflineAccess : public testing::TestWithParam<Engine> {
 protected:
  json::object offline_tokens() { return redeem(server_, sign_in(browser_, "ada", {{"scope", kScope}})); }
  static std::string token_of(const json::object& answer, std::string_view name = "refresh_token") {
    return std::string(answer.at(name).as_string());
  }
  static std::string description(const json::object& answer) { return string_or(answer, "error_description", ""); }
  int userinfo(const std::string& token) {
    return server_.get("/userinfo", {{"Authorization", "Bearer " + token}}).status;
  }
  /// The browser signs on at another client without a page.
  json::object second_client() {
    const auto answer =
        browser_.get(authorize_url({{"client_id", "second"}, {"redirect_uri", "https://second.example/cb"}}));
    return redeem(server_, location_parameter(answer, "code"),
                  {{"client_id", "second"}, {"redirect_uri", "https://second.example/cb"}});
  }
  bool is_signed_on() {
    return location_parameter(browser_.get(authorize_url({{"prompt", "none"}})), "error") != "login_required";
  }

  void purge() {
    for (const auto kind : kAllExpiring) {
      EXPECT_TRUE(write_to(server_.repositories.store, [&](Tx& tx) {
        return server_.repositories.purge.purge(tx, kind, server_.clock.now(), 100);
      }));
    }
  }

  static constexpr const char* kScope = "openid offline_access";
  Server server_{GetParam()};
  Browser browser_{server_};
};

TEST_P(OfflineAccess, refuses_people_without_the_role) {
  const auto code = sign_in(browser_, "ada", {{"scope", kScope}});
  const auto answer = server_.post("/token", {{"grant_type", "authorization_code"},
                                              {"client_id", "app"},
                                              {"code", code},
                                              {"redirect_uri", "https://app.example/cb"},
                                              {"code_verifier", kVerifier}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(string_or(body_of(answer), "error", ""), "not_allowed");
  EXPECT_EQ(description(body_of(answer)), "Offline tokens not allowed for the user or client");
}

TEST_P(OfflineAccess, refuses_clients_without_the_scope) {
  server_.allow_offline();
  const auto answer = browser_.get(authorize_url({{"scope", "openid offline-access"}}));
  EXPECT_EQ(location_parameter(answer, "error"), "invalid_scope");
}

TEST_P(OfflineAccess, refuses_a_session_that_was_idle_for_too_long) {
  server_.allow_offline();
  const auto tokens = offline_tokens();
  server_.clock.advance(hours{900});
  EXPECT_EQ(description(refresh(server_, token_of(tokens), 400)), "Offline session not active");
}

TEST_P(OfflineAccess, refuses_beyond_the_maximum_where_the_realm_has_one) {
  server_.change_realm([](Realm& realm) {
    realm.offline_session_max_enabled = true;
    realm.lifespans.offline_session_max = hours{48};
  });
  server_.allow_offline();
  const auto tokens = offline_tokens();
  EXPECT_EQ(tokens.at("refresh_expires_in").as_int64(), 48 * 3600);
  EXPECT_EQ(payload_of(token_of(tokens)).at("exp").as_int64(), epoch_seconds(server_.clock.now() + hours{48}));
  server_.clock.advance(hours{48});
  EXPECT_EQ(string_or(refresh(server_, token_of(tokens), 400), "error", ""), "invalid_grant");
}

TEST_P(OfflineAccess, refuses_a_revoked_token) {
  server_.allow_offline();
  const auto tokens = offline_tokens();
  EXPECT_EQ(server_.post("/revoke", {{"client_id", "app"}, {"token", token_of(tokens)}}).status, 200);
  EXPECT_EQ(description(refresh(server_, token_of(tokens), 400)), "Offline user session not found");
  EXPECT_EQ(userinfo(token_of(tokens, "access_token")), 401);
}

TEST_P(OfflineAccess, refuses_after_logout_with_the_offline_token) {
  server_.allow_offline();
  (void)redeem(server_, sign_in(browser_));
  const auto tokens = redeem(server_, location_parameter(browser_.get(authorize_url({{"scope", kScope}})), "code"));
  EXPECT_EQ(server_.post("/logout", {{"client_id", "app"}, {"refresh_token", token_of(tokens)}}).status, 204);
  EXPECT_EQ(description(refresh(server_, token_of(tokens), 400)), "Offline user session not found");
  EXPECT_FALSE(is_signed_on());
}

TEST_P(OfflineAccess, refuses_tokens_from_before_a_not_before) {
  server_.allow_offline();
  const auto tokens = offline_tokens();
  server_.clock.advance(seconds{10});
  server_.change_realm([&](Realm& realm) { realm.not_before = epoch_seconds(server_.clock.now()); });
  EXPECT_EQ(description(refresh(server_, token_of(tokens), 400)), "Stale token");
}

TEST_P(OfflineAccess, refuses_an_offline_token_as_a_bearer_token) {
  server_.allow_offline();
  EXPECT_EQ(userinfo(token_of(offline_tokens())), 401);
}

TEST_P(OfflineAccess, refuses_reuse_where_tokens_rotate) {  // RFC 9700 section 4.14.2
  server_.change_realm([](Realm& realm) { realm.revoke_refresh_token = true; });
  server_.allow_offline();
  const auto first = offline_tokens();
  const auto second = refresh(server_, token_of(first));
  server_.clock.advance(seconds{60});
  EXPECT_EQ(description(refresh(server_, token_of(first), 400)), "Maximum allowed refresh token reuse exceeded");
  EXPECT_EQ(description(refresh(server_, token_of(second), 400)), "Offline user session not found");
}

TEST_P(OfflineAccess, tokens_have_the_shape_that_keycloak_gives_them) {
  server_.allow_offline();
  const auto tokens = offline_tokens();
  EXPECT_EQ(tokens.at("refresh_expires_in").as_int64(), 0);
  const auto offline = payload_of(token_of(tokens));
  EXPECT_EQ(offline.at("typ"), "Offline");
  EXPECT_FALSE(offline.contains("exp"));
  EXPECT_NE(string_or(offline, "scope", "").find("offline_access"), std::string::npos);
  const auto access = payload_of(token_of(tokens, "access_token"));
  EXPECT_EQ(string_or(access, "jti", "").substr(0, 7), "ofrtac:");
  EXPECT_EQ(access.at("sid"), tokens.at("session_state"));
}

TEST_P(OfflineAccess, outlives_the_browser_session_and_its_logout) {
  server_.allow_offline();
  const auto online = redeem(server_, sign_in(browser_));
  const auto tokens = redeem(server_, location_parameter(browser_.get(authorize_url({{"scope", kScope}})), "code"));
  EXPECT_EQ(online.at("session_state"), tokens.at("session_state"));
  EXPECT_EQ(server_.post("/logout", {{"client_id", "app"}, {"refresh_token", token_of(online)}}).status, 204);
  EXPECT_EQ(string_or(refresh(server_, token_of(online), 400), "error", ""), "invalid_grant");
  EXPECT_EQ(userinfo(token_of(online, "access_token")), 401) << "the browser's own token ends with its session";
  server_.clock.advance(days{20});
  const auto fresh = refresh(server_, token_of(tokens));
  EXPECT_EQ(userinfo(token_of(fresh, "access_token")), 200);
  EXPECT_EQ(payload_of(token_of(fresh)).at("typ"), "Offline");
}

TEST_P(OfflineAccess, use_keeps_it_alive_beyond_its_idle_time) {
  server_.allow_offline();
  const auto tokens = offline_tokens();
  for (int month = 0; month < 4; ++month) {
    server_.clock.advance(days{29});
    purge();
    EXPECT_EQ(refresh(server_, token_of(tokens)).at("refresh_expires_in").as_int64(), 0) << month;
  }
}

TEST_P(OfflineAccess, only_the_offline_session_is_left_when_it_was_the_first) {  // keycloak.md section 2.4
  server_.allow_offline();
  (void)offline_tokens();
  EXPECT_FALSE(is_signed_on());
}

TEST_P(OfflineAccess, the_browser_session_stays_when_another_client_is_in_it) {
  server_.allow_offline();
  (void)redeem(server_, sign_in(browser_));
  const auto second = second_client();
  (void)redeem(server_, location_parameter(browser_.get(authorize_url({{"scope", kScope}})), "code"));
  EXPECT_TRUE(is_signed_on());
  EXPECT_EQ(userinfo(token_of(second, "access_token")), 200);
}

TEST_P(OfflineAccess, the_password_grant_gives_it_too) {
  server_.allow_offline();
  const auto answer = server_.post("/token", {{"grant_type", "password"},
                                              {"client_id", "app"},
                                              {"username", "ada"},
                                              {"password", "correct-horse"},
                                              {"scope", kScope}});
  ASSERT_EQ(answer.status, 200) << answer.body_text();
  server_.clock.advance(days{2});
  EXPECT_EQ(userinfo(token_of(refresh(server_, token_of(body_of(answer))), "access_token")), 200);
}

INSTANTIATE_ON_EVERY_ENGINE(OfflineAccess);

}  // namespace
}  // namespace cardea::protocol
