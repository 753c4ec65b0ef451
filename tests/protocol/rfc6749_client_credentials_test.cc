// client_credentials with a session of its own (attribute client_credentials.use_refresh_token; keycloak.md
// section 1.9).
#include <gtest/gtest.h>

#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class ClientCredentials : public testing::TestWithParam<Engine> {
 protected:
  json::object tokens(const std::map<std::string, std::string>& attributes) {
    const Client client = add(attributes);
    const auto answer = server_.post(
        "/token",
        {{"grant_type", "client_credentials"}, {"client_id", client.client_id}, {"client_secret", "robot-secret"}});
    EXPECT_EQ(answer.status, 200) << answer.body_text();
    return body_of(answer);
  }
  Client add(const std::map<std::string, std::string>& attributes) {
    Client kept;
    server_.add_client("robot", [&](Client& client) {
      client.public_client = false;
      client.secret = SecretBytes(std::string("robot-secret"));
      client.service_accounts_enabled = true;
      client.attributes = attributes;
    });
    kept.client_id = "robot";
    User user;
    user.id = UserId("user-robot");
    user.realm = RealmId("realm-demo");
    user.username = "service-account-robot";
    user.service_account_client = ClientId("client-robot");
    EXPECT_TRUE(
        server_.repositories.store.write([&](Tx& tx) { return server_.repositories.users.insert(tx, user, false); }));
    return kept;
  }
  json::object refreshed(const json::object& answer, int status) {
    const auto again = server_.post("/token", {{"grant_type", "refresh_token"},
                                               {"client_id", "robot"},
                                               {"client_secret", "robot-secret"},
                                               {"refresh_token", string_or(answer, "refresh_token", "")}});
    EXPECT_EQ(again.status, status) << again.body_text();
    return body_of(again);
  }

  Server server_{GetParam()};
};

TEST_P(ClientCredentials, refuses_a_refresh_token_unless_the_client_asks_for_one) {
  const auto answer = tokens({});
  EXPECT_FALSE(answer.contains("refresh_token"));
  EXPECT_FALSE(answer.contains("session_state"));
  EXPECT_EQ(answer.at("refresh_expires_in").as_int64(), 0);
}

// An imported client may have a secret whose end was written down where no policy is here.
TEST_P(ClientCredentials, refuses_a_secret_past_its_end_without_any_policy) {
  const auto end = epoch_seconds(server_.clock.now()) + 100;
  tokens({{"client.secret.expiration.time", std::to_string(end)}});
  server_.clock.advance(seconds(101));
  const auto refused = server_.post(
      "/token", {{"grant_type", "client_credentials"}, {"client_id", "robot"}, {"client_secret", "robot-secret"}});
  EXPECT_EQ(refused.status, 401) << refused.body_text();
  EXPECT_TRUE(server_.log.contains("secret_ended"));
}

TEST_P(ClientCredentials, refuses_an_id_token_unless_openid_is_asked_for) {
  EXPECT_FALSE(tokens({}).contains("id_token"));
  const auto answer = server_.post("/token", {{"grant_type", "client_credentials"},
                                              {"client_id", "robot"},
                                              {"client_secret", "robot-secret"},
                                              {"scope", "openid"}});
  const auto id = payload_of(string_or(body_of(answer), "id_token", ""));
  EXPECT_EQ(string_or(id, "sub", ""), "user-robot");
  EXPECT_EQ(string_or(id, "aud", ""), "robot");
  EXPECT_FALSE(id.contains("sid"));
}

TEST_P(ClientCredentials, gives_one_with_a_session_behind_it) {
  const auto answer = tokens({{"client_credentials.use_refresh_token", "true"}});
  const auto access = payload_of(string_or(answer, "access_token", ""));
  EXPECT_EQ(access.at("sid"), answer.at("session_state"));
  EXPECT_EQ(string_or(access, "jti", "").substr(0, 7), "onrtcc:");
  const auto again = refreshed(answer, 200);
  EXPECT_EQ(again.at("session_state"), answer.at("session_state"));
  server_.clock.advance(seconds{36000});
  EXPECT_EQ(string_or(refreshed(again, 400), "error", ""), "invalid_grant");
}

// A signature takes milliseconds, for which every neighbour of the group commit would wait.
TEST_P(ClientCredentials, refuses_to_sign_where_sessions_are_written) {
  (void)add({{"client_credentials.use_refresh_token", "true"}});
  web::Request request;
  request.method = web::Method::kPost;
  request.scheme = "https";
  request.host = "id.example";
  request.path = std::string(kP) + "/token";
  request.remote_address = "192.0.2.7";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "grant_type=client_credentials&client_id=robot&client_secret=robot-secret";
  EXPECT_EQ(server_.last_lane(std::move(request)), web::Lane::kInline);
}

INSTANTIATE_ON_EVERY_ENGINE(ClientCredentials);

}  // namespace
}  // namespace cardea::protocol
