// Revocation (RFC 7009; standards.md RV-1 to RV-8; keycloak.md section 1.11).
#include <gtest/gtest.h>

#include "tests/support/oidc_world.h"

namespace cardea::oidc {
namespace {

struct Revocation : ::testing::Test {
  OidcWorld world;
  Revocation() {
    world.add_client("app");
    world.add_client("other");
  }

  web::Response revoke(const std::string& client, const std::string& token, std::vector<web::Header> headers = {}) {
    return world.post(OidcWorld::at("/revoke"), {{"token", token}, {"client_id", client}, {"client_secret", "s3cret"}},
                      std::move(headers));
  }
  int userinfo(const std::string& token) { return world.get(OidcWorld::at("/userinfo"), {bearer(token)}).status; }
};

TEST_F(Revocation, refuses_callers_that_do_not_prove_who_they_are) {
  const auto token = world.sign_in("app").tokens.access_token;
  for (const auto& form : {std::vector<std::pair<std::string, std::string>>{{"token", token}},
                           {{"token", token}, {"client_id", "app"}},
                           {{"token", token}, {"client_id", "app"}, {"client_secret", "x"}},
                           {{"token", token}, {"client_id", "nope"}, {"client_secret", "x"}}}) {
    EXPECT_EQ(world.post(OidcWorld::at("/revoke"), form).status, 401);
  }
  EXPECT_EQ(userinfo(token), 200);
}

TEST_F(Revocation, refuses_malformed_requests) {
  EXPECT_EQ(revoke("app", "").body_text(), R"({"error":"invalid_request","error_description":"Token not provided"})");
  EXPECT_EQ(world.get(OidcWorld::at("/revoke")).status, 405);
  const auto repeated = world.post(OidcWorld::at("/revoke"),
                                   {{"token", "x"}, {"token", "y"}, {"client_id", "app"}, {"client_secret", "s3cret"}});
  EXPECT_EQ(repeated.body_text(), R"({"error":"invalid_request","error_description":"duplicated parameter"})");
}

// RV-3: and they stay valid.
TEST_F(Revocation, refuses_tokens_of_other_clients) {
  const auto signed_in = world.sign_in("app");
  for (const auto& token : {signed_in.tokens.access_token, signed_in.tokens.refresh_token}) {
    const auto response = revoke("other", token);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body_text(), R"({"error":"invalid_request","error_description":"Unmatching clients"})");
  }
  EXPECT_EQ(userinfo(signed_in.tokens.access_token), 200);
  EXPECT_TRUE(world.is_alive(signed_in.session));
}

// RV-6.
TEST_F(Revocation, refuses_id_tokens) {
  const auto response = revoke("app", world.sign_in("app").tokens.id_token);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body_text(), R"({"error":"unsupported_token_type","error_description":"Unsupported token type"})");
}

TEST_F(Revocation, refuses_bearer_only_clients) {
  auto client = OidcWorld::make_client("rs");
  client.bearer_only = true;
  world.add_client(client);
  EXPECT_EQ(revoke("rs", "x").status, 400);
}

// RFC 7009 section 2.2: an invalid token is no error.
TEST_F(Revocation, answers_200_for_unknown_tokens) {
  const auto response = revoke("app", "garbage");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body_text(), R"({"error":"invalid_token","error_description":"Invalid token"})");
}

TEST_F(Revocation, ends_an_access_token_at_once_and_nothing_else) {
  const auto signed_in = world.sign_in("app");
  const auto sibling = world.sign_in("app", "ada", &signed_in.session);
  const auto response = revoke("app", signed_in.tokens.access_token);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body_text(), "");
  EXPECT_EQ(userinfo(signed_in.tokens.access_token), 401);
  EXPECT_EQ(userinfo(sibling.tokens.access_token), 200);
  EXPECT_EQ(revoke("app", signed_in.tokens.access_token).status, 200);  // a second time changes nothing
  EXPECT_TRUE(world.is_alive(signed_in.session));
}

TEST_F(Revocation, ends_tokens_without_session) {
  const auto token = world.service_tokens("app").access_token;
  EXPECT_EQ(revoke("app", token).status, 200);
  EXPECT_EQ(userinfo(token), 401);
}

// RV-4.
TEST_F(Revocation, ends_the_share_of_the_client_and_the_session_with_the_last) {
  const auto first = world.sign_in("app");
  const auto second = world.sign_in("other", "ada", &first.session);
  EXPECT_EQ(revoke("app", first.tokens.refresh_token).status, 200);
  EXPECT_EQ(userinfo(first.tokens.access_token), 401);
  EXPECT_EQ(userinfo(second.tokens.access_token), 200);
  EXPECT_TRUE(world.is_alive(first.session));
  EXPECT_EQ(revoke("other", second.tokens.refresh_token).status, 200);
  EXPECT_FALSE(world.is_alive(first.session));
  EXPECT_EQ(revoke("other", second.tokens.refresh_token).status, 200);
}

TEST_F(Revocation, serves_public_clients_by_name) {
  auto client = OidcWorld::make_client("pub");
  client.public_client = true;
  world.add_client(client);
  const auto signed_in = world.sign_in("pub");
  EXPECT_EQ(
      world.post(OidcWorld::at("/revoke"), {{"token", signed_in.tokens.refresh_token}, {"client_id", "pub"}}).status,
      200);
  EXPECT_FALSE(world.is_alive(signed_in.session));
}

TEST_F(Revocation, answers_503_when_the_store_fails) {
  const auto signed_in = world.sign_in("app");
  world.store().fail_writes(0, StoreError::kBusy);
  for (const auto& token : {signed_in.tokens.access_token, signed_in.tokens.refresh_token}) {
    const auto response = revoke("app", token);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(header_of(response, "Retry-After"), "1");
  }
  world.store().heal();
  EXPECT_EQ(userinfo(signed_in.tokens.access_token), 200);
}

TEST_F(Revocation, shares_with_the_clients_origins) {
  EXPECT_EQ(header_of(revoke("app", "x", {{"Origin", "https://app.example"}}), "Access-Control-Allow-Origin"),
            "https://app.example");
  EXPECT_EQ(header_of(revoke("app", "x", {{"Origin", "https://evil.example"}}), "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header_of(revoke("nope", "x", {{"Origin", "https://app.example"}}), "Access-Control-Allow-Origin"), "");
}

}  // namespace
}  // namespace cardea::oidc
