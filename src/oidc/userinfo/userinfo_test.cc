// UserInfo (OpenID Connect Core 1.0 section 5.3, RFC 6750; standards.md UI-1 to UI-13; keycloak.md section 1.10).
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/text.h"
#include "tests/support/oidc_world.h"

namespace cardea::oidc {
namespace {

const std::string kUserinfo = OidcWorld::at("/userinfo");
constexpr std::string_view kBadToken =
    R"(Bearer realm="demo", error="invalid_token", error_description="Token verification failed")";

struct Userinfo : ::testing::Test {
  OidcWorld world;
  Userinfo() { world.add_client("app"); }

  void expect_refused(const web::Response& response, int status, std::string_view challenge) {
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(header_of(response, "WWW-Authenticate"), challenge);
    EXPECT_EQ(response.body_text(), "");
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  }
};

// RFC 6750 section 3.1: no error attribute when no token was sent.
TEST_F(Userinfo, refuses_requests_without_token) {
  const auto signed_in = world.sign_in("app");
  const auto& token = signed_in.tokens.access_token;
  expect_refused(world.get(kUserinfo), 401, R"(Bearer realm="demo")");
  expect_refused(world.get(kUserinfo, {{"Authorization", "Bearer"}}), 401, R"(Bearer realm="demo")");
  expect_refused(world.get(kUserinfo, {{"Authorization", "Bearer "}}), 401, R"(Bearer realm="demo")");
  expect_refused(world.get(kUserinfo, {{"Authorization", "Bearer  " + token}}), 401, R"(Bearer realm="demo")");
  expect_refused(world.get(kUserinfo, {bearer(token, "Basic")}), 401, R"(Bearer realm="demo")");
}

// UI-3: addresses end up in logs and histories.
TEST_F(Userinfo, refuses_tokens_in_the_query) {
  const auto signed_in = world.sign_in("app");
  const auto& token = signed_in.tokens.access_token;
  expect_refused(world.get(kUserinfo + "?access_token=" + token), 401, R"(Bearer realm="demo")");
  expect_refused(
      world.get(kUserinfo + "?access_token=x", {bearer(token)}), 400,
      R"(Bearer realm="demo", error="invalid_request", error_description="More than one method used for including an access token")");
}

TEST_F(Userinfo, refuses_two_methods_and_repeated_parameters) {
  const auto signed_in = world.sign_in("app");
  const auto& token = signed_in.tokens.access_token;
  expect_refused(
      world.post(kUserinfo, {{"access_token", token}}, {bearer(token)}), 400,
      R"(Bearer realm="demo", error="invalid_request", error_description="More than one method used for including an access token")");
  expect_refused(world.post(kUserinfo, {{"access_token", token}, {"access_token", token}}), 400,
                 R"(Bearer realm="demo", error="invalid_request", error_description="Duplicate parameter")");
}

TEST_F(Userinfo, refuses_everything_that_is_no_access_token_of_this_realm) {
  world.add_realm("other");
  world.add_user("ada", true, "other");
  world.add_client(OidcWorld::make_client("app", "other"), "other");
  const auto here = world.sign_in("app");
  const auto there = world.sign_in("app", "ada", nullptr, "openid", "other");
  auto changed = here.tokens.access_token;
  changed[changed.size() - 5] = changed[changed.size() - 5] == 'A' ? 'B' : 'A';
  for (const std::string_view token :
       {std::string_view("x"), std::string_view("a.b.c"), std::string_view(changed),
        std::string_view(here.tokens.id_token), std::string_view(here.tokens.refresh_token),
        std::string_view(there.tokens.access_token)}) {
    expect_refused(world.get(kUserinfo, {bearer(token)}), 401, kBadToken);
  }
}

TEST_F(Userinfo, refuses_expired_tokens) {
  const auto signed_in = world.sign_in("app");
  world.clock.advance(seconds{299});
  EXPECT_EQ(world.get(kUserinfo, {bearer(signed_in.tokens.access_token)}).status, 200);
  world.clock.advance(seconds{1});
  expect_refused(world.get(kUserinfo, {bearer(signed_in.tokens.access_token)}), 401, kBadToken);
}

TEST_F(Userinfo, refuses_tokens_without_openid) {
  const auto signed_in = world.sign_in("app", "ada", nullptr, "profile");
  expect_refused(world.get(kUserinfo, {bearer(signed_in.tokens.access_token)}), 403,
                 R"(Bearer realm="demo", error="insufficient_scope", error_description="Missing openid scope")");
}

// UI-13, attack class 28.
TEST_F(Userinfo, refuses_tokens_of_disabled_users_and_ended_sessions) {
  world.add_user("bob", false);
  expect_refused(world.get(kUserinfo, {bearer(world.sign_in("app", "bob").tokens.access_token)}), 401, kBadToken);
  const auto signed_in = world.sign_in("app");
  EXPECT_EQ(
      world
          .post(OidcWorld::at("/logout"),
                {{"refresh_token", signed_in.tokens.refresh_token}, {"client_id", "app"}, {"client_secret", "s3cret"}})
          .status,
      204);
  expect_refused(world.get(kUserinfo, {bearer(signed_in.tokens.access_token)}), 401, kBadToken);
}

TEST_F(Userinfo, refuses_lightweight_tokens_unless_the_client_allows_them) {
  auto client = OidcWorld::make_client("light");
  client.attributes["client.use.lightweight.access.token.enabled"] = "true";
  world.add_client(client);
  const auto token = world.sign_in("light").tokens.access_token;
  expect_refused(
      world.get(kUserinfo, {bearer(token)}), 401,
      R"(Bearer realm="demo", error="invalid_token", error_description="Lightweight access token not allowed for userinfo endpoint")");
  auto open = OidcWorld::make_client("light-open");
  open.attributes = client.attributes;
  open.attributes["allow.userinfo.with.lightweight.access.token"] = "true";
  world.add_client(open);
  EXPECT_EQ(world.get(kUserinfo, {bearer(world.sign_in("light-open").tokens.access_token)}).status, 200);
}

TEST_F(Userinfo, answers_claims_with_sub_first) {
  const auto signed_in = world.sign_in("app");
  for (const auto& response : {world.get(kUserinfo, {bearer(signed_in.tokens.access_token)}),
                               world.get(kUserinfo, {bearer(signed_in.tokens.access_token, "bearer")}),
                               world.post(kUserinfo, {}, {bearer(signed_in.tokens.access_token)}),
                               world.post(kUserinfo, {{"access_token", signed_in.tokens.access_token}})}) {
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(response.body_text(), R"({"sub":"demo-user-ada","preferred_username":"ada"})");
    EXPECT_EQ(header_of(response, "Content-Type"), "application/json");
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  }
}

TEST_F(Userinfo, answers_service_accounts_too) {
  const auto tokens = world.service_tokens("app");
  EXPECT_EQ(object_of(world.get(kUserinfo, {bearer(tokens.access_token)})).at("sub").as_string(), "demo-user-robot");
}

// A token that names a person is of a session; without one only clients act (attack class 4).
TEST_F(Userinfo, refuses_a_token_without_session_that_names_a_person) {
  const auto tokens = world.service_tokens("app", "ada");
  EXPECT_EQ(world.get(kUserinfo, {bearer(tokens.access_token)}).status, 401);
}

// UI-5: a signed answer names issuer and audience.
TEST_F(Userinfo, signs_the_answer_for_clients_that_asked_for_it) {
  auto client = OidcWorld::make_client("signed");
  client.attributes["user.info.response.signature.alg"] = "ES256";
  world.add_client(client);
  const auto response = world.get(kUserinfo, {bearer(world.sign_in("signed").tokens.access_token)});
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "Content-Type"), "application/jwt");
  const auto parts = split(response.body_text(), '.');
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(
      *base64url_decode(parts[1]),
      R"({"sub":"demo-user-ada","preferred_username":"ada","iss":"https://id.example/realms/demo","aud":"signed"})");
}

TEST_F(Userinfo, refuses_to_sign_with_an_algorithm_without_key) {
  auto client = OidcWorld::make_client("odd");
  client.attributes["user.info.response.signature.alg"] = "PS512";
  world.add_client(client);
  EXPECT_EQ(world.get(kUserinfo, {bearer(world.sign_in("odd").tokens.access_token)}).status, 500);
}

TEST_F(Userinfo, shares_with_the_clients_origins_only) {
  const auto token = bearer(world.sign_in("app").tokens.access_token);
  EXPECT_EQ(header_of(world.get(kUserinfo, {token, {"Origin", "https://app.example"}}), "Access-Control-Allow-Origin"),
            "https://app.example");
  EXPECT_EQ(header_of(world.get(kUserinfo, {token, {"Origin", "https://evil.example"}}), "Access-Control-Allow-Origin"),
            "");
}

// A page that may not read the refusal takes an expired token for a network that is down, and never asks for a new one.
TEST_F(Userinfo, refusals_before_a_token_is_known_can_be_read_by_any_page_and_say_nothing) {
  const auto expired = bearer(world.sign_in("app").tokens.access_token);
  world.clock.advance(seconds{300});
  for (const auto& headers : {std::vector<web::Header>{expired}, {bearer("x")}, {}}) {
    auto asked = headers;
    asked.push_back({"Origin", "https://app.example"});
    const auto refused = world.get(kUserinfo, asked);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.body_text(), "");
    EXPECT_EQ(header_of(refused, "Access-Control-Allow-Origin"), "https://app.example");
    EXPECT_EQ(header_of(refused, "Access-Control-Expose-Headers"), "Access-Control-Allow-Methods, WWW-Authenticate");
    EXPECT_EQ(header_of(world.get(kUserinfo, headers), "Access-Control-Allow-Origin"), "");
  }
}

// A mapper may call people by a name of the company's: tokens and answers agree on it, the session says who it is.
TEST_F(Userinfo, refuses_a_subject_of_somebody_else_unless_a_mapper_of_the_client_says_it) {
  const auto before = world.sign_in("app");
  auto client = OidcWorld::make_client("own");
  ProtocolMapper mapper;
  mapper.name = "sub";
  mapper.provider = "oidc-usermodel-attribute-mapper";
  mapper.config = {{"claim.name", "sub"},
                   {"user.attribute", "email"},
                   {"jsonType.label", "String"},
                   {"access.token.claim", "true"},
                   {"id.token.claim", "true"}};
  client.mappers = {mapper};
  world.add_client(client);
  const auto signed_in = world.sign_in("own");
  const auto own = world.get(kUserinfo, {bearer(signed_in.tokens.access_token)});
  ASSERT_EQ(own.status, 200) << own.body_text();
  EXPECT_EQ(object_of(own).at("sub"), "ada@example.com");
  EXPECT_EQ(object_of(own).at("preferred_username"), "ada");
  EXPECT_EQ(object_of(world.get(kUserinfo, {bearer(before.tokens.access_token)})).at("sub"), "demo-user-ada");
  client.mappers.clear();
  world.update_client(client);
  EXPECT_EQ(world.get(kUserinfo, {bearer(signed_in.tokens.access_token)}).status, 401) << "nobody is called so now";
}

}  // namespace
}  // namespace cardea::oidc
