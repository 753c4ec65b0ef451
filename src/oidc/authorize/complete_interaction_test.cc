// The end of a login whose proof went away on the last step: nobody is signed in by it (attack class 28).
#include <gmock/gmock.h>

#include "core/proof_holds.h"
#include "oidc/authorize/authorize_endpoint.h"
#include "tests/support/oidc_world.h"

namespace cardea::oidc {
namespace {

using testing::HasSubstr;
using testing::Not;

class CompleteInteraction : public testing::Test {
 protected:
  CompleteInteraction() { world_.add_client("app"); }

  web::Response complete(const Authentication& proven, const std::string& cookies, AuthorizationRequest request = {}) {
    request.client = ClientId("demo-client-app");
    request.client_id = "app";
    request.redirect_uri = "https://app.example/cb";
    request.scope = "openid";
    http_ = OidcWorld::request(web::Method::kPost, "/realms/demo/login-actions/consent", {{"Cookie", cookies}});
    http_.scheme = "https";
    http_.host = "id.example";
    return web::run(
        complete_interaction(world_.dependencies(), http_, *world_.settings().load_realm("demo"), request, proven));
  }
  Authentication proven(const SignedIn& in) const {
    return {.user = in.session.user, .auth_time = in.session.auth_time, .session = in.session.id};
  }
  void end(const SignedIn& in) {
    ASSERT_TRUE(world_.store().write([&](Tx& tx) -> Stored<void> {
      const auto gone = world_.store().repositories().sessions.remove(tx, in.session.realm, in.session.id);
      return gone ? Stored<void>() : refuse(gone.error());
    }));
  }
  static void expect_refused(const web::Response& answer) {
    EXPECT_THAT(header_of(answer, "Location"), HasSubstr("error=login_required"));
    EXPECT_THAT(header_of(answer, "Location"), Not(HasSubstr("code=")));
    EXPECT_EQ(header_of(answer, "Set-Cookie"), "");
  }

  OidcWorld world_;
  web::Request http_;
};

TEST_F(CompleteInteraction, refuses_when_the_session_it_stands_on_was_ended) {
  const auto in = world_.sign_in("app");
  end(in);
  expect_refused(complete(proven(in), in.cookies));
}

TEST_F(CompleteInteraction, refuses_in_a_browser_that_is_signed_in_as_somebody_else_by_now) {
  world_.add_user("bob", true);
  const auto ada = world_.sign_in("app");
  const auto bob = world_.sign_in("app", "bob");
  expect_refused(complete(proven(ada), bob.cookies));
  expect_refused(complete(proven(ada), ""));
  EXPECT_TRUE(world_.is_alive(bob.session)) << "and leaves their session alone";
}

// A client that was held to more while the person typed gets nothing that it could not ask for now.
TEST_F(CompleteInteraction, refuses_what_the_client_may_not_ask_for_any_more) {
  const auto in = world_.sign_in("app");
  AuthorizationRequest tokens;
  tokens.response_type = "id_token token";
  tokens.nonce = "n";
  const auto refuses = [&](std::string_view why, const std::function<void(Client&)>& change) {
    auto client = world_.make_client("app");
    client.implicit_flow_enabled = true;
    change(client);
    world_.update_client(client);
    const auto answer = complete(proven(in), in.cookies, tokens);
    EXPECT_EQ(answer.status, 400) << why;
    EXPECT_EQ(header_of(answer, "Location"), "") << why;
  };
  refuses("no implicit flow", [](Client& client) { client.implicit_flow_enabled = false; });
  refuses("code only", [](Client& client) { client.attributes["cardea.policy"] = "fapi2"; });
  refuses("tokens bound to a key", [](Client& client) { client.attributes["dpop.bound.access.tokens"] = "true"; });
  refuses("another protocol", [](Client& client) { client.protocol = "saml"; });
}

TEST_F(CompleteInteraction, a_devices_login_is_refused_on_our_own_page) {
  const auto in = world_.sign_in("app");
  end(in);
  auto client = world_.make_client("tv");
  client.attributes["oauth2.device.authorization.grant.enabled"] = "true";
  world_.add_client(client);
  AuthorizationRequest request;
  request.device_user_code = "BCDF-GHJK";
  request.client = client.id;
  request.client_id = "tv";
  http_ =
      OidcWorld::request(web::Method::kPost, "/realms/demo/login-actions/required-action", {{"Cookie", in.cookies}});
  http_.scheme = "https";
  http_.host = "id.example";
  const auto answer = web::run(
      complete_interaction(world_.dependencies(), http_, *world_.settings().load_realm("demo"), request, proven(in)));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(header_of(answer, "Set-Cookie"), "");
}

TEST_F(CompleteInteraction, refuses_a_password_that_was_changed_and_a_person_who_is_gone_or_disabled) {
  Authentication fresh{.user = UserId("demo-user-ada"), .auth_time = epoch_seconds(world_.clock.now())};
  fresh.credential_stamp = 5;
  expect_refused(complete(fresh, ""));
  fresh.credential_stamp = credential_stamp(std::nullopt);
  EXPECT_THAT(header_of(complete(fresh, ""), "Location"), HasSubstr("code="));
  fresh.user = UserId("demo-user-nobody");
  expect_refused(complete(fresh, ""));
  world_.add_user("eve", false);
  fresh.user = UserId("demo-user-eve");
  expect_refused(complete(fresh, ""));
}

TEST_F(CompleteInteraction, refuses_a_proof_from_before_the_persons_not_before) {
  ASSERT_TRUE(world_.store().write([&](Tx& tx) -> Stored<void> {
    return world_.store().repositories().users.set_not_before(tx, UserId("demo-user-ada"),
                                                              epoch_seconds(world_.clock.now()) + 1);
  }));
  expect_refused(complete({.user = UserId("demo-user-ada"), .auth_time = epoch_seconds(world_.clock.now())}, ""));
}

TEST_F(CompleteInteraction, refuses_what_was_not_consented_to_any_more) {
  auto shop = world_.make_client("shop");
  shop.consent_required = true;
  world_.add_client(shop);
  const auto in = world_.sign_in("app");
  http_ = OidcWorld::request(web::Method::kPost, "/realms/demo/login-actions/consent", {{"Cookie", in.cookies}});
  http_.scheme = "https";
  http_.host = "id.example";
  AuthorizationRequest request;
  request.client = shop.id;
  request.client_id = "shop";
  request.redirect_uri = "https://shop.example/cb";
  request.scope = "openid profile";
  const auto answer = web::run(
      complete_interaction(world_.dependencies(), http_, *world_.settings().load_realm("demo"), request, proven(in)));
  EXPECT_THAT(header_of(answer, "Location"), HasSubstr("error=interaction_required"));
  EXPECT_THAT(header_of(answer, "Location"), Not(HasSubstr("code=")));
}

TEST_F(CompleteInteraction, refuses_an_essential_acr_that_was_not_reached) {  // OpenID Connect Core section 5.5.1.1
  const Authentication fresh{.user = UserId("demo-user-ada"), .auth_time = epoch_seconds(world_.clock.now())};
  AuthorizationRequest request;
  request.acr_values = "2";
  EXPECT_THAT(header_of(complete(fresh, "", request), "Location"), HasSubstr("code=")) << "a wish";
  request.acr_essential = true;
  EXPECT_THAT(header_of(complete(fresh, "", request), "Location"),
              HasSubstr("error=unmet_authentication_requirements"));
  request.acr_values = "1";
  EXPECT_THAT(header_of(complete(fresh, "", request), "Location"), HasSubstr("code="));
}

TEST_F(CompleteInteraction, goes_on_in_the_session_it_stands_on) {
  const auto in = world_.sign_in("app");
  EXPECT_THAT(header_of(complete(proven(in), in.cookies), "Location"), HasSubstr("code="));
  EXPECT_TRUE(world_.is_alive(in.session));
}

}  // namespace
}  // namespace cardea::oidc
