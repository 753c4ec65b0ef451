// Tokens that only their provider can read, asked for by introspection (RFC 7662): refusals first.
#include <gtest/gtest.h>

#include "gate/front/gate_fixture.h"
#include "gate/token/opaque.h"
#include "web/form.h"

namespace cardea::gate {
namespace {

std::string opaque_settings(const std::string& more = {}) {
  return R"({"providers": {"id": {"issuer": "https://id.example", "audiences": ["app"], "name-claims": ["username", "sub"]},
      "other": {"issuer": "https://other.example", "audiences": ["app"]}},
    "introspection": {"id": {"client-id": "gate", "client-secret": "s3cret", "opaque-tokens": true}})" +
         more + R"(,
    "applications": [{"name": "App", "hosts": ["app.example"], "providers": ["id"], "headers": {"X-Groups": "groups"},
        "requests": [{"path": "/once", "once": true}, {"path": "/write", "scopes": ["write"]}, {"path": "/**"}]},
      {"name": "Other", "hosts": ["other.example"], "providers": ["other"]}]})";
}

class GateOpaque : public ::testing::Test {
 protected:
  GateWorld world{opaque_settings()};
  json::object answer;
  int status = 200;
  std::vector<std::string> shown;  // the tokens that the provider was shown

  GateOpaque() {
    world.fetcher.serve_json("https://id.example/.well-known/openid-configuration", R"({
      "issuer":"https://id.example","authorization_endpoint":"https://id.example/auth","token_endpoint":"https://id.example/token",
      "introspection_endpoint":"https://id.example/introspect","jwks_uri":"https://id.example/keys"})");
    serve_keys(world.fetcher, "https://id.example/keys", named_private_key("id", crypto::KeyType::kRsa), "id");
    world.fetcher.serve("https://id.example/introspect", [this](const web::FetchRequest& request) -> web::Fetched {
      const auto form = web::Form::parse(request.body);
      shown.emplace_back(form->value_or("token", ""));
      EXPECT_EQ(form->value_or("token_type_hint", ""), "access_token");
      const bool is_known = shown.back().starts_with("good");
      return web::FetchResponse{.status = status,
                                .headers = {},
                                .body = json::serialize(is_known ? answer : json::object{{"active", false}})};
    });
    answer = said({});
  }
  json::object said(const json::object& more) {
    json::object claims{{"active", true},
                        {"iss", "https://id.example"},
                        {"sub", "u1"},
                        {"username", "ann"},
                        {"aud", "app"},
                        {"token_type", "Bearer"},
                        {"scope", "openid read"},
                        {"groups", json::array{"g1"}}};
    claims["exp"] = epoch_seconds(world.clock.now()) + 300;
    for (const auto& [name, value] : more) claims.insert_or_assign(name, value);
    return claims;
  }
  web::Response call(const std::string& bearer, std::string_view target = "/page",
                     std::string_view host = "app.example", std::string_view from = "192.0.2.1") {
    auto request = GateWorld::question("GET", target, "/gate/forward");
    request.host = host;
    request.remote_address = from;
    request.headers.push_back({"Authorization", "Bearer " + bearer});
    return world.run(request);
  }
  int status_of(const json::object& claims) {
    answer = claims;
    world.clock.advance(seconds{6});  // what was said before is not believed any more
    return call("good").status;
  }
};

TEST_F(GateOpaque, refuses_what_the_provider_does_not_know) {
  EXPECT_EQ(call("made-up").status, 401);
  EXPECT_TRUE(world.log.contains("revoked"));
}

TEST_F(GateOpaque, refuses_what_is_no_bearer_access_token) {
  auto silent = said({});
  silent.erase("token_type");
  EXPECT_EQ(status_of(silent), 401) << "a refresh token is active as well";
  EXPECT_EQ(status_of(said({{"token_type", "Refresh"}})), 401);
  EXPECT_EQ(status_of(said({{"token_type", "DPoP"}})), 401);
  EXPECT_EQ(status_of(said({{"token_use", "refresh_token"}})), 401);
  EXPECT_EQ(status_of(said({{"typ", "ID"}})), 401);
  EXPECT_EQ(status_of(said({{"cnf", {{"x5t#S256", "abc"}}}})), 401) << "it is bound to a key that nobody showed";
  EXPECT_EQ(status_of(said({})), 200);
}

TEST_F(GateOpaque, refuses_a_signed_token_that_is_bound_to_a_key) {
  world.fetcher.serve_json("https://other.example/.well-known/openid-configuration", R"({
    "issuer":"https://other.example","authorization_endpoint":"https://other.example/auth",
    "token_endpoint":"https://other.example/token","jwks_uri":"https://id.example/keys"})");
  auto claims = good_claims("https://other.example");
  claims["aud"] = "app";
  const auto& key = named_key("id", jose::Algorithm::kRS256);
  EXPECT_EQ(call(token_of(key, claims), "/page", "other.example").status, 200);
  for (const auto* member : {"jkt", "x5t#S256", "jwk"}) {
    claims["cnf"] = json::object{{member, "abc"}};
    EXPECT_EQ(call(token_of(key, claims), "/page", "other.example").status, 401) << member;
    EXPECT_TRUE(world.log.contains("no_access_token"));
  }
}

TEST_F(GateOpaque, refuses_by_the_rules_of_the_provider) {
  const auto now = epoch_seconds(world.clock.now());
  EXPECT_EQ(status_of(said({{"aud", "another"}})), 401);
  EXPECT_EQ(status_of(said({{"aud", json::array{"a", "b"}}})), 401);
  EXPECT_EQ(status_of(said({{"aud", 7}})), 401);
  EXPECT_EQ(status_of(said({{"iss", "https://other.example"}})), 401);
  EXPECT_EQ(status_of(said({{"iss", 7}})), 401);
  EXPECT_EQ(status_of(said({{"exp", now - 60}})), 401);
  EXPECT_EQ(status_of(said({{"exp", "soon"}})), 401);
  EXPECT_EQ(status_of(said({{"exp", 1e300}})), 401);
  EXPECT_EQ(status_of(said({{"nbf", now + 3600}})), 401);
  EXPECT_EQ(status_of(said({{"iat", now + 3600}})), 401);
  EXPECT_EQ(status_of(said({{"username", 7}, {"sub", 7}})), 401);
  EXPECT_EQ(status_of(said({{"active", "true"}})), 401);
  EXPECT_EQ(status_of(said({{"aud", json::array{"a", "app"}}})), 200);
}

TEST_F(GateOpaque, refuses_while_the_provider_cannot_be_asked) {
  status = 500;
  EXPECT_NE(call("good").status, 200);
  status = 200;
  answer["more"] = std::string(Lookups::kClaimsBytesMax, 'x');
  EXPECT_NE(call("good").status, 200) << "more than is kept";
  answer.erase("more");
  EXPECT_EQ(call("good").status, 200);
}

TEST_F(GateOpaque, refuses_to_show_tokens_to_a_provider_whose_they_are_not) {
  EXPECT_EQ(call("good", "/page", "other.example").status, 401);
  EXPECT_TRUE(shown.empty());
  EXPECT_EQ(call("a.b.c").status, 401);
  EXPECT_TRUE(shown.empty()) << "a JWT is checked here";
}

TEST_F(GateOpaque, refuses_to_ask_for_one_who_makes_tokens_up) {
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(call("made-up-" + std::to_string(i)).status, i < Lookups::kStrangersMax ? 401 : 503) << i;
  EXPECT_EQ(shown.size(), static_cast<std::size_t>(Lookups::kStrangersMax));
  EXPECT_EQ(call("good", "/page", "app.example", "192.0.2.2").status, 200) << "others are asked for";
  EXPECT_EQ(call("good").status, 200) << "and what is known is known";
  world.clock.advance(Lookups::kStrangersWindow + seconds{1});
  EXPECT_EQ(call("good-2").status, 200);
}

TEST_F(GateOpaque, refuses_a_burst_of_made_up_tokens_before_the_first_is_answered) {
  world.fetcher.serve("https://id.example/introspect", [this](const web::FetchRequest&) -> web::Fetched {
    shown.emplace_back("asked");
    if (shown.size() < 50) call("made-up-" + std::to_string(shown.size()));
    return web::FetchResponse{.status = 200, .headers = {}, .body = R"({"active":false})"};
  });
  call("made-up-0");
  EXPECT_EQ(shown.size(), static_cast<std::size_t>(Lookups::kStrangersMax));
}

TEST_F(GateOpaque, refuses_a_second_use_where_one_counts) {
  EXPECT_EQ(call("good", "/once").status, 200);
  EXPECT_EQ(call("good", "/once").status, 401);
}

/// What was said of one token is the word of its provider about all of its bytes.
TEST_F(GateOpaque, refuses_tokens_that_begin_like_a_good_one) {
  EXPECT_EQ(call("good.secret").status, 200);
  EXPECT_EQ(call("good.a.b.secret").status, 200);
  answer = {{"active", false}};
  EXPECT_EQ(call("good.other").status, 401);
  EXPECT_EQ(call("good.a.b.other").status, 401);
  EXPECT_EQ(call("good.secret").status, 200) << "believed for a few seconds";
  EXPECT_EQ(shown, (std::vector<std::string>{"good.secret", "good.a.b.secret", "good.other", "good.a.b.other"}));
}

TEST_F(GateOpaque, refuses_by_the_word_of_another_provider) {
  GateWorld two(R"({"providers": {"id": {"issuer": "https://id.example", "audiences": ["app"]},
      "two": {"issuer": "https://two.example", "audiences": ["app"]}},
    "introspection": {"id": {"client-id": "gate", "client-secret": "s", "opaque-tokens": true},
      "two": {"client-id": "gate", "client-secret": "s", "opaque-tokens": true}},
    "applications": [{"name": "One", "hosts": ["app.example"], "providers": ["id"], "requests": [{"path": "/**"}]},
      {"name": "Two", "hosts": ["two.example"], "providers": ["two"], "requests": [{"path": "/**"}]}]})");
  auto claims = said({});
  claims.erase("iss");
  for (const std::string at : {"https://id.example", "https://two.example"}) {
    two.fetcher.serve_json(at + "/.well-known/openid-configuration",
                           R"({"issuer":")" + at + R"(","authorization_endpoint":")" + at +
                               R"(/auth","token_endpoint":")" + at + R"(/token","introspection_endpoint":")" + at +
                               R"(/introspect","jwks_uri":")" + at + R"(/keys"})");
    const bool knows = at == "https://id.example";
    two.fetcher.serve(at + "/introspect", [claims, knows](const web::FetchRequest&) -> web::Fetched {
      return web::FetchResponse{
          .status = 200, .headers = {}, .body = json::serialize(knows ? claims : json::object{{"active", false}})};
    });
  }
  const auto status_at = [&](std::string_view host) {
    auto request = GateWorld::question("GET", "/page", "/gate/forward");
    request.host = host;
    request.headers.push_back({"Authorization", "Bearer good"});
    return two.run(request).status;
  };
  EXPECT_EQ(status_at("app.example"), 200);
  EXPECT_EQ(status_at("two.example"), 401);
  EXPECT_EQ(status_at("app.example"), 200);
}

TEST_F(GateOpaque, refuses_what_ended_at_the_next_look) {
  EXPECT_EQ(call("good").status, 200);
  answer = {{"active", false}};
  EXPECT_EQ(call("good").status, 200) << "believed for a few seconds";
  world.clock.advance(seconds{6});
  EXPECT_EQ(call("good").status, 401);
}

TEST_F(GateOpaque, passes_with_what_the_provider_says_and_asks_once) {
  const auto response = call("good");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(*response.find_header("X-Auth-Name"), "ann");
  EXPECT_EQ(*response.find_header("X-Auth-Subject"), "u1");
  EXPECT_EQ(*response.find_header("X-Auth-Provider"), "id");
  EXPECT_EQ(*response.find_header("X-Auth-Scopes"), "openid read");
  EXPECT_EQ(*response.find_header("X-Groups"), "g1");
  EXPECT_EQ(call("good", "/write").status, 403);
  EXPECT_EQ(shown, std::vector<std::string>{"good"});
}

TEST(GateOpaqueSettings, refuses_two_providers_of_opaque_tokens_at_one_application) {
  const auto fatal = [](std::string_view text) {
    const auto settings = read_gate(parse_json(text)->get_object(), no_files());
    return std::ranges::any_of(settings.notes, [](const ConfigNote& note) { return note.level == NoteLevel::kFatal; });
  };
  constexpr std::string_view kBoth = R"({"providers": {"a": {"issuer": "https://a.example", "audiences": ["x"]},
      "b": {"issuer": "https://b.example", "audiences": ["x"]}},
    "introspection": {"a": {"client-id": "g", "client-secret": "s", "opaque-tokens": true},
      "b": {"client-id": "g", "client-secret": "s", "opaque-tokens": true}},
    "applications": [{"name": "App", "hosts": ["app.example"], "providers": ["a", "b"]}]})";
  EXPECT_TRUE(fatal(kBoth));
  EXPECT_FALSE(fatal(opaque_settings()));
}

TEST_F(GateOpaque, explaining_asks_the_provider_as_a_request_does) {
  const auto explained = [&](const std::string& bearer, const std::string& target) {
    const auto answer = web::run(world.gate.explain({"app.example", "GET", target, bearer}), &world.fetcher);
    return std::string(answer.body_text());
  };
  EXPECT_TRUE(
      explained("bad", "/page").ends_with("token  refused: revoked (introspection), by the provider id\nanswer no\n"));
  EXPECT_TRUE(explained("good", "/write").ends_with("needs  one of the scopes write\nanswer no: insufficient_scope\n"));
  EXPECT_TRUE(explained("good", "/once").ends_with("answer yes\n"));
  EXPECT_EQ(call("good", "/once").status, 200) << "it was not used up by asking";
  EXPECT_NE(explained("good", "/once").find("token  passed here before"), std::string::npos);
  EXPECT_TRUE(explained("good", "/once").ends_with("answer no: token_used_already\n")) << explained("good", "/once");
  EXPECT_TRUE(explained("good", "/page").ends_with("answer yes\n")) << "it counts once where the rule says so";
}

// One set of rules: a provider whose expiry is not checked is not checked here either.
TEST(OpaqueRules, expiry_follows_the_rules_of_signed_tokens) {
  auto settings = settings_named("id", {"https://id.example"});
  const json::object claims{{"active", true},
                            {"sub", "u1"},
                            {"aud", "Domino"},
                            {"token_type", "Bearer"},
                            {"iat", epoch_seconds(kNow) - 600},
                            {"exp", epoch_seconds(kNow) - 300}};
  EXPECT_EQ(check_introspected(TokenProvider(settings), claims, kNow).error().reason, TokenRefusal::kExpired);
  settings.rules.check_expiry = false;
  EXPECT_TRUE(check_introspected(TokenProvider(settings), claims, kNow).has_value());
}

}  // namespace
}  // namespace cardea::gate
