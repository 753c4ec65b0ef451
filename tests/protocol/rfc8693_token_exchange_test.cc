// Token exchange, internal to internal (RFC 8693; keycloak.md section 1.9, standard token exchange).
#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "core/consent.h"
#include "core/token/token_plan.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

constexpr const char* kGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr const char* kAccess = "urn:ietf:params:oauth:token-type:access_token";

ProtocolMapper audience_mapper(const std::string& audience) {
  ProtocolMapper mapper;
  mapper.name = "aud-" + audience;
  mapper.provider = "oidc-audience-mapper";
  mapper.config = {{"included.client.audience", audience}, {"access.token.claim", "true"}};
  return mapper;
}

class TokenExchange : public testing::TestWithParam<Engine> {
 protected:
  TokenExchange() {
    server_.add_client("front", [](Client& client) { client.mappers = {audience_mapper("middle")}; });
    add_exchanger("middle", {});
    add_exchanger("stranger", {});
    add_exchanger("keeper", {{"standard.token.exchange.enableRefreshRequestedTokenType", "SAME_SESSION"}});
  }
  void add_exchanger(const std::string& name, std::map<std::string, std::string> attributes) {
    server_.add_client(name, [&](Client& client) {
      client.public_client = false;
      client.secret = SecretBytes(std::string("x-secret"));
      client.attributes = std::move(attributes);
      client.attributes["standard.token.exchange.enabled"] = "true";
      client.mappers = {audience_mapper("back"), audience_mapper("other-back"), audience_mapper("keeper")};
    });
  }
  json::object front_tokens(const std::string& client = "front") {
    const auto url = "https://" + client + ".example/cb";
    const auto code = sign_in(browser_, "ada", {{"client_id", client}, {"redirect_uri", url}});
    return redeem(server_, code, {{"client_id", client}, {"redirect_uri", url}, {"client_secret", "x-secret"}});
  }
  web::Response exchange(const std::string& token, const Pairs& more = {}, const std::string& client = "middle") {
    Pairs form = {{"grant_type", kGrant},
                  {"client_id", client},
                  {"client_secret", "x-secret"},
                  {"subject_token", token},
                  {"subject_token_type", kAccess}};
    form.insert(form.end(), more.begin(), more.end());
    return server_.post("/token", form);
  }
  std::string refusal(const web::Response& answer, int status = 400) {
    EXPECT_EQ(answer.status, status) << answer.body_text();
    return text(body_of(answer), "error_description");
  }
  int userinfo(const std::string& token) {
    return server_.get("/userinfo", {{"Authorization", "Bearer " + token}}).status;
  }
  static std::string text(const json::object& object, std::string_view name) { return string_or(object, name, ""); }

  Server server_{GetParam()};
  Browser browser_{server_};
};

TEST_P(TokenExchange, refuses_tokens_that_are_not_access_tokens_of_ours) {
  const auto tokens = front_tokens();
  for (const auto& token : {std::string("x"), text(tokens, "refresh_token"), text(tokens, "id_token")}) {
    EXPECT_EQ(refusal(exchange(token)), "Invalid token");
  }
}

TEST_P(TokenExchange, refuses_a_client_that_the_token_is_not_for) {  // attack class 14
  const auto answer = exchange(text(front_tokens(), "access_token"), {}, "stranger");
  EXPECT_EQ(refusal(answer, 403), "Client is not within the token audience");
  EXPECT_EQ(text(body_of(answer), "error"), "access_denied");
}

TEST_P(TokenExchange, refuses_a_token_whose_session_ended_or_whose_time_is_over) {
  auto tokens = front_tokens();
  server_.clock.advance(seconds{300});
  EXPECT_EQ(refusal(exchange(text(tokens, "access_token"))), "Invalid token");
  Browser other(server_);
  const auto url = std::string("https://front.example/cb");
  tokens = redeem(server_, sign_in(other, "ada", {{"client_id", "front"}, {"redirect_uri", url}}),
                  {{"client_id", "front"}, {"redirect_uri", url}});
  EXPECT_EQ(server_.post("/logout", {{"client_id", "front"}, {"refresh_token", text(tokens, "refresh_token")}}).status,
            204);
  EXPECT_EQ(refusal(exchange(text(tokens, "access_token"))), "Invalid token");
}

TEST_P(TokenExchange, refuses_audiences_that_the_clients_settings_do_not_give) {
  const auto token = text(front_tokens(), "access_token");
  EXPECT_EQ(refusal(exchange(token, {{"audience", "elsewhere"}})), "Audience not found");
  EXPECT_EQ(refusal(exchange(token, {{"audience", "stranger"}})), "Requested audience not available: stranger");
  server_.add_client("off", [](Client& client) { client.enabled = false; });
  const auto off = exchange(token, {{"audience", "back"}, {"audience", "off"}});
  EXPECT_EQ(refusal(off), "Client disabled");
  EXPECT_EQ(text(body_of(off), "error"), "invalid_client");
  EXPECT_EQ(refusal(exchange(token, {{"scope", "openid nothing"}})), "Invalid scopes: openid nothing");
}

TEST_P(TokenExchange, refuses_the_result_once_the_subjects_session_ended) {
  const auto tokens = front_tokens();
  const auto made = text(body_of(exchange(text(tokens, "access_token"), {{"scope", "openid"}})), "access_token");
  EXPECT_EQ(userinfo(made), 200);
  EXPECT_EQ(server_.post("/logout", {{"client_id", "front"}, {"refresh_token", text(tokens, "refresh_token")}}).status,
            204);
  EXPECT_EQ(userinfo(made), 401);
}

TEST_P(TokenExchange, gives_a_token_of_the_client_in_the_persons_session) {
  const auto tokens = front_tokens();
  server_.clock.advance(seconds{100});
  const auto answer = exchange(text(tokens, "access_token"));
  ASSERT_EQ(answer.status, 200) << answer.body_text();
  const auto body = body_of(answer);
  EXPECT_EQ(text(body, "issued_token_type"), kAccess);
  EXPECT_EQ(text(body, "token_type"), "Bearer");
  EXPECT_EQ(body.at("refresh_expires_in").as_int64(), 0);
  EXPECT_FALSE(body.contains("refresh_token"));
  const auto made = payload_of(text(body, "access_token"));
  EXPECT_EQ(text(made, "azp"), "middle");
  EXPECT_EQ(text(made, "sub"), "user-ada");
  EXPECT_EQ(made.at("sid"), payload_of(text(tokens, "access_token")).at("sid"));
  EXPECT_EQ(text(made, "jti").substr(0, 7), "onrtte:");
  EXPECT_EQ(made.at("exp"), payload_of(text(tokens, "access_token")).at("exp")) << "TX-8: it never outlives it";
}

TEST_P(TokenExchange, refuses_what_no_request_names_but_the_clients_own_default_scopes) {
  const auto url = std::string("https://front.example/cb");
  const auto exchanged = [&](const std::string& granted, const Pairs& more) {
    Browser browser(server_);
    const auto code = sign_in(browser, "ada", {{"client_id", "front"}, {"redirect_uri", url}, {"scope", granted}});
    const auto tokens = redeem(server_, code, {{"client_id", "front"}, {"redirect_uri", url}});
    return body_of(exchange(text(tokens, "access_token"), more));
  };
  const auto scope_of = [](const json::object& answer) {
    const auto scope = text(answer, "scope");
    const auto words = split_words(scope);
    return std::set<std::string, std::less<>>(words.begin(), words.end());
  };
  const auto unnamed = exchanged("openid optional-one", {});
  EXPECT_FALSE(scope_of(unnamed).contains("openid")) << "what the front end was granted is not the middle's";
  EXPECT_FALSE(scope_of(unnamed).contains("optional-one"));
  EXPECT_FALSE(unnamed.contains("id_token"));
  EXPECT_EQ(userinfo(text(unnamed, "access_token")), 403);
  const auto named = exchanged("openid", {{"scope", "openid optional-one"}});
  EXPECT_TRUE(scope_of(named).contains("openid"));
  EXPECT_TRUE(scope_of(named).contains("optional-one"));
  EXPECT_TRUE(named.contains("id_token"));
  EXPECT_EQ(userinfo(text(named, "access_token")), 200);
  EXPECT_FALSE(scope_of(exchanged("openid", {{"scope", "profile"}})).contains("openid"));
  // Its own token, shown again: it stays one of OpenID Connect, and an ID token comes where it is asked for alone.
  const auto again = body_of(exchange(text(named, "access_token")));
  EXPECT_TRUE(scope_of(again).contains("openid"));
  EXPECT_FALSE(scope_of(again).contains("optional-one"));
  EXPECT_FALSE(again.contains("id_token"));
}

TEST_P(TokenExchange, refuses_a_refresh_token_in_an_offline_session) {
  server_.allow_offline();
  const auto url = std::string("https://front.example/cb");
  const auto code =
      sign_in(browser_, "ada", {{"client_id", "front"}, {"redirect_uri", url}, {"scope", "openid offline_access"}});
  const auto tokens = redeem(server_, code, {{"client_id", "front"}, {"redirect_uri", url}});
  ASSERT_EQ(text(payload_of(text(tokens, "refresh_token")), "typ"), "Offline");
  const auto token = text(body_of(exchange(text(tokens, "access_token"))), "access_token");
  ASSERT_FALSE(token.empty()) << "to call on with it will do";
  EXPECT_EQ(
      refusal(exchange(token, {{"requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"}}, "keeper")),
      "Refresh token not valid as requested_token_type because creating a new session is needed");
}

TEST_P(TokenExchange, refuses_a_client_that_the_person_did_not_agree_to) {
  server_.add_client("asks", [](Client& client) {
    client.public_client = false;
    client.secret = SecretBytes(std::string("x-secret"));
    client.consent_required = true;
    client.attributes["standard.token.exchange.enabled"] = "true";
  });
  server_.add_client("before-asks", [](Client& client) { client.mappers = {audience_mapper("asks")}; });
  const auto token = text(front_tokens("before-asks"), "access_token");
  const auto refused = exchange(token, {}, "asks");
  EXPECT_EQ(refusal(refused), "Missing consents for Token Exchange in client asks");
  EXPECT_EQ(text(body_of(refused), "error"), "invalid_scope");
  const auto realm = server_.realm();
  const auto client = *server_.settings().load_client(realm, "asks");
  ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) {
    const auto scope = plan_for(*client, "")->get()->full_scope;
    return grant_consent(tx, server_.repositories, UserId("user-ada"), client->client.id, consent_items(*client, scope),
                         server_.clock.now());
  }));
  EXPECT_EQ(exchange(token, {}, "asks").status, 200) << "who agreed is not asked again";
}

TEST_P(TokenExchange, narrows_the_audience_to_what_was_asked) {
  const auto body = body_of(exchange(text(front_tokens(), "access_token"), {{"audience", "back"}}));
  EXPECT_EQ(payload_of(text(body, "access_token")).at("aud"), "back");
  const auto two = body_of(
      exchange(text(body, "access_token"), {{"audience", "back"}, {"audience", "other-back"}}));  // its own token
  EXPECT_EQ(json::serialize(payload_of(text(two, "access_token")).at("aud")), R"(["back","other-back"])");
}

TEST_P(TokenExchange, gives_refresh_and_id_tokens_where_they_are_asked_for) {
  const auto token = text(body_of(exchange(text(front_tokens(), "access_token"))), "access_token");
  const auto refreshable =
      exchange(token, {{"requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"}}, "keeper");
  ASSERT_EQ(refreshable.status, 200) << refreshable.body_text();
  const auto again = server_.post("/token", {{"grant_type", "refresh_token"},
                                             {"client_id", "keeper"},
                                             {"client_secret", "x-secret"},
                                             {"refresh_token", text(body_of(refreshable), "refresh_token")}});
  EXPECT_EQ(again.status, 200) << again.body_text();
  const auto id = body_of(exchange(token, {{"requested_token_type", "urn:ietf:params:oauth:token-type:id_token"}}));
  EXPECT_EQ(text(id, "token_type"), "N_A");
  EXPECT_EQ(text(payload_of(text(id, "access_token")), "typ"), "ID");
}

INSTANTIATE_ON_EVERY_ENGINE(TokenExchange);

}  // namespace
}  // namespace cardea::protocol
