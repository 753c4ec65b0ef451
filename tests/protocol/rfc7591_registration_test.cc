// Dynamic client registration and management (OpenID Connect Dynamic Client Registration 1.0, RFC 7591, RFC 7592;
// keycloak.md section 1.15; standards.md section 10).
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "core/client_urls.h"
#include "core/realm_defaults.h"
#include "oidc/registration/token.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

constexpr std::string_view kBase = "/realms/demo/clients-registrations/openid-connect";

class Registration : public testing::TestWithParam<Engine> {
 protected:
  Registration() { metadata_ = {{"redirect_uris", json::array{"https://new.example/cb"}}, {"client_name", "New"}}; }

  /// An initial access token, as an administrator makes one.
  std::string initial_token(int uses = 1, seconds life = seconds(600)) {
    const auto id = "initial-" + std::to_string(++count_);
    const auto now = server_.clock.now();
    const Ticket ticket{.hash = id,
                        .realm = RealmId("realm-demo"),
                        .kind = TicketKind::kInitialAccess,
                        .content = "",
                        .uses = uses,
                        .uses_left = uses,
                        .created_at = now,
                        .expires_at = now + life};
    const auto stored =
        server_.repositories.store.write([&](Tx& tx) { return server_.repositories.tickets.insert(tx, ticket); });
    EXPECT_TRUE(stored);
    return *oidc::make_registration_token(*server_.realm(), kIssuer, {TicketKind::kInitialAccess, id}, now, now + life);
  }
  web::Response send(web::Method method, std::string_view path, const std::string& token,
                     const json::object* body = nullptr) {
    web::Request request;
    request.method = method;
    request.path = path.starts_with("https://id.example") ? path.substr(18) : path;
    request.scheme = "https";
    request.host = "id.example";
    request.remote_address = "192.0.2.7";
    request.correlation_id = "test";
    if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
    if (body != nullptr) {
      request.headers.push_back({"Content-Type", "application/json"});
      request.body = json::serialize(*body);
    }
    return server_.handle(std::move(request));
  }
  web::Response create(const std::string& token) { return send(web::Method::kPost, kBase, token, &metadata_); }
  json::object created() {
    const auto response = create(initial_token());
    EXPECT_EQ(response.status, 201) << response.body_text();
    return body_of(response);
  }
  void expect_refused(const web::Response& response, int status, std::string_view error,
                      std::string_view description = {}) {
    EXPECT_EQ(response.status, status) << response.body_text();
    EXPECT_EQ(string_or(body_of(response), "error", ""), error);
    if (!description.empty()) EXPECT_EQ(string_or(body_of(response), "error_description", ""), description);
  }
  static std::string text(const json::object& object, std::string_view name) { return string_or(object, name, ""); }

  Server server_{GetParam()};
  json::object metadata_;
  int count_ = 0;
};

TEST_P(Registration, refuses_registrants_without_a_good_token) {  // RG-9
  const auto garbage = create("x");
  expect_refused(garbage, 401, "invalid_token", "Failed decode token");
  EXPECT_NE(garbage.find_header("WWW-Authenticate"), nullptr);
  const auto expired = initial_token(1, seconds(10));
  server_.clock.advance(seconds(10));
  expect_refused(create(expired), 401, "invalid_token");
  // A token of another use, signed with the same key.
  const auto tokens = body_of(server_.post(
      "/token",
      {{"grant_type", "password"}, {"client_id", "app"}, {"username", "ada"}, {"password", "correct-horse"}}));
  expect_refused(create(text(tokens, "refresh_token")), 401, "invalid_token");
  expect_refused(create(text(tokens, "access_token")), 403, "insufficient_scope");
}

TEST_P(Registration, refuses_anonymous_registrants_from_anywhere) {
  server_.change_realm(
      [](Realm& realm) { realm.extra["components"] = default_realm("demo").realm.extra["components"]; });
  expect_refused(create(""), 403, "insufficient_scope",
                 "Policy 'Trusted Hosts' rejected request to client-registration service. Details: Host not trusted.");
  server_.change_realm([](Realm& realm) { realm.extra.erase("components"); });
  expect_refused(create(""), 403, "insufficient_scope");
}

TEST_P(Registration, refuses_strangers_before_it_reads_what_they_sent) {
  web::Request request;
  request.method = web::Method::kPost;
  request.path = kBase;
  request.scheme = "https";
  request.host = "id.example";
  request.remote_address = "192.0.2.7";
  request.body = "{ no JSON";
  expect_refused(server_.handle(std::move(request)), 403, "insufficient_scope");
}

TEST_P(Registration, refuses_representations_that_an_administrator_could_not_store_either) {
  const std::string base = "/realms/demo/clients-registrations/default";
  const std::vector<json::object> changes = {
      {{"redirectUris", json::array{"javascript:alert(1)"}}},
      {{"redirectUris", json::array{"https://new.example/cb#x"}}},
      {{"rootUrl", "javascript:alert(1)"}},
      {{"baseUrl", "data:text/html,x"}},
      {{"protocol", "odd"}},
      {{"clientId", std::string(300, 'x')}},
      {{"attributes", json::object{{"backchannel.logout.url", "file:///etc/passwd"}}}}};
  for (const auto& change : changes) {
    json::object body = {{"clientId", "odd"}, {"redirectUris", json::array{"https://new.example/cb"}}};
    for (const auto& member : change) body[member.key()] = member.value();
    expect_refused(send(web::Method::kPost, base, initial_token(), &body), 400, "invalid_client_metadata");
  }
}

TEST_P(Registration, refuses_to_take_off_the_mark_of_a_client_that_registered_itself) {
  const std::string base = "/realms/demo/clients-registrations/default";
  json::object body = {{"clientId", "marked"},
                       {"redirectUris", json::array{"https://new.example/cb"}},
                       {"clientAuthenticatorType", "client-jwt"},
                       {"attributes", json::object{{std::string(kSelfRegistered), "false"},
                                                   {"use.jwks.url", "true"},
                                                   {"jwks.url", "http://10.0.0.1/keys"}}}};
  const auto made = send(web::Method::kPost, base, initial_token(), &body);
  ASSERT_EQ(made.status, 201) << made.body_text();
  const auto stored = read_from(server_.repositories.store, [&](Rows& rows) {
    return server_.repositories.clients.find_by_client_id(rows, RealmId("realm-demo"), "marked");
  });
  ASSERT_TRUE(stored && *stored);
  EXPECT_EQ((*stored)->attribute(kSelfRegistered), "true") << "so its key address must be a public one";
}

TEST_P(Registration, refuses_to_let_a_client_shed_what_the_policies_gave_it) {
  server_.change_realm([](Realm& realm) {
    realm.extra["components"] = json::parse(R"({
      "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy": [
        {"name": "Consent", "providerId": "consent-required", "subType": "authenticated"},
        {"name": "Scope", "providerId": "scope", "subType": "authenticated"}]})");
  });
  const std::string base = "/realms/demo/clients-registrations/default";
  json::object body = {{"clientId", "held"}, {"redirectUris", json::array{"https://new.example/cb"}}};
  const auto made = body_of(send(web::Method::kPost, base, initial_token(), &body));
  EXPECT_TRUE(bool_or(made, "consentRequired", false));
  server_.change_realm([](Realm& realm) { realm.extra.erase("components"); });
  body["consentRequired"] = false;
  body["fullScopeAllowed"] = true;
  const auto after = send(web::Method::kPut, base + "/held", text(made, "registrationAccessToken"), &body);
  ASSERT_EQ(after.status, 200) << after.body_text();
  EXPECT_TRUE(bool_or(body_of(after), "consentRequired", false));
  EXPECT_FALSE(bool_or(body_of(after), "fullScopeAllowed", true));
}

TEST_P(Registration, an_initial_token_is_good_for_its_uses) {
  const auto token = initial_token(2);
  EXPECT_EQ(create(token).status, 201);
  metadata_["redirect_uris"] = json::array{"not a uri"};
  EXPECT_EQ(create(token).status, 400) << "a refused registration uses nothing up";
  metadata_["redirect_uris"] = json::array{"https://new.example/cb"};
  EXPECT_EQ(create(token).status, 201);
  expect_refused(create(token), 401, "invalid_token", "No remaining count on initial access token");
}

TEST_P(Registration, refuses_redirect_uris_that_could_be_stolen) {  // RG-2, RG-3
  for (const auto* uri : {"https://new.example/cb#x", "/relative", "http://new.example/cb", "https://new.example/*",
                          "javascript:alert(1)", "myapp:/cb", "data:text/html,x"}) {
    metadata_["redirect_uris"] = json::array{uri};
    expect_refused(create(initial_token()), 400, "invalid_redirect_uri");
  }
  metadata_["redirect_uris"] = json::array{};
  expect_refused(create(initial_token()), 400, "invalid_redirect_uri");
  for (const auto* uri : {"http://127.0.0.1/cb", "com.example.app:/cb"}) {
    metadata_["redirect_uris"] = json::array{uri};
    EXPECT_EQ(create(initial_token()).status, 201) << uri;
  }
}

TEST_P(Registration, refuses_metadata_that_we_cannot_keep) {  // RG-4, RG-8
  const auto with = [&](std::string_view name, json::value value) {
    auto kept = metadata_;
    metadata_[name] = std::move(value);
    const auto response = create(initial_token());
    metadata_ = std::move(kept);
    return response;
  };
  expect_refused(with("client_id", "mine"), 400, "invalid_client_metadata", "Client Identifier included");
  expect_refused(with("token_endpoint_auth_method", "magic"), 400, "invalid_client_metadata");
  expect_refused(with("token_endpoint_auth_method", "private_key_jwt"), 400, "invalid_client_metadata");
  expect_refused(with("response_types", json::array{"id_token"}), 400, "invalid_client_metadata");
  expect_refused(with("id_token_signed_response_alg", "none"), 400, "invalid_client_metadata");
  expect_refused(with("id_token_signed_response_alg", "HS512"), 400, "invalid_client_metadata");
  expect_refused(with("subject_type", "odd"), 400, "invalid_client_metadata");
  expect_refused(with("sector_identifier_uri", "https://new.example/s"), 400, "invalid_client_metadata");
  expect_refused(with("scope", "openid nope"), 403, "insufficient_scope");
  expect_refused(with("jwks", json::object{{"keys", json::array{}}}), 400, "invalid_client_metadata");
  expect_refused(with("logo_uri", "javascript:alert(1)"), 400, "invalid_client_metadata");
  EXPECT_EQ(with("unknown_member", 7).status, 201) << "RG-7";
}

TEST_P(Registration, refuses_to_tell_a_secret_to_clients_that_sign) {
  metadata_["token_endpoint_auth_method"] = "private_key_jwt";
  metadata_["jwks_uri"] = "https://new.example/jwks";
  const auto response = create(initial_token());
  ASSERT_EQ(response.status, 201) << response.body_text();
  EXPECT_FALSE(body_of(response).contains("client_secret"));
  EXPECT_FALSE(body_of(response).contains("client_secret_expires_at"));
}

TEST_P(Registration, a_client_that_registered_works_and_is_held_to_pkce) {
  const auto client = created();
  EXPECT_EQ(text(client, "client_name"), "New");
  EXPECT_EQ(int_or(client, "client_secret_expires_at", -1), 0);
  const auto id = text(client, "client_id");
  const Pairs request = {{"client_id", id}, {"redirect_uri", "https://new.example/cb"}};
  auto without = request;
  without.emplace_back("code_challenge", "");
  without.emplace_back("code_challenge_method", "");
  Browser browser(server_);
  EXPECT_EQ(location_parameter(browser.get(authorize_url(without)), "error"), "invalid_request");
  const auto code = sign_in(browser, "ada", request);
  const auto tokens = redeem(server_, code,
                             {{"client_id", id},
                              {"client_secret", text(client, "client_secret")},
                              {"redirect_uri", "https://new.example/cb"}});
  EXPECT_FALSE(text(tokens, "id_token").empty());
}

TEST_P(Registration, refuses_to_show_a_client_to_others) {  // RG-14
  const auto client = created();
  const auto uri = text(client, "registration_client_uri");
  const auto other = created();
  expect_refused(send(web::Method::kGet, uri, ""), 401, "invalid_token");
  expect_refused(send(web::Method::kGet, uri, initial_token()), 401, "invalid_token");
  expect_refused(send(web::Method::kGet, uri, text(other, "registration_access_token")), 401, "invalid_token");
  expect_refused(send(web::Method::kGet, std::string(kBase) + "/nobody", text(client, "registration_access_token")),
                 401, "invalid_token");
  expect_refused(send(web::Method::kGet, std::string(kBase) + "/web", text(client, "registration_access_token")), 401,
                 "invalid_token");
  const auto shown = send(web::Method::kGet, uri, text(client, "registration_access_token"));
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(text(body_of(shown), "client_id"), text(client, "client_id"));
}

TEST_P(Registration, an_update_replaces_everything_and_the_token) {  // RG-11
  const auto client = created();
  const auto uri = text(client, "registration_client_uri");
  const auto token = text(client, "registration_access_token");
  json::object body = {{"client_id", "other"}, {"redirect_uris", json::array{"https://new.example/two"}}};
  expect_refused(send(web::Method::kPut, uri, token, &body), 400, "invalid_client_metadata",
                 "Client Identifier modified");
  body["client_id"] = text(client, "client_id");
  body["client_secret"] = "chosen";
  expect_refused(send(web::Method::kPut, uri, token, &body), 400, "invalid_client_metadata");
  body["client_secret"] = text(client, "client_secret");
  const auto updated = send(web::Method::kPut, uri, token, &body);
  ASSERT_EQ(updated.status, 200) << updated.body_text();
  const auto after = body_of(updated);
  EXPECT_EQ(after.at("redirect_uris").as_array().at(0).as_string(), "https://new.example/two");
  EXPECT_EQ(text(after, "client_name"), "") << "what is not said is gone";
  EXPECT_EQ(text(after, "client_secret"), text(client, "client_secret"));
  expect_refused(send(web::Method::kGet, uri, token), 401, "invalid_token");
  EXPECT_EQ(send(web::Method::kGet, uri, text(after, "registration_access_token")).status, 200);
}

TEST_P(Registration, a_client_that_is_removed_is_gone_with_its_token) {  // RG-11
  const auto client = created();
  const auto uri = text(client, "registration_client_uri");
  const auto token = text(client, "registration_access_token");
  EXPECT_EQ(send(web::Method::kDelete, uri, token).status, 204);
  expect_refused(send(web::Method::kGet, uri, token), 401, "invalid_token");
  expect_refused(send(web::Method::kDelete, uri, token), 401, "invalid_token");
  const auto refused = server_.post("/token", {{"grant_type", "client_credentials"},
                                               {"client_id", text(client, "client_id")},
                                               {"client_secret", text(client, "client_secret")}});
  EXPECT_EQ(refused.status, 401);
}

TEST_P(Registration, a_service_account_comes_with_the_grant) {
  metadata_ = {{"grant_types", json::array{"client_credentials"}}};
  const auto client = created();
  const auto tokens = server_.post("/token", {{"grant_type", "client_credentials"},
                                              {"client_id", text(client, "client_id")},
                                              {"client_secret", text(client, "client_secret")}});
  EXPECT_EQ(tokens.status, 200) << tokens.body_text();
}

TEST_P(Registration, refuses_an_update_that_does_not_name_its_client) {  // RFC 7592 section 2.2
  const auto client = created();
  expect_refused(send(web::Method::kPut, text(client, "registration_client_uri"),
                      text(client, "registration_access_token"), &metadata_),
                 400, "invalid_client_metadata", "Client Identifier modified");
}

// What was answered can be sent back: the realm's lists have scopes of SAML, which no client here can name.
TEST_P(Registration, takes_back_the_representation_that_it_answered) {
  const std::string base = "/realms/demo/clients-registrations/default";
  ClientScope saml;
  saml.id = ScopeId("scope-saml");
  saml.name = "role_list";
  saml.protocol = "saml";
  const auto stored = server_.repositories.store.write(
      [&](Tx& tx) { return server_.repositories.scopes.insert(tx, RealmId("realm-demo"), saml); });
  ASSERT_TRUE(stored);
  server_.change_realm([](Realm& realm) { realm.default_scopes.emplace_back("scope-saml"); });
  const json::object asked = {{"clientId", "echo"}, {"redirectUris", json::array{"https://new.example/cb"}}};
  const auto made = send(web::Method::kPost, base, initial_token(), &asked);
  ASSERT_EQ(made.status, 201) << made.body_text();
  auto body = body_of(made);
  EXPECT_EQ(made.body_text().find("role_list"), std::string::npos);
  EXPECT_FALSE(bool_or(body, "directAccessGrantsEnabled", true)) << "nobody asked for it";
  body["name"] = "Echo";
  const auto changed = send(web::Method::kPut, base + "/echo", text(body, "registrationAccessToken"), &body);
  ASSERT_EQ(changed.status, 200) << changed.body_text();
  EXPECT_EQ(text(body_of(changed), "name"), "Echo");
  EXPECT_EQ(body_of(changed).at("defaultClientScopes"), body.at("defaultClientScopes"));
}

// Provider `install` (keycloak.md section 1.15): keycloak.json.
TEST_P(Registration, refuses_the_adapters_file_to_all_but_those_who_may_have_the_client) {
  const std::string base = "/realms/demo/clients-registrations/install";
  const auto ask = [&](const std::string& client, const std::string& credentials) {
    std::vector<web::Header> headers;
    if (!credentials.empty()) headers.push_back({"Authorization", "Basic " + base64_encode(credentials)});
    return server_.get(base + "/" + client, headers);
  };
  const auto nobody = "Not authorized to view client. Not valid token or client credentials provided.";
  expect_refused(ask("web", ""), 401, "invalid_token", nobody);
  expect_refused(ask("no-such-client", ""), 401, "invalid_token", nobody);
  expect_refused(ask("web", "web:wrong"), 401, "invalid_token", "Failed to authenticate client");
  expect_refused(ask("service", "web:web-secret"), 401, "invalid_token", "Different client authenticated");
  expect_refused(send(web::Method::kGet, base + "/web", initial_token()), 401, "invalid_token", nobody);
  const auto made = created();
  const auto token = text(made, "registration_access_token");
  expect_refused(send(web::Method::kGet, base + "/web", token), 401, "invalid_token", nobody);

  const auto own = ask("web", "web:web-secret");
  ASSERT_EQ(own.status, 200) << own.body_text();
  ASSERT_NE(own.find_header("Cache-Control"), nullptr);
  EXPECT_EQ(*own.find_header("Cache-Control"), "no-store");
  EXPECT_EQ(json::serialize(body_of(own)), R"({"realm":"demo","auth-server-url":"https://id.example/",)"
                                           R"("ssl-required":"external","resource":"web","confidential-port":0,)"
                                           R"("credentials":{"secret":"web-secret"}})");
  EXPECT_EQ(body_of(ask("app", "")).at("public-client"), true);
  EXPECT_FALSE(body_of(ask("app", "")).contains("credentials"));
  const auto registered = send(web::Method::kGet, base + "/" + text(made, "client_id"), token);
  ASSERT_EQ(registered.status, 200) << registered.body_text();
  EXPECT_EQ(body_of(registered).at("credentials").at("secret"), made.at("client_secret"));
}

// What people write about themselves must not become their roles, or open another application, by a client that nobody
// looked at.
TEST_P(Registration, refuses_mappers_of_who_whom_for_and_which_roles) {
  server_.change_realm(
      [](Realm& realm) { realm.extra["components"] = default_realm("demo").realm.extra["components"]; });
  const auto status = [&](const std::string& type, const std::string& claim) {
    json::object mapper{{"name", "m"}, {"protocol", "openid-connect"}, {"protocolMapper", type}};
    mapper["config"] = json::object{{"user.attribute", "firstName"}, {"claim.name", claim}};
    const json::object body{{"clientId", "c" + std::to_string(++count_)}, {"protocolMappers", json::array{mapper}}};
    const auto answer = send(web::Method::kPost, "/realms/demo/clients-registrations/default", initial_token(), &body);
    EXPECT_TRUE(answer.status == 201 || answer.body_text().contains("claim not allowed")) << answer.body_text();
    return answer.status;
  };
  for (const auto* claim : {"sub", "aud", "realm_access", "realm_access.roles", "resource_access.shop.roles"}) {
    EXPECT_EQ(status("oidc-usermodel-attribute-mapper", claim), 403) << claim;
  }
  EXPECT_EQ(status("oidc-usermodel-attribute-mapper", "subject_area"), 201);
}

TEST_P(Registration, refuses_the_new_secret_to_who_has_the_old_one) {
  server_.add_client("turning", [](Client& client) {
    client.public_client = false;
    client.secret = SecretBytes::copy_of("new-secret");
    client.attributes["client.secret.rotated"] = "old-secret";
    client.attributes["client.secret.rotated.expiration.time"] = "253402300799";
  });
  for (const std::string secret : {"old-secret", "new-secret"}) {
    const auto shown = server_.get("/realms/demo/clients-registrations/install/turning",
                                   {{"Authorization", "Basic " + base64_encode("turning:" + secret)}});
    EXPECT_EQ(shown.status, 200) << shown.body_text();
    EXPECT_FALSE(shown.body_text().contains("secret\"")) << shown.body_text();
  }
}

TEST_P(Registration, takes_representations_at_the_default_provider) {
  const std::string base = "/realms/demo/clients-registrations/default";
  json::object body = {{"clientId", "by-representation"}, {"redirectUris", json::array{"https://new.example/cb"}}};
  const auto made = send(web::Method::kPost, base, initial_token(), &body);
  ASSERT_EQ(made.status, 201) << made.body_text();
  const auto shown = body_of(made);
  EXPECT_EQ(text(shown, "clientId"), "by-representation");
  const auto again = send(web::Method::kPost, base, initial_token(), &body);
  expect_refused(again, 400, "invalid_client_metadata", "Client Identifier in use");
  const auto token = text(shown, "registrationAccessToken");
  EXPECT_EQ(send(web::Method::kGet, base + "/by-representation", token).status, 200);
}

// Whoever registers could hide a second secret there, or one without end.
TEST_P(Registration, refuses_to_take_a_rotated_secret_or_the_end_of_one_from_a_client) {
  server_.change_realm([](Realm& realm) {
    realm.extra["clientProfiles"] = json::parse(R"({"profiles":[{"name":"p","executors":[{"executor":"secret-rotation",
        "configuration":{"expiration-period":"1000","rotated-expiration-period":"100"}}]}]})");
    realm.extra["clientPolicies"] = json::parse(R"({"policies":[{"name":"all","enabled":true,"profiles":["p"],
        "conditions":[{"condition":"any-client","configuration":{}}]}]})");
  });
  const std::string base = "/realms/demo/clients-registrations/default";
  const json::object hidden = {{"client.secret.rotated", "hidden"},
                               {"client.secret.rotated.expiration.time", "253402300799"},
                               {"client.secret.expiration.time", "253402300799"}};
  json::object body = {{"clientId", "sly"}, {"serviceAccountsEnabled", true}, {"attributes", hidden}};
  const auto made = send(web::Method::kPost, base, initial_token(), &body);
  ASSERT_EQ(made.status, 201) << made.body_text();
  auto shown = body_of(made);
  const auto secret = text(shown, "secret");
  const auto status = [&](const std::string& with) {
    return server_.post("/token", {{"grant_type", "client_credentials"}, {"client_id", "sly"}, {"client_secret", with}})
        .status;
  };
  EXPECT_EQ(status("hidden"), 401);
  EXPECT_EQ(status(secret), 200);
  const auto changed = send(web::Method::kPut, base + "/sly", text(shown, "registrationAccessToken"), &body);
  ASSERT_EQ(changed.status, 200) << changed.body_text();
  EXPECT_EQ(status("hidden"), 401);
  server_.clock.advance(seconds(1001));
  EXPECT_EQ(status(secret), 401) << "it ends as the policy says, whatever the client wrote";
  EXPECT_TRUE(server_.log.contains("secret_ended"));
}

INSTANTIATE_ON_EVERY_ENGINE(Registration);

}  // namespace
}  // namespace cardea::protocol
