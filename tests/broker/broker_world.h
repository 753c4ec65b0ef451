// The provider of broker tests, as functions: a realm with it, the way out to it and back.
#pragma once

#include <gtest/gtest.h>

#include <set>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "jose/jwk.h"
#include "jose/test_keys.h"
#include "tests/protocol/harness.h"
#include "web/form.h"

namespace cardea::protocol {

inline constexpr auto kUpstream = "https://up.example";
inline constexpr auto kEndpoint = "https://id.example/realms/demo/broker/up/endpoint";

inline json::object provider(std::string_view alias, const json::object& config = {},
                             const json::object& members = {}) {
  json::object settings{{"clientId", "cardea"},
                        {"clientSecret", "up-secret"},
                        {"authorizationUrl", "https://up.example/auth"},
                        {"tokenUrl", "https://up.example/token"},
                        {"jwksUrl", "https://up.example/keys"},
                        {"issuer", kUpstream},
                        {"syncMode", "FORCE"}};
  for (const auto& [name, value] : config) settings[name] = value;
  json::object out{{"alias", alias}, {"displayName", "Up"}, {"providerId", "oidc"}, {"enabled", true}};
  for (const auto& [name, value] : members) out[name] = value;
  out["config"] = settings;
  return out;
}

class Broker : public testing::Test {
 protected:
  explicit Broker(Engine engine = Engine::kMemory) : server_(engine) {
    use({provider("up")});
    const jose::PublicJwk key{jose::test_private_key(crypto::KeyType::kEcP256).public_key(), "k1", "ES256", "sig", ""};
    server_.fetcher.serve_json("https://up.example/keys", jose::jwks_json({&key, 1}));
    serve_discovery(false);
    server_.fetcher.serve("https://up.example/token", [this](const web::FetchRequest& request) -> web::Fetched {
      token_form_ = *web::Form::parse(request.body);
      if (token_status_ != 200) {
        return web::FetchResponse{
            .status = token_status_, .headers = {}, .body = R"({"error":")" + token_error_ + "\"}"};
      }
      const json::object answer{
          {"access_token", "up-access"}, {"token_type", "Bearer"}, {"expires_in", 300}, {"id_token", id_token()}};
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
    });
  }
  void serve_discovery(bool sends_iss) {
    json::object document{{"issuer", kUpstream},
                          {"jwks_uri", "https://up.example/keys"},
                          {"id_token_signing_alg_values_supported", json::array{"ES256"}}};
    document["authorization_response_iss_parameter_supported"] = sends_iss;
    server_.fetcher.serve_json("https://up.example/.well-known/openid-configuration", json::serialize(document));
  }
  void use(const json::array& providers, const json::array& mappers = {}) {
    server_.change_realm([&](Realm& realm) {
      realm.extra["identityProviders"] = providers;
      realm.extra["identityProviderMappers"] = mappers;
    });
  }
  std::string id_token() {
    auto claims = claims_;
    claims.emplace("iss", kUpstream);
    claims.emplace("aud", "cardea");
    claims.emplace("sub", "u-1");
    claims.emplace("nonce", nonce_);
    claims.emplace("iat", epoch_seconds(server_.clock.now()));
    claims.emplace("exp", epoch_seconds(server_.clock.now()) + 300);
    return jose::sign_by_hand(jose::test_signing_key(jose::Algorithm::kES256), R"({"alg":"ES256","kid":"k1"})",
                              json::serialize(claims));
  }
  /// The link of the provider's button on the login page.
  static std::string button(const web::Response& page, const std::string& alias = "up") {
    std::string html(page.body_text());
    const auto at = html.find("id=\"social-" + alias + "\"");
    EXPECT_NE(at, std::string::npos) << html;
    if (at == std::string::npos) return {};
    const auto begin = html.find("href=\"", at) + 6;
    auto url = html.substr(begin, html.find('"', begin) - begin);
    for (auto amp = url.find("&amp;"); amp != std::string::npos; amp = url.find("&amp;", amp)) url.replace(amp, 5, "&");
    return url;
  }
  /// From the client's request to the provider; keeps what it was asked.
  web::Response leave(Browser& browser, const std::string& alias = "up") {
    const auto page = browser.get(authorize_url());
    auto away = browser.get(button(page, alias));
    EXPECT_EQ(away.status, 302) << away.body_text();
    nonce_ = location_parameter(away, "nonce");
    state_ = location_parameter(away, "state");
    challenge_ = location_parameter(away, "code_challenge");
    return away;
  }
  std::string callback(const Pairs& more, const std::string& endpoint = kEndpoint) const {
    std::string query;
    web::append_form(query, "state", state_);
    for (const auto& [name, value] : more) web::append_form(query, name, value);
    return endpoint + "?" + query;
  }
  web::Response come_back(Browser& browser, const Pairs& more = {{"code", "up-code"}}) {
    return browser.get(callback(more));
  }
  web::Response sign_in_upstream(Browser& browser) {
    leave(browser);
    return come_back(browser);
  }
  std::optional<User> user_named(std::string_view name) {
    return read_from(server_.repositories.store,
                     [&](Rows& rows) {
                       return server_.repositories.users.find_by_username(rows, RealmId("realm-demo"), name);
                     })
        .value();
  }
  std::optional<FederatedIdentity> link_of(std::string_view id, std::string_view alias = "up") {
    return read_from(server_.repositories.store,
                     [&](Rows& rows) {
                       return server_.repositories.federated_identities.find(rows, RealmId("realm-demo"), alias, id);
                     })
        .value();
  }
  void link(std::string_view user, std::string_view id, std::string_view provider = "up") {
    FederatedIdentity identity;
    identity.realm = RealmId("realm-demo");
    identity.user = UserId("user-" + std::string(user));
    identity.provider = provider;
    identity.upstream_id = id;
    ASSERT_TRUE(server_.repositories.store.write(
        [&](Tx& tx) { return server_.repositories.federated_identities.insert(tx, identity); }));
  }
  /// A role of a client that is made for it; given to the user.
  void give_client_role(const std::string& client_id, const std::string& role, const std::string& user) {
    const auto stored = server_.repositories.store.write([&](Tx& tx) -> Stored<void> {
      Client client;
      client.id = ClientId("id-of-" + client_id);
      client.client_id = client_id;
      client.protocol = "openid-connect";
      client.enabled = true;
      if (auto done = server_.repositories.clients.insert(tx, RealmId("realm-demo"), client); !done) return done;
      Role record;
      record.id = RoleId("id-of-" + role);
      record.realm = RealmId("realm-demo");
      record.client = client.id;
      record.name = role;
      if (auto done = server_.repositories.roles.insert(tx, record); !done) return done;
      return server_.repositories.users.add_role(tx, UserId(user), record.id);
    });
    ASSERT_TRUE(stored);
    ASSERT_TRUE(server_.settings().check_versions());
  }
  /// Of the groups that somebody is in; "nobody" of who has no account.
  std::set<std::string> paths_of(std::string_view username) {
    std::set<std::string> out;
    const auto user = user_named(username);
    if (!user) return {"nobody"};
    EXPECT_TRUE(read_from(server_.repositories.store, [&](Rows& rows) -> Stored<bool> {
      const auto groups = server_.repositories.subjects.memberships(rows, RealmId("realm-demo"), user->id);
      for (const auto& id : *groups) {
        out.insert((*server_.repositories.groups.find(rows, RealmId("realm-demo"), id))->path);
      }
      return true;
    }));
    return out;
  }
  /// Requests of ours to an address that holds this.
  [[nodiscard]] std::size_t calls_to(std::string_view part) const {
    std::size_t count = 0;
    for (const auto& call : server_.fetcher.calls) count += web::text_of(call.url).contains(part) ? 1U : 0U;
    return count;
  }
  /// The login's page again, nobody signed in, and the reason in the log.
  void expect_refused(const web::Response& response, std::string_view reason) {
    EXPECT_NE(response.status, 302) << location(response);
    EXPECT_TRUE(server_.log.contains(reason)) << reason << '\n' << response.body_text();
    EXPECT_FALSE(user_named("zoe"));
  }
  /// The event is in the log, and each of its lines says of which request it is.
  void expect_logged_with_request(std::string_view event) {
    EXPECT_TRUE(server_.log.contains(event)) << event;
    for (const auto& line : server_.log.lines()) {
      EXPECT_TRUE(!line.contains(event) || line.contains("correlation_id=")) << line;
    }
  }
  void expect_signed_in(const web::Response& response, std::string_view username) {
    ASSERT_EQ(response.status, 302) << response.body_text();
    const auto code = location_parameter(response, "code");
    ASSERT_FALSE(code.empty()) << location(response);
    const auto tokens = redeem(server_, code);
    const auto sub = string_or(payload_of(string_or(tokens, "access_token", "")), "sub", "");
    EXPECT_EQ(sub, user_named(username)->id.str());
  }

  Server server_;
  json::object claims_{
      {"preferred_username", "zoe"}, {"email", "zoe@up.example"}, {"given_name", "Zoe"}, {"family_name", "Zed"}};
  std::string nonce_, state_, challenge_;
  web::Form token_form_;
  int token_status_ = 200;
  std::string token_error_ = "invalid_grant";
};

}  // namespace cardea::protocol
