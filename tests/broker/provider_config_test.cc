// Keys of a provider's record (keycloak.md section 5.6), each by what it does at a sign-in: one that is taken and does
// nothing is a promise that nobody keeps. Facts from Keycloak 26.7.4.
#include "tests/broker/broker_world.h"

namespace cardea::protocol {
namespace {

constexpr auto kUserinfo = "https://up.example/userinfo";

std::string base64_of_key(crypto::KeyType type) {
  return base64_encode(jose::test_private_key(type).public_key().spki_der());
}

class ProviderConfig : public Broker {
 protected:
  ProviderConfig() {
    server_.fetcher.serve("https://up.example/token", [this](const web::FetchRequest& request) -> web::Fetched {
      token_form_ = *web::Form::parse(request.body);
      const json::object answer{{"access_token", access_token_},
                                {"token_type", "Bearer"},
                                {"expires_in", 300},
                                {"id_token", id_token_.empty() ? id_token() : id_token_}};
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
    });
  }
  void use_with(const json::object& config, const std::string& kind = "oidc", const json::array& mappers = {}) {
    use({provider("up", config, {{"providerId", kind}})}, mappers);
  }
  static std::string sign(const json::object& claims, jose::Algorithm algorithm = jose::Algorithm::kES256,
                          const std::string& header = R"({"alg":"ES256","kid":"k1"})") {
    return jose::sign_by_hand(jose::test_signing_key(algorithm), header, json::serialize(claims));
  }
  [[nodiscard]] json::object access_claims() const {
    return {{"iss", kUpstream},
            {"sub", "u-1"},
            {"exp", epoch_seconds(server_.clock.now()) + 60},
            {"realm_access", {{"roles", json::array{"boss"}}}},
            {"resource_access", {{"there.app", {{"roles", json::array{"clerk"}}}}}}};
  }
  /// With an ID token of the provider, signed otherwise than usual.
  web::Response come_with_id_token(Browser& browser, jose::Algorithm algorithm, const std::string& header) {
    leave(browser);
    const json::object claims{{"iss", kUpstream},
                              {"aud", "cardea"},
                              {"sub", "u-1"},
                              {"nonce", nonce_},
                              {"preferred_username", "zoe"},
                              {"email", "zoe@up.example"},
                              {"given_name", "Zoe"},
                              {"family_name", "Zed"},
                              {"iat", epoch_seconds(server_.clock.now())},
                              {"exp", epoch_seconds(server_.clock.now()) + 300}};
    id_token_ = sign(claims, algorithm, header);
    return come_back(browser);
  }
  void serve_userinfo(std::string body, std::string type = "application/json") {
    server_.fetcher.serve(kUserinfo, [body = std::move(body), type = std::move(type)](const web::FetchRequest&) {
      return web::Fetched(web::FetchResponse{.status = 200, .headers = {{"Content-Type", type}}, .body = body});
    });
  }
  /// Where the browser is sent for a request of the client with more parameters.
  web::Response away_with(const Pairs& asked) {
    Browser browser(server_);
    return browser.get(button(browser.get(authorize_url(asked))));
  }
  void make_roles(std::initializer_list<std::string_view> names) {
    ASSERT_TRUE(server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      for (const auto name : names) {
        Role role;
        role.id = RoleId("id-of-" + std::string(name));
        role.realm = RealmId("realm-demo");
        role.name = name;
        if (auto done = server_.repositories.roles.insert(tx, role); !done) return done;
      }
      return {};
    }));
    ASSERT_TRUE(server_.settings().check_versions());
  }
  /// Those of the roles made above that somebody has who signs in now.
  std::set<std::string> roles_at_login() {
    Browser browser(server_);
    const auto answer = sign_in_upstream(browser);
    EXPECT_EQ(answer.status, 302) << answer.body_text();
    const auto token = payload_of(string_or(redeem(server_, location_parameter(answer, "code")), "access_token", ""));
    std::set<std::string> out;
    const auto* access = token.if_contains("realm_access");
    if (access == nullptr) return out;
    for (const auto& role : access->at("roles").as_array()) {
      if (std::string name(role.as_string()); name.starts_with("of-")) out.insert(std::move(name));
    }
    return out;
  }

  std::string access_token_ = "up-access";
  std::string id_token_;  // empty: a whole one
};

// ---- isAccessTokenJWT

TEST_F(ProviderConfig, refuses_an_access_token_that_is_not_the_providers_word_about_this_person) {
  use_with({{"isAccessTokenJWT", "true"}});
  auto other = access_claims();
  other["sub"] = "u-2";
  auto foreign = access_claims();
  foreign["iss"] = "https://evil.example";
  auto old = access_claims();
  old["exp"] = epoch_seconds(server_.clock.now()) - 61;
  const std::pair<std::string, std::string_view> tokens[] = {
      {"opaque", "access_token_malformed"},
      {sign(other), "access_token_of_other_subject"},
      {sign(foreign), "access_token_wrong_issuer"},
      {sign(old), "access_token_expired"},
      {sign(access_claims(), jose::Algorithm::kHS256, R"({"alg":"HS256","kid":"k1"})"),
       "access_token_algorithm_not_allowed"},
      {sign(access_claims()) + "AA", "access_token_bad_signature"},
  };
  for (const auto& [token, reason] : tokens) {
    access_token_ = token;
    Browser browser(server_);
    expect_refused(sign_in_upstream(browser), reason);
  }
}

// A proof of the address is what the ID token and userinfo say of it, in one document.
TEST_F(ProviderConfig, refuses_to_believe_an_address_by_the_access_token) {
  use({provider("up", {{"isAccessTokenJWT", "true"}}, {{"trustEmail", true}})});
  auto claims = access_claims();
  claims["email_verified"] = true;
  access_token_ = sign(claims);
  Browser browser(server_);
  expect_signed_in(sign_in_upstream(browser), "zoe");
  EXPECT_FALSE(user_named("zoe")->email_verified);
}

TEST_F(ProviderConfig, maps_what_the_access_token_says) {
  const auto mapper = [](const std::string& role_there, const std::string& role_here) {
    return json::object{{"id", role_there},
                        {"name", role_there},
                        {"identityProviderAlias", "up"},
                        {"identityProviderMapper", "keycloak-oidc-role-to-role-idp-mapper"},
                        {"config", {{"external.role", role_there}, {"role", role_here}, {"syncMode", "FORCE"}}}};
  };
  make_roles({"of-realm", "of-client", "of-nobody"});
  const json::array mappers{mapper("boss", "of-realm"), mapper("there.app.clerk", "of-client"),
                            mapper("there.app.boss", "of-nobody")};
  access_token_ = sign(access_claims());
  using Roles = std::set<std::string>;
  use_with({}, "oidc", mappers);
  EXPECT_EQ(roles_at_login(), Roles()) << "nobody said that it is a JWT";
  use_with({{"isAccessTokenJWT", "true"}}, "oidc", mappers);
  EXPECT_EQ(roles_at_login(), (Roles{"of-client", "of-realm"}));
  // Another token of a Keycloak that nobody can read is no reason to let nobody in.
  use_with({}, "keycloak-oidc", mappers);
  EXPECT_EQ(roles_at_login(), (Roles{"of-client", "of-realm"}));
  access_token_ = "opaque";
  EXPECT_EQ(roles_at_login(), Roles());
}

// ---- publicKeySignatureVerifier

TEST_F(ProviderConfig, refuses_tokens_by_another_key_than_the_one_in_the_record) {
  json::object config{{"useJwksUrl", "false"}, {"publicKeySignatureVerifier", base64_of_key(crypto::KeyType::kEcP384)}};
  use_with(config);
  Browser browser(server_), named(server_), broken(server_), other(server_);
  expect_refused(sign_in_upstream(browser), "id_token_algorithm_not_allowed");
  config["publicKeySignatureVerifier"] = base64_of_key(crypto::KeyType::kEcP256);
  config["publicKeySignatureVerifierKeyId"] = "k2";
  use_with(config);
  expect_refused(sign_in_upstream(named), "id_token_unknown_key");
  config["publicKeySignatureVerifier"] = "MIIB";
  use_with(config);
  expect_refused(sign_in_upstream(broken), "bad_pasted_key");
  EXPECT_EQ(calls_to("/keys"), 0U) << "the published keys count for nothing then";
  use_with(config, "google");
  expect_refused(other.get(button(other.get(authorize_url()))), "pasted_key_cannot_run");
}

TEST_F(ProviderConfig, takes_the_key_in_the_record_and_asks_for_no_other) {
  const auto ec = base64_of_key(crypto::KeyType::kEcP256);
  const jose::PublicJwk jwk{jose::test_private_key(crypto::KeyType::kEcP256).public_key(), "k1", "ES256", "sig", ""};
  std::string lines = ec;
  for (std::size_t at = 64; at < lines.size(); at += 65) lines.insert(at, "\n");
  const std::string pem = "-----BEGIN PUBLIC KEY-----\n" + lines + "\n-----END PUBLIC KEY-----\n";
  for (const auto& key : {ec, pem, jose::jwks_json({&jwk, 1})}) {
    use_with({{"useJwksUrl", "false"}, {"jwksUrl", ""}, {"publicKeySignatureVerifier", key}});
    Browser browser(server_);
    expect_signed_in(sign_in_upstream(browser), "zoe");
  }
  // An RSA key's record does not say which of its algorithms; the provider's document does.
  server_.fetcher.serve_json(
      "https://up.example/.well-known/openid-configuration",
      json::serialize(json::object{{"issuer", kUpstream},
                                   {"jwks_uri", "https://up.example/keys"},
                                   {"authorization_endpoint", "https://up.example/auth"},
                                   {"id_token_signing_alg_values_supported", json::array{"PS256"}}}));
  json::object config{{"useJwksUrl", "false"},
                      {"authorizationUrl", ""},
                      {"publicKeySignatureVerifierKeyId", "pasted"},
                      {"publicKeySignatureVerifier", base64_of_key(crypto::KeyType::kRsa)}};
  use_with(config);
  Browser ps(server_), rs(server_);
  expect_signed_in(come_with_id_token(ps, jose::Algorithm::kPS256, R"({"alg":"PS256"})"), "zoe");
  EXPECT_NE(come_with_id_token(rs, jose::Algorithm::kRS256, R"({"alg":"RS256","kid":"pasted"})").status, 302);
  EXPECT_EQ(calls_to("/keys"), 0U);
}

// ---- keys that are replaced without a word

TEST_F(ProviderConfig, refuses_and_then_takes_a_key_that_was_replaced_where_tokens_name_none) {
  Browser before(server_), at_once(server_), after(server_);
  const std::string header = R"({"alg":"ES256"})";
  expect_signed_in(come_with_id_token(before, jose::Algorithm::kES256, header), "zoe");
  const auto next = crypto::PrivateKey::generate(crypto::KeyType::kEcP256).value();
  const jose::PublicJwk jwk{next.public_key(), "k1", "ES256", "sig", ""};
  server_.fetcher.serve_json("https://up.example/keys", jose::jwks_json({&jwk, 1}));
  const auto key = jose::SigningKey::make(next.clone(), "k1", jose::Algorithm::kES256).value();
  const auto come = [&](Browser& browser) {
    leave(browser);
    json::object claims{{"iss", kUpstream}, {"aud", "cardea"}, {"sub", "u-1"}, {"nonce", nonce_}};
    claims["iat"] = epoch_seconds(server_.clock.now());
    claims["exp"] = epoch_seconds(server_.clock.now()) + 300;
    id_token_ = jose::sign_by_hand(key, header, json::serialize(claims));
    return come_back(browser);
  };
  EXPECT_NE(come(at_once).status, 302) << "strangers must not make us ask without end";
  server_.clock.advance(upstream::kKeysFloor);
  expect_signed_in(come(after), "zoe");
  EXPECT_EQ(calls_to("/keys"), 2U);
}

// ---- disableNonce, pkceEnabled

TEST_F(ProviderConfig, refuses_a_nonce_that_nobody_sent_and_to_go_without_nonce_and_verifier) {
  use_with({{"disableNonce", "true"}});
  claims_["nonce"] = "somebody-elses";
  Browser browser(server_), neither(server_);
  expect_refused(sign_in_upstream(browser), "id_token_wrong_nonce");
  use_with({{"disableNonce", "true"}, {"pkceEnabled", "false"}});
  expect_refused(neither.get(button(neither.get(authorize_url()))), "neither_nonce_nor_pkce_cannot_run");
}

TEST_F(ProviderConfig, sends_no_nonce_and_no_verifier_where_the_record_says_so) {
  use_with({{"disableNonce", "true"}});
  Browser first(server_), second(server_);
  leave(first);
  EXPECT_TRUE(nonce_.empty());
  EXPECT_FALSE(challenge_.empty());
  const auto now = epoch_seconds(server_.clock.now());
  id_token_ = sign({{"iss", kUpstream},
                    {"aud", "cardea"},
                    {"sub", "u-1"},
                    {"preferred_username", "zoe"},
                    {"email", "zoe@up.example"},
                    {"given_name", "Zoe"},
                    {"family_name", "Zed"},
                    {"iat", now},
                    {"exp", now + 300}});
  expect_signed_in(come_back(first), "zoe");
  EXPECT_TRUE(token_form_.value("code_verifier"));
  id_token_.clear();
  use_with({{"pkceEnabled", "false"}});
  leave(second);
  EXPECT_FALSE(nonce_.empty());
  EXPECT_TRUE(challenge_.empty());
  expect_signed_in(come_back(second), "zoe");
  EXPECT_FALSE(token_form_.value("code_verifier"));
}

// ---- what the provider is told

TEST_F(ProviderConfig, passes_on_hint_and_languages_only_where_the_record_says_so) {
  const Pairs asked{{"login_hint", "zoe@up.example"}, {"ui_locales", "de fr"}};
  const auto plain = away_with(asked);
  EXPECT_EQ(location_parameter(plain, "login_hint"), "");
  EXPECT_EQ(location_parameter(plain, "ui_locales"), "");
  EXPECT_EQ(location_parameter(plain, "prompt"), "");
  use_with({{"loginHint", "true"}, {"uiLocales", "true"}, {"prompt", "consent"}, {"defaultScope", "openid email"}});
  const auto told = away_with(asked);
  EXPECT_EQ(location_parameter(told, "login_hint"), "zoe@up.example");
  EXPECT_EQ(location_parameter(told, "ui_locales"), "de fr");
  EXPECT_EQ(location_parameter(told, "prompt"), "consent");
  EXPECT_EQ(location_parameter(told, "scope"), "openid email");
  use_with({{"forwardParameters", "login_hint, ui_locales"}});
  const auto forwarded = away_with(asked);
  EXPECT_EQ(location_parameter(forwarded, "login_hint"), "zoe@up.example");
  EXPECT_EQ(location_parameter(forwarded, "ui_locales"), "de fr");
}

// ---- kc_idp_hint and the provider that the flow begins with

class Redirected : public Broker {
 protected:
  Redirected() {
    use({provider("up"), provider("hidden", {}, {{"hideOnLogin", true}}), provider("off", {}, {{"enabled", false}}),
         provider("links", {}, {{"linkOnly", true}})});
  }
  void begin_with(const std::string& alias) {
    server_.change_realm([&](Realm& realm) {
      const auto step = [](std::string_view authenticator, int priority) {
        return json::object{{"authenticator", authenticator},
                            {"requirement", "ALTERNATIVE"},
                            {"priority", priority},
                            {"authenticatorFlow", false},
                            {"userSetupAllowed", false}};
      };
      auto redirector = step("identity-provider-redirector", 10);
      redirector["authenticatorConfig"] = "default";
      realm.extra["authenticationFlows"].as_array().push_back(
          json::object{{"alias", "led"},
                       {"providerId", "basic-flow"},
                       {"topLevel", true},
                       {"builtIn", false},
                       {"authenticationExecutions", json::array{redirector, step("auth-username-password-form", 20)}}});
      realm.extra["authenticatorConfig"].as_array().push_back(
          json::object{{"id", "default"}, {"alias", "default"}, {"config", {{"defaultProvider", alias}}}});
      realm.extra["browserFlow"] = "led";
    });
  }
  /// The provider that the browser is sent to at once; empty: to none.
  std::string sent_to(const Pairs& asked = {}) {
    Browser browser(server_);
    const auto answer = browser.get(authorize_url(asked));
    const auto url = answer.status == 302 ? location(answer) : std::string();
    const auto at = url.find("/broker/");
    return at == std::string::npos ? std::string() : url.substr(at + 8, url.find('/', at + 8) - at - 8);
  }
};

TEST_F(Redirected, refuses_to_send_anybody_to_providers_that_nobody_signs_in_by) {
  for (const std::string alias : {"off", "links", "nobody"}) {
    EXPECT_EQ(sent_to({{"kc_idp_hint", alias}}), "") << alias;
  }
  EXPECT_EQ(sent_to({{"kc_idp_hint", "hidden"}}), "hidden") << "hidden from the page alone";
  for (const std::string alias : {"off", "links", "nobody"}) {
    begin_with(alias);
    EXPECT_EQ(sent_to(), "") << alias;
  }
}

TEST_F(Redirected, sends_to_the_default_provider_unless_the_request_names_another_or_none) {
  begin_with("up");
  EXPECT_EQ(sent_to(), "up");
  EXPECT_EQ(sent_to({{"kc_idp_hint", "hidden"}}), "hidden");
  EXPECT_EQ(sent_to({{"kc_idp_hint", "nobody"}}), "") << "the ordinary page";
  Browser browser(server_);
  EXPECT_EQ(browser.get(authorize_url() + "&kc_idp_hint=").status, 200) << "there and empty: none";
}

// ---- allowedClockSkew

TEST_F(ProviderConfig, refuses_tokens_beyond_the_skew_that_the_record_allows) {
  const auto ended = [this](int seconds_ago) { claims_["exp"] = epoch_seconds(server_.clock.now()) - seconds_ago; };
  use_with({{"allowedClockSkew", "5"}});
  ended(6);
  Browser first(server_), second(server_);
  expect_refused(sign_in_upstream(first), "id_token_expired");
  use_with({{"allowedClockSkew", "120"}});
  ended(110);
  expect_signed_in(sign_in_upstream(second), "zoe");
}

// ---- caseSensitiveOriginalUsername

TEST_F(ProviderConfig, keeps_the_case_of_a_name_there_only_where_the_record_says_so) {
  claims_["preferred_username"] = "Zoe";
  Browser first(server_), second(server_);
  expect_signed_in(sign_in_upstream(first), "zoe");
  EXPECT_EQ(link_of("u-1")->upstream_name, "zoe");
  use_with({{"caseSensitiveOriginalUsername", "true"}});
  expect_signed_in(sign_in_upstream(second), "zoe");
  EXPECT_EQ(link_of("u-1")->upstream_name, "Zoe");
}

// ---- odd answers of a provider

TEST_F(ProviderConfig, refuses_odd_answers_of_the_token_endpoint) {
  using web::FetchResponse;
  const std::pair<web::Fetched, std::string_view> answers[] = {
      {FetchResponse{.status = 302, .headers = {{"Location", "https://up.example/elsewhere"}}, .body = {}},
       "token_status_302"},
      {FetchResponse{.status = 200, .headers = {{"Content-Type", "text/html"}}, .body = "<html>"}, "token_status_200"},
      {FetchResponse{.status = 200, .headers = {}, .body = R"(["access_token"])"}, "token_status_200"},
      {FetchResponse{.status = 200, .headers = {}, .body = R"({"access_token":"a","token_type":"mac"})"},
       "token_answer_without_bearer_token"},
      {FetchResponse{.status = 200, .headers = {}, .body = R"({"access_token":"a","token_type":"Bearer"})"},
       "no_id_token"},
      {refuse(web::FetchError::kTooLarge), "token_too_large"},
      {refuse(web::FetchError::kTimeout), "token_timeout"},
  };
  for (const auto& [answer, reason] : answers) {
    server_.fetcher.serve("https://up.example/token", [&answer](const web::FetchRequest&) { return answer; });
    Browser browser(server_);
    expect_refused(sign_in_upstream(browser), reason);
  }
  EXPECT_EQ(calls_to("/elsewhere"), 0U) << "no redirect is followed (attack class 10)";
}

TEST_F(ProviderConfig, refuses_the_document_of_another_issuer) {
  server_.fetcher.serve_json("https://up.example/.well-known/openid-configuration",
                             R"({"issuer":"https://evil.example","jwks_uri":"https://up.example/keys"})");
  use_with({{"jwksUrl", ""}});
  Browser browser(server_);
  expect_refused(browser.get(button(browser.get(authorize_url()))), "discovery_of_other_issuer");
}

// ---- userinfo

TEST_F(ProviderConfig, refuses_userinfo_as_a_token_that_is_not_the_providers) {
  use_with({{"userInfoUrl", kUserinfo}});
  const json::object said{{"sub", "u-1"}, {"email", "told@up.example"}};
  auto foreign = said;
  foreign["iss"] = "https://evil.example";
  auto others = said;
  others["aud"] = "other";
  auto old = said;
  old["exp"] = epoch_seconds(server_.clock.now()) - 61;
  const std::string forged = sign(said) + "AA";
  claims_.erase("email");
  const std::pair<std::string, std::string_view> answers[] = {
      {forged, "jwt_bad_signature"},
      {sign(foreign), "jwt_wrong_issuer"},
      {sign(others), "jwt_wrong_audience"},
      {sign(old), "jwt_expired"},
      {sign(said, jose::Algorithm::kHS256, R"({"alg":"HS256","kid":"k1"})"), "jwt_algorithm_not_allowed"},
  };
  for (const auto& [answer, reason] : answers) {
    serve_userinfo(answer, "application/jwt");
    Browser browser(server_);
    (void)sign_in_upstream(browser);
    EXPECT_TRUE(server_.log.contains(reason)) << reason;
    const auto user = user_named("zoe");
    EXPECT_TRUE(!user || user->email != "told@up.example") << reason;
  }
  serve_userinfo(sign({{"sub", "u-2"}}), "application/jwt");
  Browser browser(server_);
  EXPECT_NE(sign_in_upstream(browser).status, 302);
  EXPECT_TRUE(server_.log.contains("userinfo_of_other_subject"));
}

TEST_F(ProviderConfig, reads_userinfo_as_a_signed_token) {
  use_with({{"userInfoUrl", kUserinfo}});
  claims_.erase("email");
  serve_userinfo(sign({{"iss", kUpstream}, {"aud", "cardea"}, {"sub", "u-1"}, {"email", "told@up.example"}}),
                 "application/jwt;charset=utf-8");
  Browser browser(server_);
  expect_signed_in(sign_in_upstream(browser), "zoe");
  EXPECT_EQ(user_named("zoe")->email, "told@up.example");
}

TEST_F(ProviderConfig, asks_no_userinfo_where_it_is_switched_off) {
  use_with({{"userInfoUrl", kUserinfo}, {"disableUserInfo", "true"}});
  serve_userinfo(R"({"sub":"u-1","email":"told@up.example"})");
  Browser browser(server_);
  expect_signed_in(sign_in_upstream(browser), "zoe");
  EXPECT_EQ(calls_to("/userinfo"), 0U);
}

// ---- oauth2 and github

TEST_F(ProviderConfig, reads_the_claims_that_the_record_of_plain_oauth_names) {
  use_with({{"userInfoUrl", kUserinfo},
            {"userIDClaim", "number"},
            {"userNameClaim", "handle"},
            {"emailClaim", "post"},
            {"givenNameClaim", "first"},
            {"familyNameClaim", "last"}},
           "oauth2");
  serve_userinfo(R"({"number":7,"handle":"zoe","post":"Zoe@Up.example","first":"Zo","last":"Zett","sub":"x"})");
  Browser browser(server_), whole(server_);
  expect_signed_in(sign_in_upstream(browser), "zoe");
  EXPECT_EQ(user_named("zoe")->email, "zoe@up.example");
  EXPECT_EQ(user_named("zoe")->first_name, "Zo");
  EXPECT_EQ(user_named("zoe")->last_name, "Zett");
  EXPECT_TRUE(link_of("7"));
  use_with({{"userInfoUrl", kUserinfo}, {"fullNameClaim", "called"}, {"userNameClaim", "handle"}}, "oauth2");
  serve_userinfo(R"({"sub":"8","handle":"max","called":"Max van Mann","email":"max@up.example"})");
  expect_signed_in(sign_in_upstream(whole), "max");
  EXPECT_EQ(user_named("max")->first_name, "Max van");
  EXPECT_EQ(user_named("max")->last_name, "Mann");
}

class Github : public ProviderConfig {
 protected:
  Github() {
    use({provider("up", {{"baseUrl", "https://hub.example"}, {"apiUrl", "https://api.hub.example"}},
                  {{"providerId", "github"}, {"trustEmail", true}})});
    server_.fetcher.serve("https://hub.example/login/oauth/access_token", [](const web::FetchRequest&) -> web::Fetched {
      return web::FetchResponse{
          .status = 200, .headers = {}, .body = R"({"access_token":"gh","token_type":"bearer","scope":"user:email"})"};
    });
    server_.fetcher.serve_json("https://api.hub.example/user",
                               R"({"id":7,"login":"zoe","name":"Zoe Zed","email":null})");
  }
  void serve_addresses(std::string body, int status = 200) {
    server_.fetcher.serve("https://api.hub.example/user/emails", [body = std::move(body), status](const auto&) {
      return web::Fetched(web::FetchResponse{.status = status, .headers = {}, .body = body});
    });
  }
};

// An address that GitHub has not verified is anybody's (attack class 7).
TEST_F(Github, refuses_addresses_that_are_not_verified_or_not_the_persons_first) {
  const std::pair<std::string, int> answers[] = {
      {R"([{"email":"zoe@up.example","primary":true,"verified":false}])", 200},
      {R"([{"email":"zoe@up.example","primary":false,"verified":true}])", 200},
      {"[]", 200},
      {"{}", 200},
      {R"([{"email":"zoe@up.example","primary":true,"verified":true}])", 404}};
  for (const auto& [list, status] : answers) {
    serve_addresses(list, status);
    Browser browser(server_);
    EXPECT_EQ(sign_in_upstream(browser).status, 302) << "to the form that asks for an address";
    ASSERT_TRUE(user_named("zoe")) << list;
    EXPECT_EQ(user_named("zoe")->email, "") << list;
    EXPECT_FALSE(user_named("zoe")->email_verified) << list;
  }
  expect_logged_with_request("upstream_addresses_not_read");
}

TEST_F(Github, takes_the_first_address_that_is_verified_where_the_profile_shows_none) {
  serve_addresses(R"([{"email":"old@up.example","primary":false,"verified":true},
                      {"email":"zoe@up.example","primary":true,"verified":true}])");
  Browser browser(server_);
  expect_signed_in(sign_in_upstream(browser), "zoe");
  EXPECT_EQ(user_named("zoe")->email, "zoe@up.example");
  EXPECT_TRUE(user_named("zoe")->email_verified);
}

}  // namespace
}  // namespace cardea::protocol
