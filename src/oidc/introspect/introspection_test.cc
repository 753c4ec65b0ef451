// Introspection (RFC 7662; standards.md IN-1 to IN-11; keycloak.md section 1.11).
#include "oidc/introspect/introspection.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "core/check_bearer.h"
#include "tests/support/oidc_world.h"

namespace cardea::oidc {
namespace {

const std::string kIntrospect = OidcWorld::at("/token/introspect");
constexpr std::string_view kInactive = R"({"active":false})";

Client open_client(const std::string& client_id) {
  auto client = OidcWorld::make_client(client_id);
  client.attributes["allow.token.introspection.without.audience.check"] = "true";
  return client;
}

struct Introspection : ::testing::Test {
  OidcWorld world;
  Introspection() {
    world.add_client("app");
    world.add_client(open_client("api"));
  }

  web::Response ask(const std::string& client, const std::string& token, const std::string& hint = "") {
    std::vector<std::pair<std::string, std::string>> form = {{"token", token}};
    if (!hint.empty()) form.emplace_back("token_type_hint", hint);
    return world.post(kIntrospect, form, {{"Authorization", "Basic " + base64_encode(client + ":s3cret")}});
  }
};

TEST_F(Introspection, refuses_callers_that_do_not_prove_who_they_are) {
  const auto nobody = world.post(kIntrospect, {{"token", "x"}});
  EXPECT_EQ(nobody.status, 401);
  EXPECT_EQ(object_of(nobody).at("error").as_string(), "invalid_client");
  const auto wrong = world.post(kIntrospect, {{"token", "x"}, {"client_id", "app"}, {"client_secret", "x"}});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body_text(), R"({"error":"invalid_client","error_description":"Client authentication failed."})");
  EXPECT_EQ(world.post(kIntrospect, {{"token", "x"}, {"client_id", "nope"}, {"client_secret", "x"}}).status, 401);
}

TEST_F(Introspection, refuses_public_clients) {
  auto client = OidcWorld::make_client("pub");
  client.public_client = true;
  world.add_client(client);
  const auto response = world.post(kIntrospect, {{"token", "x"}, {"client_id", "pub"}});
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.body_text(), R"({"error":"invalid_request","error_description":"Client not allowed."})");
}

// IN-7: a token in an address ends up in logs.
TEST_F(Introspection, refuses_get_and_tokens_in_the_query) {
  const auto token = world.sign_in("app").tokens.access_token;
  EXPECT_EQ(world.get(kIntrospect + "?token=" + token).status, 405);
  const auto response =
      world.post(kIntrospect + "?token=" + token, {{"client_id", "app"}, {"client_secret", "s3cret"}});
  EXPECT_EQ(response.status, 400);
}

TEST_F(Introspection, refuses_malformed_requests) {
  EXPECT_EQ(ask("app", "").body_text(), R"({"error":"invalid_request","error_description":"Token not provided."})");
  const auto repeated =
      world.post(kIntrospect, {{"token", "x"}, {"token", "y"}, {"client_id", "app"}, {"client_secret", "s3cret"}});
  EXPECT_EQ(repeated.status, 400);
  EXPECT_EQ(repeated.body_text(), R"({"error":"invalid_request","error_description":"duplicated parameter"})");
  auto json = OidcWorld::request(
      web::Method::kPost, kIntrospect,
      {{"Authorization", "Basic " + base64_encode("app:s3cret")}, {"Content-Type", "application/json"}});
  json.body = R"({"token":"x"})";
  EXPECT_EQ(world.send(json).status, 400);
}

// IN-2: whatever is wrong, nothing more is told.
TEST_F(Introspection, answers_inactive_for_every_bad_token) {
  world.add_user("bob", false);
  world.add_realm("other");
  world.add_user("ada", true, "other");
  world.add_client(OidcWorld::make_client("app", "other"), "other");
  const auto good = world.sign_in("app");
  for (const auto& token : {std::string("x"), std::string("a.b.c"), good.tokens.access_token + "x",
                            good.tokens.id_token, world.sign_in("app", "bob").tokens.access_token,
                            world.sign_in("app", "ada", nullptr, "openid", "other").tokens.access_token}) {
    const auto response = ask("api", token);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body_text(), kInactive);
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  }
  world.clock.advance(seconds{300});
  EXPECT_EQ(ask("api", good.tokens.access_token).body_text(), kInactive);
}

// IN-6: an audience mapper or the client's own attribute is needed, also for one's own tokens (Keycloak 26.7).
TEST_F(Introspection, answers_inactive_to_callers_outside_the_audience) {
  EXPECT_EQ(ask("app", world.sign_in("app").tokens.access_token).body_text(), kInactive);
  EXPECT_EQ(ask("app", world.sign_in("api").tokens.access_token).body_text(), kInactive);
  EXPECT_EQ(object_of(ask("api", world.sign_in("app").tokens.access_token)).at("active"), true);
}

TEST_F(Introspection, lets_in_the_audience_of_the_token) {
  auto client = OidcWorld::make_client("aud");
  ProtocolMapper mapper;
  mapper.id = mapper.name = "aud";
  mapper.provider = "oidc-audience-mapper";
  mapper.config = {{"included.client.audience", "aud"}, {"access.token.claim", "true"}};
  client.mappers = {mapper};
  world.add_client(client);
  EXPECT_EQ(object_of(ask("aud", world.sign_in("aud").tokens.access_token)).at("active"), true);
  EXPECT_EQ(ask("app", world.sign_in("aud").tokens.access_token).body_text(), kInactive);
}

// A lightweight token leaves its audience to introspection: whom its full form is for may ask, nobody else.
TEST_F(Introspection, refuses_lightweight_tokens_to_all_but_those_their_full_form_is_for) {
  const auto mapper = [](const std::string& audience, const char* shown) {
    ProtocolMapper made;
    made.id = made.name = audience;
    made.provider = "oidc-audience-mapper";
    made.config = {
        {"included.client.audience", audience}, {"access.token.claim", "true"}, {"introspection.token.claim", shown}};
    return made;
  };
  auto client = OidcWorld::make_client("light");
  client.attributes["client.use.lightweight.access.token.enabled"] = "true";
  client.mappers = {mapper("resource", "true"), mapper("app", "false")};
  world.add_client(client);
  world.add_client("resource");
  const auto token = world.sign_in("light").tokens.access_token;
  EXPECT_EQ(ask("app", token).body_text(), kInactive);
  EXPECT_EQ(ask("light", token).body_text(), kInactive);
  const auto answer = object_of(ask("resource", token));
  EXPECT_EQ(answer.at("active"), true);
  EXPECT_EQ(answer.at("aud"), "resource");
  EXPECT_EQ(answer.at("sub"), "demo-user-ada");
  EXPECT_EQ(object_of(ask("api", token)).at("active"), true) << "its attribute exempts it";
}

// A resource server that asks about what it was shown as a bearer token must not be told that a refresh token is good.
TEST_F(Introspection, answers_inactive_for_refresh_tokens_unless_the_hint_says_so) {
  const auto token = world.sign_in("app").tokens.refresh_token;
  EXPECT_EQ(ask("app", token).body_text(), kInactive);
  EXPECT_EQ(ask("app", token, "access_token").body_text(), kInactive);
  const auto answer = object_of(ask("app", token, "refresh_token"));
  EXPECT_EQ(answer.at("active"), true);
  EXPECT_EQ(answer.at("token_type").as_string(), "Refresh");
}

// IN-11.
TEST_F(Introspection, answers_inactive_for_refresh_tokens_of_other_clients) {
  const auto token = world.sign_in("app").tokens.refresh_token;
  EXPECT_EQ(ask("api", token, "refresh_token").body_text(), kInactive);
}

TEST_F(Introspection, answers_inactive_for_refresh_tokens_that_were_rotated_away) {
  world.add_realm("strict", true, SslRequired::kExternal, true);
  world.add_user("ada", true, "strict");
  world.add_client(OidcWorld::make_client("app", "strict"), "strict");
  const auto call = [&](const std::string& endpoint, std::vector<std::pair<std::string, std::string>> form) {
    form.emplace_back("client_id", "app");
    form.emplace_back("client_secret", "s3cret");
    return world.post("/realms/strict/protocol/openid-connect/token" + endpoint, form);
  };
  const auto ask_refresh = [&](const std::string& token) {
    return object_of(call("/introspect", {{"token", token}, {"token_type_hint", "refresh_token"}})).at("active");
  };
  const auto first = world.sign_in("app", "ada", nullptr, "openid", "strict").tokens.refresh_token;
  EXPECT_EQ(ask_refresh(first), true);
  const auto refreshed = call("", {{"grant_type", "refresh_token"}, {"refresh_token", first}});
  ASSERT_EQ(refreshed.status, 200) << refreshed.body_text();
  world.clock.advance(seconds{10});
  EXPECT_EQ(ask_refresh(first), false);
  EXPECT_EQ(ask_refresh(std::string(object_of(refreshed).at("refresh_token").as_string())), true);
}

TEST_F(Introspection, answers_claims_then_what_mappers_add_then_its_own) {
  const auto response = ask("api", world.sign_in("app").tokens.access_token);
  const auto answer = object_of(response);
  EXPECT_EQ(member_names(answer),
            "exp iat jti iss sub typ azp sid acr scope preferred_username only_introspection client_id "
            "username token_type active");
  EXPECT_EQ(answer.at("client_id").as_string(), "app");
  EXPECT_EQ(answer.at("username").as_string(), "ada");
  EXPECT_EQ(answer.at("token_type").as_string(), "Bearer");
  EXPECT_EQ(answer.at("only_introspection").as_string(), "yes");
}

TEST_F(Introspection, serves_bearer_only_clients) {
  auto client = open_client("rs");
  client.bearer_only = true;
  world.add_client(client);
  EXPECT_EQ(object_of(ask("rs", world.sign_in("app").tokens.access_token)).at("active"), true);
}

TEST_F(Introspection, serves_tokens_of_service_accounts) {
  EXPECT_EQ(object_of(ask("api", world.service_tokens("app").access_token)).at("active"), true);
}

TEST_F(Introspection, has_no_cross_origin_headers) {
  const auto response = world.post(kIntrospect, {{"token", "x"}, {"client_id", "app"}, {"client_secret", "s3cret"}},
                                   {{"Origin", "https://app.example"}});
  EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), "");
}

TEST_F(Introspection, refuses_the_full_token_unless_client_and_request_ask_for_it) {
  auto light = open_client("light");
  light.attributes["client.use.lightweight.access.token.enabled"] = "true";
  world.add_client(light);
  auto allowed = open_client("proxy");
  allowed.attributes["client.introspection.response.allow.jwt.claim.enabled"] = "true";
  world.add_client(allowed);
  const auto token = world.sign_in("light").tokens.access_token;
  const auto ask_as = [&](const std::string& client, std::vector<web::Header> headers) {
    const std::vector<std::pair<std::string, std::string>> form = {
        {"client_id", client}, {"client_secret", "s3cret"}, {"token", token}};
    return object_of(world.post(kIntrospect, form, std::move(headers)));
  };
  EXPECT_FALSE(ask_as("api", {{"Accept", "application/jwt"}}).contains("jwt"));
  EXPECT_FALSE(ask_as("proxy", {}).contains("jwt"));
  const auto answer = ask_as("proxy", {{"Accept", "application/jwt, application/json"}});
  ASSERT_TRUE(answer.contains("jwt"));
  const auto realm = *world.settings().load_realm("demo");
  const auto full =
      verify_access_token(*realm, kWorldIssuer, std::string(answer.at("jwt").as_string()), world.clock.now());
  ASSERT_TRUE(full);
  EXPECT_EQ(full->sub(), "demo-user-ada");
  EXPECT_EQ(full->text("only_introspection"), "yes");
  EXPECT_FALSE(full->claims().contains("active"));
}

}  // namespace
}  // namespace cardea::oidc
