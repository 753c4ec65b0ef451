// Pairwise subjects (OpenID Connect Core section 8.1; standards.md CL-6, CL-7): a client knows a person by a name of
// its sector's own, in every token and answer, and nowhere by the common one.
#include <gtest/gtest.h>

#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class Pairwise : public testing::TestWithParam<Engine> {
 protected:
  Pairwise() {
    add("one", "https://one.example/cb", "salt");
    add("same-sector", "https://one.example/other", "salt");
    add("two", "https://two.example/cb", "salt");
  }
  void add(const std::string& id, const std::string& redirect_uri, const std::string& salt) {
    server_.add_client(id, [&](Client& client) {
      client.redirect_uris = {redirect_uri};
      client.attributes["allow.token.introspection.without.audience.check"] = "true";
      ProtocolMapper mapper;
      mapper.provider = "oidc-sha256-pairwise-sub-mapper";
      if (!salt.empty()) mapper.config["pairwiseSubAlgorithmSalt"] = salt;
      client.mappers.push_back(mapper);
    });
  }
  web::Response issue(const std::string& client) {
    return server_.post("/token", {{"grant_type", "password"},
                                   {"client_id", client},
                                   {"username", "ada"},
                                   {"password", "correct-horse"},
                                   {"scope", "openid"}});
  }
  static std::string subject(const json::object& tokens, std::string_view token) {
    return string_or(payload_of(string_or(tokens, token, "")), "sub", "");
  }

  Server server_{GetParam()};
};

TEST_P(Pairwise, refuses_tokens_where_no_subject_can_be_made) {
  add("no-salt", "https://one.example/cb", "");
  EXPECT_EQ(issue("no-salt").status, 500);
}

TEST_P(Pairwise, is_the_same_in_every_token_and_answer) {
  const auto tokens = body_of(issue("one"));
  const auto sub = subject(tokens, "access_token");
  EXPECT_EQ(sub.size(), 36U);
  EXPECT_NE(sub, "user-ada");
  EXPECT_EQ(subject(tokens, "id_token"), sub);
  EXPECT_EQ(subject(tokens, "refresh_token"), sub);
  const auto access = string_or(tokens, "access_token", "");
  EXPECT_EQ(string_or(body_of(server_.get("/userinfo", {{"Authorization", "Bearer " + access}})), "sub", ""), sub);
  const auto refreshed = body_of(server_.post("/token", {{"grant_type", "refresh_token"},
                                                         {"client_id", "one"},
                                                         {"refresh_token", string_or(tokens, "refresh_token", "")}}));
  EXPECT_EQ(subject(refreshed, "access_token"), sub);
  EXPECT_EQ(std::string(server_.get("/userinfo", {{"Authorization", "Bearer " + access}}).body_text()).find("user-ada"),
            std::string::npos);
}

TEST_P(Pairwise, is_shared_by_a_sector_and_by_nobody_else) {
  const auto one = subject(body_of(issue("one")), "access_token");
  EXPECT_EQ(subject(body_of(issue("same-sector")), "access_token"), one);
  EXPECT_NE(subject(body_of(issue("two")), "access_token"), one);
}

TEST_P(Pairwise, introspection_says_what_the_token_says) {
  server_.add_client("api", [](Client& client) {
    client.public_client = false;
    client.secret = SecretBytes(std::string("api-secret"));
    client.attributes["allow.token.introspection.without.audience.check"] = "true";
  });
  const auto tokens = body_of(issue("one"));
  const auto answer = server_.post(
      "/token/introspect",
      {{"client_id", "api"}, {"client_secret", "api-secret"}, {"token", string_or(tokens, "access_token", "")}});
  EXPECT_TRUE(bool_or(body_of(answer), "active", false));
  EXPECT_EQ(string_or(body_of(answer), "sub", ""), subject(tokens, "access_token"));
  EXPECT_EQ(answer.body_text().find("user-ada"), std::string_view::npos);
}

INSTANTIATE_ON_EVERY_ENGINE(Pairwise);

}  // namespace
}  // namespace cardea::protocol
