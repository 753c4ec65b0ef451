// Tokens of a provider as its word for somebody: the JWT bearer grant (RFC 7523 section 2.1) and token exchange from
// outside (RFC 8693; guides.md G2.6). Refusals first.
#include <gtest/gtest.h>

#include "jose/jwk.h"
#include "jose/test_keys.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

constexpr const char* kBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr const char* kExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr const char* kJwtType = "urn:ietf:params:oauth:token-type:jwt";
constexpr const char* kAccessType = "urn:ietf:params:oauth:token-type:access_token";
constexpr const char* kUp = "https://up.example";

class JwtBearer : public testing::TestWithParam<Engine> {
 protected:
  JwtBearer() {
    const jose::PublicJwk key{jose::test_private_key(crypto::KeyType::kEcP256).public_key(), "k1", "ES256", "sig", ""};
    server_.fetcher.serve_json("https://up.example/keys", jose::jwks_json({&key, 1}));
    use_provider({});
    server_.add_client("job", [](Client& client) {
      client.public_client = false;
      client.service_accounts_enabled = true;
      client.secret = SecretBytes::copy_of("x-secret");
      client.attributes = {{"oauth2.jwt.authorization.grant.enabled", "true"},
                           {"oauth2.jwt.authorization.grant.idp", "other##up"},
                           {"standard.token.exchange.enabled", "true"}};
    });
    link("user-ada", "u-1");
  }
  void use_provider(const json::object& more, bool enabled = true) {
    json::object config{{"clientId", "cardea"},
                        {"issuer", kUp},
                        {"jwksUrl", "https://up.example/keys"},
                        {"jwtAuthorizationGrantEnabled", "true"}};
    for (const auto& [name, value] : more) config[name] = value;
    auto entra = json::object{{"alias", "entra"}, {"providerId", "entra"}, {"enabled", true}};
    entra["config"] = json::object{{"tenantId", "6f0d1d0e-1111-4222-8333-444455556666"}};
    server_.change_realm([&](Realm& realm) {
      realm.extra["identityProviders"] = json::array{
          json::object{{"alias", "up"}, {"providerId", "oidc"}, {"enabled", enabled}, {"config", config}}, entra};
    });
  }
  void change_client(const std::function<void(Client&)>& change) {
    ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      auto client = server_.repositories.clients.find_by_client_id(tx, RealmId("realm-demo"), "job");
      if (!client) return refuse(client.error());
      change(**client);
      return server_.repositories.clients.update(tx, RealmId("realm-demo"), **client);
    }));
    ASSERT_TRUE(server_.settings().check_versions());
  }
  void change_user(const std::function<void(User&)>& change) {
    ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      auto user = server_.repositories.users.find(tx, RealmId("realm-demo"), UserId("user-ada"));
      if (!user) return refuse(user.error());
      change(**user);
      if (auto set = server_.repositories.users.set_enabled(tx, (*user)->id, (*user)->enabled); !set) return set;
      return server_.repositories.users.update(tx, **user, false);
    }));
  }
  void link(const std::string& user, const std::string& id, const std::string& issuer = "") {
    FederatedIdentity identity;
    identity.realm = RealmId("realm-demo");
    identity.user = UserId(user);
    identity.provider = "up";
    identity.issuer = issuer;
    identity.upstream_id = id;
    ASSERT_TRUE(server_.repositories.store.write(
        [&](Tx& tx) { return server_.repositories.federated_identities.insert(tx, identity); }));
  }
  [[nodiscard]] std::int64_t now() const { return epoch_seconds(server_.clock.now()); }
  json::object claims() {
    return {{"iss", kUp},   {"aud", kIssuer},    {"sub", "u-1"}, {"jti", "id-" + std::to_string(++count_)},
            {"iat", now()}, {"exp", now() + 120}};
  }
  static std::string sign(const json::object& claims, std::string_view header = R"({"alg":"ES256","kid":"k1"})") {
    return jose::sign_by_hand(jose::test_signing_key(jose::Algorithm::kES256), header, json::serialize(claims));
  }
  std::string with(std::string_view name, const json::value& value) {
    auto changed = claims();
    changed[name] = value;
    return sign(changed);
  }
  std::string without(std::string_view name) {
    auto changed = claims();
    changed.erase(name);
    return sign(changed);
  }
  web::Response send(const std::string& token, const Pairs& more = {}) {
    Pairs form{{"grant_type", kBearer}, {"client_id", "job"}, {"client_secret", "x-secret"}, {"assertion", token}};
    form.insert(form.end(), more.begin(), more.end());
    return server_.post("/token", form);
  }
  web::Response exchange(const std::string& token, const Pairs& more = {}, const char* type = kJwtType) {
    Pairs form{{"grant_type", kExchange},
               {"client_id", "job"},
               {"client_secret", "x-secret"},
               {"subject_token", token},
               {"subject_token_type", type}};
    form.insert(form.end(), more.begin(), more.end());
    return server_.post("/token", form);
  }
  void expect_no(const web::Response& answer, std::string_view said, std::string_view error = "invalid_grant") {
    EXPECT_EQ(answer.status, 400) << answer.body_text();
    EXPECT_EQ(string_or(body_of(answer), "error", ""), error);
    EXPECT_EQ(string_or(body_of(answer), "error_description", ""), said);
    EXPECT_FALSE(body_of(answer).contains("access_token"));
  }
  json::object expect_yes(const web::Response& answer) {
    EXPECT_EQ(answer.status, 200) << answer.body_text();
    return payload_of(string_or(body_of(answer), "access_token", ""));
  }

  Server server_{GetParam()};
  int count_ = 0;
};
INSTANTIATE_ON_EVERY_ENGINE(JwtBearer);

TEST_P(JwtBearer, refuses_what_is_no_assertion) {
  expect_no(send(""), "Missing parameter:assertion");
  expect_no(send("a.b"), "The provided assertion is not a valid JWT");
  expect_no(send(without("iss")), "Missing claim: iss");
  expect_no(send(without("sub")), "Missing claim: sub");
}

TEST_P(JwtBearer, refuses_clients_that_may_not) {
  change_client([](Client& client) { client.attributes.erase("oauth2.jwt.authorization.grant.enabled"); });
  expect_no(send(sign(claims())), "JWT Authorization Grant is not supported for the requested client");
  change_client([](Client& client) {
    client.attributes["oauth2.jwt.authorization.grant.enabled"] = "true";
    client.attributes["oauth2.jwt.authorization.grant.idp"] = "other##upper";
  });
  expect_no(send(sign(claims())), "Identity Provider is not allowed for the client");
  change_client([](Client& client) { client.consent_required = true; });
  expect_no(send(sign(claims())), "Client requires user consent", "invalid_client");
  change_client([](Client& client) {
    client.consent_required = false;
    client.public_client = true;
  });
  expect_no(send(sign(claims())), "Public client not allowed to use authorization grant");
}

TEST_P(JwtBearer, refuses_issuers_that_are_not_set_up_for_it) {
  expect_no(send(with("iss", "https://evil.example")), "No Identity Provider for provided issuer");
  use_provider({}, false);
  expect_no(send(sign(claims())), "No Identity Provider for provided issuer");
  use_provider({{"jwtAuthorizationGrantEnabled", "false"}});
  expect_no(send(sign(claims())), "JWT Authorization Grant is not enabled for the provider");
}

// A provider for this grant alone is an issuer and its keys: nothing is to be switched on, and nobody signs in by it.
TEST_P(JwtBearer, refuses_to_let_people_in_by_a_provider_for_the_grant_alone_and_takes_its_tokens) {
  server_.change_realm([&](Realm& realm) {
    auto& provider = realm.extra["identityProviders"].as_array().front().as_object();
    provider["providerId"] = "jwt-authorization-grant";
    provider["config"] = json::object{{"issuer", kUp}, {"jwksUrl", "https://up.example/keys"}};
    EXPECT_TRUE(
        std::ranges::none_of(login_providers(realm), [](const IdentityProvider& each) { return each.alias == "up"; }));
  });
  expect_no(send(with("iss", "https://evil.example")), "No Identity Provider for provided issuer");
  EXPECT_EQ(string_or(expect_yes(send(sign(claims()))), "sub", ""), "user-ada");
}

// A token's `sub` is not the key of the link where the realm chose another: whoever has a subject that reads as
// somebody else's key does not become them.
TEST_P(JwtBearer, refuses_subjects_where_people_are_known_by_another_key) {
  const auto known_by = [&](const json::object& config) {
    server_.change_realm([&](Realm& realm) {
      json::object mapper{
          {"name", "key"}, {"identityProviderAlias", "up"}, {"identityProviderMapper", "oidc-username-idp-mapper"}};
      mapper["config"] = config;
      realm.extra["identityProviderMappers"] = json::array{mapper};
    });
  };
  known_by({{"target", "BROKER_ID"}, {"template", "${CLAIM.employee}"}});
  expect_no(send(sign(claims())), "User not found");
  expect_no(send(with("employee", "u-2")), "User not found");
  auto other = claims();
  other["sub"] = "anybody";
  other["employee"] = "u-1";
  EXPECT_EQ(string_or(expect_yes(send(sign(other))), "sub", ""), "user-ada");
  known_by({{"target", "BROKER_USERNAME"}, {"template", "${CLAIM.employee}"}});
  EXPECT_EQ(string_or(expect_yes(send(sign(claims()))), "sub", ""), "user-ada");
}

TEST_P(JwtBearer, refuses_clocks_that_are_ahead_by_more_than_the_provider_says) {
  const auto ahead = [&](int by) {
    auto changed = claims();
    changed["iat"] = now() + by;
    changed["exp"] = now() + by + 60;
    return sign(changed);
  };
  expect_no(send(ahead(90)), "Token was issued in the future");
  use_provider({{"jwtAuthorizationGrantAllowedClockSkew", "100"}});
  expect_yes(send(ahead(90)));
  use_provider({{"jwtAuthorizationGrantAllowedClockSkew", "2147483"}});
  expect_no(send(ahead(400)), "Token was issued in the future");
}

TEST_P(JwtBearer, refuses_our_own_client_id_as_audience_unless_the_provider_says_so) {
  const auto for_us = [&] {
    auto changed = claims();
    changed["aud"] = "cardea";
    return sign(changed, R"({"alg":"ES256","kid":"k1","typ":"authorization-grant+jwt"})");
  };
  expect_no(send(for_us()), "Invalid token audience");
  use_provider({{"allowClientIdAsAudience", "true"}});
  expect_yes(send(for_us()));
  expect_no(send(with("aud", "cardea")), "Invalid token type");  // it may be an ID token
}

// One client's provider is Entra ID for one tenant: a token that says it is of another tenant is nobody's.
TEST_P(JwtBearer, G2_23_refuses_tokens_of_another_tenant) {
  change_client([](Client& client) { client.attributes["oauth2.jwt.authorization.grant.idp"] = "entra"; });
  const std::string other = "https://login.microsoftonline.com/7a1e2e1f-1111-4222-8333-444455557777/v2.0";
  expect_no(send(with("iss", json::value(other))), "No Identity Provider for provided issuer");
}

TEST_P(JwtBearer, G2_22_refuses_audiences_that_are_not_ours_alone) {
  expect_no(send(with("aud", "https://id.example/realms/other")), "Invalid token audience");
  expect_no(send(with("aud", "cardea")), "Invalid token audience");
  expect_no(send(with("aud", json::array{kIssuer, "https://other.example"})), "Multiple audiences not allowed");
  expect_no(send(without("aud")), "Invalid token audience");
  // What the client's settings name counts instead of our own.
  change_client([](Client& client) {
    client.attributes["oauth2.jwt.authorization.grant.audience"] = R"([{"key":"up","value":"api://job"}])";
  });
  expect_no(send(sign(claims())), "Invalid token audience");
  expect_yes(send(with("aud", "api://job")));
  change_client([](Client& client) { client.attributes["oauth2.jwt.authorization.grant.audience"] = "api://job"; });
  expect_no(send(with("aud", "api://job")), "The client's settings for this grant cannot be read");
}

TEST_P(JwtBearer, G2_24_refuses_tokens_that_are_over_too_early_or_too_old) {
  expect_no(send(with("exp", now())), "Token is not active");
  expect_no(send(without("exp")), "Token exp claim is required");
  expect_no(send(with("nbf", now() + 61)), "Token is not active");
  expect_no(send(with("iat", now() + 61)), "Token was issued in the future");
  expect_no(send(with("iat", now() - 301)), "Token was issued too far in the past to be used now");
  auto endless = claims();
  endless.erase("iat");
  endless["exp"] = now() + 301;
  expect_no(send(sign(endless)), "Token expiration is too far in the future and iat claim not present in token");
  use_provider({{"jwtAuthorizationGrantMaxAllowedAssertionExpiration", "60"}});
  expect_no(send(with("iat", now() - 61)), "Token was issued too far in the past to be used now");
}

TEST_P(JwtBearer, G2_24_refuses_unsigned_forged_and_foreign_signatures) {
  const auto mac = jose::test_signing_key(jose::Algorithm::kHS256);
  expect_no(send(jose::sign_by_hand(mac, R"({"alg":"HS256","kid":"k1"})", json::serialize(claims()))),
            "Invalid signature");
  auto forged = sign(claims());
  forged[forged.size() - 20] = forged[forged.size() - 20] == 'A' ? 'B' : 'A';
  expect_no(send(forged), "Invalid signature");
  use_provider({{"jwtAuthorizationGrantAssertionSignatureAlg", "PS256"}});
  expect_no(send(sign(claims())), "Invalid signature algorithm");
}

TEST_P(JwtBearer, G2_25_refuses_a_second_use) {
  const auto token = sign(claims());
  expect_yes(send(token));
  expect_no(send(token), "Token reuse detected");
  expect_no(exchange(token), "Token reuse detected", "invalid_request");
  expect_no(send(without("jti")), "Token jti claim is required");
  use_provider({{"jwtAuthorizationGrantAssertionReuseAllowed", "true"}});
  expect_yes(send(token));
  expect_yes(send(without("jti")));
}

TEST_P(JwtBearer, G2_27_refuses_tokens_that_do_not_say_what_the_policy_asks_for) {
  change_client([](Client& client) {
    client.attributes["oauth2.jwt.authorization.grant.claims"] =
        R"([{"key":"roles","value":"Job.Run"},{"key":"org.unit","value":"a"}])";
  });
  constexpr std::string_view kSaid = "The token does not say what the client's settings ask for";
  expect_no(send(sign(claims())), kSaid);
  expect_no(send(with("roles", json::array{"Job.Run"})), kSaid);
  auto right = claims();
  right["roles"] = json::array{"Other", "Job.Run"};
  right["org"] = json::object{{"unit", "a"}};
  expect_yes(send(sign(right)));
  use_provider({{"filteredByClaim", "true"}, {"claimFilterName", "staff"}, {"claimFilterValue", "yes"}});
  right["jti"] = "another";
  expect_no(send(sign(right)), "User not found");
}

TEST_P(JwtBearer, refuses_tokens_made_for_something_else) {
  for (const auto* claim : {"nonce", "at_hash", "c_hash", "events"}) {
    expect_no(send(with(claim, "x")), "Invalid token type");
  }
  expect_no(send(with("typ", "ID")), "Invalid token type");
  expect_no(send(sign(claims(), R"({"alg":"ES256","kid":"k1","typ":"logout+jwt"})")), "Invalid token type");
}

// Whom a token is about says a link alone, and the issuer that proved it (attack class 7).
TEST_P(JwtBearer, refuses_people_who_are_not_linked) {
  auto named = claims();
  named["sub"] = "u-2";
  named["email"] = "ada@demo.example";
  named["preferred_username"] = "ada";
  expect_no(send(sign(named)), "User not found");
  link("user-bob", "u-3", "https://old.example");
  expect_no(send(with("sub", "u-3")), "User not found");
  EXPECT_TRUE(server_.log.contains("link_of_other_issuer"));
}

TEST_P(JwtBearer, refuses_people_who_may_not_sign_in) {
  change_user([](User& user) { user.required_actions = {"UPDATE_PASSWORD"}; });
  expect_no(send(sign(claims())), "Account is not fully set up");
  change_user([](User& user) {
    user.required_actions.clear();
    user.enabled = false;
  });
  const auto token = sign(claims());
  expect_no(send(token), "User is not enabled");
  change_user([](User& user) { user.enabled = true; });
  expect_yes(send(token));  // what was refused for the person is not used up
}

TEST_P(JwtBearer, says_that_it_may_pass_later_when_the_provider_is_down) {
  use_provider({{"jwksUrl", "https://down.example/keys"}});
  const auto answer = send(sign(claims()));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(string_or(body_of(answer), "error", ""), "temporarily_unavailable");
}

TEST_P(JwtBearer, refuses_token_exchange_beyond_what_is_offered) {
  const auto no = [&](const web::Response& answer, std::string_view said) {
    expect_no(answer, said, "invalid_request");
  };
  no(exchange(sign(claims()), {}, "urn:ietf:params:oauth:token-type:id_token"),
     "Parameter 'subject_token' supports access tokens only");
  no(exchange(sign(claims()), {{"requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"}}),
     "requested_token_type unsupported");
  no(exchange(sign(claims()), {{"requested_subject", "bob"}}),
     "Parameter 'requested_subject' is not supported for standard token exchange");
  no(exchange(sign(claims()), {{"subject_issuer", "entra"}}), "Invalid token");
  no(exchange(sign(claims()), {{"scope", "offline_access"}}), "Scope offline_access not allowed for token exchange");
  no(exchange(sign(claims()), {{"audience", "nobody"}}), "Requested audience not available: nobody");
  no(exchange(with("aud", "cardea")), "Invalid token audience");
  change_client([](Client& client) { client.attributes.erase("standard.token.exchange.enabled"); });
  no(exchange(sign(claims())), "Standard token exchange is not enabled for the requested client");
  change_client([](Client& client) {
    client.attributes["standard.token.exchange.enabled"] = "true";
    client.attributes.erase("oauth2.jwt.authorization.grant.enabled");
  });
  no(exchange(sign(claims())), "Parameter 'subject_token' supports access tokens only");
  no(exchange(sign(claims()), {{"subject_issuer", "up"}}, kAccessType),
     "Parameter 'subject_issuer' is not supported for standard token exchange");
}

// RFC 8693 section 2.1 and standards.md TX-7, TX-8: who holds a token that is bound to a key need not hold the key.
TEST_P(JwtBearer, refuses_tokens_that_are_bound_to_a_key_or_to_who_may_act) {
  expect_no(send(with("cnf", json::object{{"jkt", "thumbprint"}})), "Invalid token");
  expect_no(send(with("may_act", json::object{{"sub", "somebody"}})), "Invalid token");
}

// An ID token without nonce and hashes, where our client id at the provider is the audience (attack class 10).
TEST_P(JwtBearer, refuses_what_may_be_an_id_token) {
  change_client([](Client& client) {
    client.attributes["oauth2.jwt.authorization.grant.audience"] = R"([{"key":"up","value":"cardea"}])";
  });
  expect_no(send(with("aud", "cardea")), "Invalid token type");
  auto access = claims();
  access["aud"] = "cardea";
  access["scp"] = "jobs";
  expect_yes(send(sign(access)));
}

// The access token of such a session must not become a refresh token that outlives the word.
TEST_P(JwtBearer, refuses_refresh_tokens_made_of_a_foreign_word) {
  change_client([](Client& client) {
    client.attributes["standard.token.exchange.enableRefreshRequestedTokenType"] = "SAME_SESSION";
  });
  const auto answer = send(with("exp", now() + 40));
  expect_yes(answer);
  const auto ours = string_or(body_of(answer), "access_token", "");
  const Pairs exchanged = {{"grant_type", kExchange},
                           {"client_id", "job"},
                           {"client_secret", "x-secret"},
                           {"subject_token", ours},
                           {"subject_token_type", kAccessType}};
  auto refreshing = exchanged;
  refreshing.emplace_back("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token");
  EXPECT_EQ(server_.post("/token", refreshing).status, 400);
  EXPECT_EQ(server_.post("/token", exchanged).status, 200);
  server_.clock.advance(seconds(41));
  EXPECT_EQ(server_.get("/userinfo", {{"Authorization", "Bearer " + ours}}).status, 401);
}

// G2.6: ours lives no longer than theirs, hangs on a session of its own, and brings no refresh token.
TEST_P(JwtBearer, G2_21_gives_a_token_that_lives_no_longer_than_the_foreign_one) {
  const auto answer = send(with("exp", now() + 40), {{"scope", "openid profile"}});
  const auto token = expect_yes(answer);
  const auto body = body_of(answer);
  EXPECT_EQ(string_or(token, "sub", ""), "user-ada");
  EXPECT_EQ(string_or(token, "azp", ""), "job");
  EXPECT_EQ(string_or(token, "iss", ""), kIssuer);
  EXPECT_EQ(token.at("exp").as_int64(), now() + 40);
  EXPECT_EQ(body.at("expires_in").as_int64(), 40);
  EXPECT_FALSE(body.contains("refresh_token"));
  EXPECT_FALSE(string_or(body, "id_token", "").empty());
  const auto bearer = "Bearer " + string_or(body, "access_token", "");
  EXPECT_EQ(server_.get("/userinfo", {{"Authorization", bearer}}).status, 200);
  // The provider that vouches is taken away: so is what stands on its word.
  use_provider({}, false);
  EXPECT_EQ(server_.get("/userinfo", {{"Authorization", bearer}}).status, 401);
}

TEST_P(JwtBearer, exchanges_a_foreign_token_for_one_of_ours) {
  for (const auto* issuer : {"up", kUp}) {
    const auto answer = exchange(sign(claims()), {{"subject_issuer", issuer}}, kAccessType);
    EXPECT_EQ(string_or(expect_yes(answer), "sub", ""), "user-ada");
    EXPECT_EQ(string_or(body_of(answer), "issued_token_type", ""), kAccessType);
    EXPECT_FALSE(body_of(answer).contains("refresh_token"));
  }
  EXPECT_EQ(string_or(expect_yes(exchange(sign(claims()))), "sub", ""), "user-ada");
}

// Both formats of one tenant are one issuer's, whichever a link was made by.
TEST_P(JwtBearer, takes_the_older_format_of_entra_for_a_link_that_the_newer_one_made) {
  const std::string tenant = "6f0d1d0e-1111-4222-8333-444455556666", base = "https://login.microsoftonline.com/";
  const jose::PublicJwk key{jose::test_private_key(crypto::KeyType::kRsa).public_key(), "k2", "", "sig", ""};
  server_.fetcher.serve_json(base + tenant + "/discovery/v2.0/keys", jose::jwks_json({&key, 1}));
  server_.change_realm([](Realm& realm) {
    auto& config = realm.extra["identityProviders"].as_array().back().as_object()["config"].as_object();
    config["jwtAuthorizationGrantEnabled"] = "true";
  });
  change_client([](Client& client) { client.attributes["oauth2.jwt.authorization.grant.idp"] = "entra"; });
  FederatedIdentity identity;
  identity.realm = RealmId("realm-demo");
  identity.user = UserId("user-ada");
  identity.provider = "entra";
  identity.issuer = base + tenant + "/v2.0";
  identity.upstream_id = tenant + "/o-1";
  ASSERT_TRUE(server_.repositories.store.write(
      [&](Tx& tx) { return server_.repositories.federated_identities.insert(tx, identity); }));
  const std::string older = "https://sts.windows.net/" + tenant + "/";
  for (const auto& issuer : {identity.issuer, older}) {
    auto shown = claims();
    shown["iss"] = issuer;
    shown["tid"] = tenant;
    shown["oid"] = "o-1";
    const auto token = jose::sign_by_hand(jose::test_signing_key(jose::Algorithm::kRS256),
                                          R"({"alg":"RS256","kid":"k2"})", json::serialize(shown));
    EXPECT_EQ(string_or(expect_yes(exchange(token, {{"subject_issuer", issuer}})), "sub", ""), "user-ada") << issuer;
  }
}

TEST_P(JwtBearer, is_told_by_discovery) {
  web::Request request;
  request.method = web::Method::kGet;
  request.scheme = "https";
  request.host = "id.example";
  request.path = "/realms/demo/.well-known/openid-configuration";
  const auto document = body_of(server_.handle(std::move(request)));
  const auto& grants = document.at("grant_types_supported").as_array();
  EXPECT_NE(std::ranges::find(grants, json::value(kBearer)), grants.end());
}

}  // namespace
}  // namespace cardea::protocol
