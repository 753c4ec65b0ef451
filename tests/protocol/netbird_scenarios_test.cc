// Scenarios of the guide "Using NetBird with Keycloak" (guides.md G4) that are about time and people: what NetBird's
// dashboard meets during a day.
#include <gtest/gtest.h>

#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class NetBird : public testing::TestWithParam<Engine> {
 protected:
  static std::string text(const json::object& answer, std::string_view name) { return string_or(answer, name, ""); }
  void disable(std::string_view username) {
    const auto done = server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      auto& users = server_.repositories.users;
      auto user = users.find_by_username(tx, server_.realm()->realm.id, username);
      if (!user) return refuse(user.error());
      (*user)->enabled = false;
      return users.update(tx, **user, false);
    });
    ASSERT_TRUE(done);
  }
  Server server_{GetParam()};
  Browser browser_{server_};
};

TEST_P(NetBird, G4_25_refuses_sign_in_and_refresh_to_a_disabled_person) {
  const auto tokens = redeem(server_, sign_in(browser_));
  disable("ada");
  const auto refused = refresh(server_, text(tokens, "refresh_token"), 400);
  EXPECT_EQ(text(refused, "error"), "invalid_grant");
  EXPECT_EQ(server_.get("/userinfo", {{"Authorization", "Bearer " + text(tokens, "access_token")}}).status, 401);
  Browser another(server_);
  const auto page = another.submit(another.get(authorize_url()), {{"username", "ada"}, {"password", "correct-horse"}});
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(location(page), "");
  EXPECT_FALSE(another.cookie("KEYCLOAK_IDENTITY"));
  // The session of before gives no code without a page either.
  const auto silent = browser_.get(authorize_url({{"prompt", "none"}}));
  EXPECT_EQ(location_parameter(silent, "code"), "");
  EXPECT_EQ(location_parameter(silent, "error"), "login_required");
}

TEST_P(NetBird, G4_26_two_tabs_stay_signed_in_for_an_hour) {
  server_.change_realm([](Realm& realm) { realm.revoke_refresh_token = true; });  // every refresh token is used once
  auto tokens = redeem(server_, sign_in(browser_));
  for (int minutes = 0; minutes < 60; minutes += 5) {
    EXPECT_EQ(tokens.at("expires_in").as_int64(), 300);
    server_.clock.advance(std::chrono::minutes(5));
    const auto token = text(tokens, "refresh_token");
    const auto one = refresh(server_, token);
    server_.clock.advance(seconds{2});
    const auto two = refresh(server_, token);  // the other tab, which read the same token
    EXPECT_NE(text(one, "refresh_token"), token);
    // Neither logs the other out: what each of them holds now is good.
    EXPECT_EQ(server_.get("/userinfo", {{"Authorization", "Bearer " + text(one, "access_token")}}).status, 200);
    tokens = minutes % 10 == 0 ? one : two;
  }
}

TEST_P(NetBird, G4_12_dates_tokens_back_for_a_clock_that_is_behind) {
  server_.add_client("behind", [](Client& client) { client.attributes["cardea.iat.backdate.seconds"] = "5"; });
  const Pairs at = {{"client_id", "behind"}, {"redirect_uri", "https://behind.example/cb"}};
  const auto tokens = redeem(server_, sign_in(browser_, "ada", at), at);
  const auto now = epoch_seconds(server_.clock.now());
  for (const auto* name : {"access_token", "id_token"}) {
    const auto claims = payload_of(text(tokens, name));
    EXPECT_EQ(claims.at("iat").as_int64(), now - 5) << name;
    EXPECT_EQ(claims.at("exp").as_int64(), now + 300) << name;
  }
  Browser another(server_);
  const auto others = redeem(server_, sign_in(another));
  EXPECT_EQ(payload_of(text(others, "access_token")).at("iat").as_int64(), now);
}

INSTANTIATE_ON_EVERY_ENGINE(NetBird);

}  // namespace
}  // namespace cardea::protocol
