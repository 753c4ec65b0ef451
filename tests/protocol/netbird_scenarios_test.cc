// Scenarios of the guide "Using NetBird with Keycloak" (guides.md G4) that are about time and people: what NetBird's
// dashboard meets during a day.
#include <gtest/gtest.h>

#include "crypto/hash.h"
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
      return users.set_enabled(tx, (*user)->id, false);
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

/// The guide's scope with its Audience mapper is there and the client does not have it as Default: what asks for the
/// audience, as NetBird's dashboard and command line do, gets it all the same, and nothing that the client may not
/// have.
TEST_P(NetBird, G4_03_no_audience_mapper_by_default_and_the_audience_asked_for) {
  const auto scope_of = [&](const std::string& name, const std::string& audience) {
    ClientScope scope;
    scope.id = ScopeId("scope-" + name);
    scope.name = name;
    scope.attributes["include.in.token.scope"] = "false";
    scope.mappers.push_back({.id = "m-" + name,
                             .name = "audience",
                             .provider = "oidc-audience-mapper",
                             .config = {{"included.client.audience", audience}, {"access.token.claim", "true"}}});
    EXPECT_TRUE(server_.repositories.store.write(
        [&](Tx& tx) { return server_.repositories.scopes.insert(tx, server_.realm()->realm.id, scope); }));
    return scope.id;
  };
  const auto allowed = scope_of("netbird-client-audience", "netbird-client");
  const auto foreign = scope_of("other-audience", "other-api");  // which the client does not have
  server_.change_realm([](Realm&) {});
  server_.add_client("netbird-client", [&](Client& client) {
    // The harness gives every scope of the realm as Default.
    std::erase_if(client.default_scopes, [&](const ScopeId& id) { return id == allowed || id == foreign; });
    client.optional_scopes.push_back(allowed);
    client.attributes["oauth2.device.authorization.grant.enabled"] = "true";
  });
  const auto audiences_of = [](const json::object& tokens) {
    const auto claims = payload_of(text(tokens, "access_token"));
    const auto* aud = claims.if_contains("aud");
    return aud == nullptr ? std::string() : json::serialize(*aud);
  };
  const Pairs at = {{"client_id", "netbird-client"}, {"redirect_uri", "https://netbird-client.example/cb"}};
  const auto asking = [&](const std::string& audience) {
    auto changes = at;
    changes.emplace_back("audience", audience);
    Browser browser(server_);
    return redeem(server_, sign_in(browser, "ada", changes), at);
  };
  EXPECT_EQ(audiences_of(asking("")).find("netbird-client"), std::string::npos);
  EXPECT_EQ(audiences_of(asking("other-api")).find("other-api"), std::string::npos) << "no audience of others";
  const auto tokens = asking("netbird-client");
  EXPECT_NE(audiences_of(tokens).find(R"("netbird-client")"), std::string::npos);
  const auto renewed = body_of(server_.post("/token", {{"grant_type", "refresh_token"},
                                                       {"client_id", "netbird-client"},
                                                       {"refresh_token", text(tokens, "refresh_token")}}));
  EXPECT_NE(audiences_of(renewed).find(R"("netbird-client")"), std::string::npos) << "and after a refresh";
  const auto device = server_.post(
      "/auth/device", {{"client_id", "netbird-client"}, {"scope", "openid"}, {"audience", "netbird-client"}});
  EXPECT_EQ(device.status, 200) << device.body_text();
  const auto stored = read_from(server_.repositories.store, [&](Rows& rows) {
    return server_.repositories.device_codes.find(
        rows, server_.realm()->realm.id, crypto::sha256_base64url(string_or(body_of(device), "device_code", "")));
  });
  ASSERT_TRUE(stored && *stored);
  EXPECT_NE((*stored)->scope.find("netbird-client-audience"), std::string::npos);
}

INSTANTIATE_ON_EVERY_ENGINE(NetBird);

}  // namespace
}  // namespace cardea::protocol
