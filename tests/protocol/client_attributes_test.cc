// Attributes of clients that change what the token and the authorization endpoint say (keycloak.md section 5.2), one
// row each, at the wire.
#include <gtest/gtest.h>

#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class ClientAttributes : public testing::Test {
 protected:
  /// The answer of the password grant to a client with these attributes.
  web::Response tokens_of(const Pairs& attributes) {
    const auto id = "client-" + std::to_string(++made_);
    server_.add_client(id, [&](Client& client) {
      for (const auto& [name, value] : attributes) client.attributes[name] = value;
    });
    return server_.post("/token", {{"grant_type", "password"},
                                   {"client_id", id},
                                   {"username", "ada"},
                                   {"password", "correct-horse"},
                                   {"scope", "openid"}});
  }
  std::int64_t member(const Pairs& attributes, std::string_view name) {
    return body_of(tokens_of(attributes)).at(name).as_int64();
  }
  /// The answer of the authorization endpoint to a client with this attribute, once somebody signed in.
  web::Response authorized_with(const std::string& attribute) {
    const auto id = "client-" + std::to_string(++made_);
    server_.add_client(id, [&](Client& client) {
      if (!attribute.empty()) client.attributes[attribute] = "true";
    });
    const auto url = authorize_url({{"client_id", id}, {"redirect_uri", "https://" + id + ".example/cb"}});
    Browser browser(server_);
    return browser.submit(browser.get(url), {{"username", "ada"}, {"password", "correct-horse"}});
  }

  Server server_;
  int made_ = 0;
};

TEST_F(ClientAttributes, refuses_tokens_in_an_algorithm_the_realm_has_no_key_for) {
  EXPECT_EQ(tokens_of({{"access.token.signed.response.alg", "PS512"}}).status, 500);
  EXPECT_EQ(tokens_of({{"id.token.signed.response.alg", "PS512"}}).status, 500);
}

TEST_F(ClientAttributes, signature_algorithms_stand_before_the_realms) {
  server_.change_realm([](Realm& realm) { realm.default_signature_algorithm = "PS512"; });
  EXPECT_EQ(tokens_of({}).status, 500) << "the realm has no such key";
  EXPECT_EQ(tokens_of({{"access.token.signed.response.alg", "ES256"}}).status, 500) << "the ID token is the realm's";
  EXPECT_EQ(tokens_of({{"id.token.signed.response.alg", "ES256"}}).status, 500) << "the access token is the realm's";
  EXPECT_EQ(
      tokens_of({{"access.token.signed.response.alg", "ES256"}, {"id.token.signed.response.alg", "ES256"}}).status,
      200);
}

TEST_F(ClientAttributes, refuses_other_tokens_of_the_realms_secret_and_takes_access_tokens_signed_with_it) {
  const auto tokens = body_of(tokens_of({{"access.token.signed.response.alg", "HS512"}}));
  const auto userinfo = [&](const char* kind) {
    return server_.get("/userinfo", {{"Authorization", "Bearer " + std::string(tokens.at(kind).as_string())}}).status;
  };
  EXPECT_EQ(userinfo("refresh_token"), 401);
  EXPECT_EQ(userinfo("id_token"), 401);
  EXPECT_EQ(userinfo("access_token"), 200);
}

TEST_F(ClientAttributes, token_type_in_lower_case) {
  EXPECT_EQ(body_of(tokens_of({})).at("token_type"), "Bearer");
  EXPECT_EQ(body_of(tokens_of({{"token.response.type.bearer.lower-case", "true"}})).at("token_type"), "bearer");
}

TEST_F(ClientAttributes, life_of_access_tokens) {
  const auto usual = member({}, "expires_in");
  EXPECT_EQ(usual, 300);
  EXPECT_EQ(member({{"access.token.lifespan", "77"}}, "expires_in"), 77);
  EXPECT_EQ(member({{"access.token.lifespan", "soon"}}, "expires_in"), usual);
  const auto longest = server_.realm()->realm.lifespans.sso_session_max.count();
  EXPECT_EQ(member({{"access.token.lifespan", "-1"}}, "expires_in"), longest) << "as long as the session may last";
}

TEST_F(ClientAttributes, idle_time_of_the_clients_share_in_a_session) {
  const auto usual = member({}, "refresh_expires_in");
  EXPECT_EQ(member({{"client.session.idle.timeout", "90"}}, "refresh_expires_in"), 90);
  EXPECT_EQ(member({{"client.session.max.lifespan", "60"}}, "refresh_expires_in"), 60);
  EXPECT_EQ(member({{"client.session.idle.timeout", "999999"}}, "refresh_expires_in"), usual)
      << "never beyond the realm's";
}

TEST_F(ClientAttributes, no_refresh_token_where_it_is_not_wanted) {
  EXPECT_TRUE(body_of(tokens_of({})).contains("refresh_token"));
  EXPECT_FALSE(body_of(tokens_of({{"use.refresh.tokens", "false"}})).contains("refresh_token"));
}

TEST_F(ClientAttributes, answers_leave_out_what_old_clients_do_not_take) {
  const auto usual = authorized_with("");
  ASSERT_EQ(usual.status, 302);
  EXPECT_EQ(location_parameter(usual, "iss"), kIssuer);
  EXPECT_FALSE(location_parameter(usual, "session_state").empty());
  EXPECT_FALSE(location_parameter(usual, "code").empty());
  const auto without_issuer = authorized_with("exclude.issuer.from.auth.response");
  EXPECT_EQ(location_parameter(without_issuer, "iss"), "");
  EXPECT_FALSE(location_parameter(without_issuer, "code").empty());
  const auto without_state = authorized_with("exclude.session.state.from.auth.response");
  EXPECT_EQ(location_parameter(without_state, "session_state"), "");
  EXPECT_EQ(location_parameter(without_state, "iss"), kIssuer);
}

}  // namespace
}  // namespace cardea::protocol
