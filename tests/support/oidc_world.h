// The provider in process: a realm in the memory store, all routes of `oidc`, a clock that stands still. Requests go
// through the router; sessions and tokens are made as the grants make them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "core/session.h"
#include "core/token/issue_token.h"
#include "core/token/token_subject.h"
#include "crypto/hash.h"
#include "crypto/key.h"
#include "oidc/routes.h"
#include "oidc/session_cookies.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/memory_store.h"
#include "tests/support/seeded_random.h"
#include "web/form.h"

namespace cardea::oidc {

inline constexpr std::string_view kWorldBase = "https://id.example";
inline constexpr std::string_view kWorldIssuer = "https://id.example/realms/demo";
inline constexpr std::string_view kProtocol = "/realms/demo/protocol/openid-connect";

/// A person signed in at one client.
struct SignedIn {
  UserSession session;
  IssuedTokens tokens;
  std::string cookies;  // value of a Cookie header
  std::string state_checker;
};

class OidcWorld {
 public:
  OidcWorld()
      : settings_(store_.repositories(), log),
        pages_(random_),
        base_url_(std::string(kWorldBase), ""),
        dependencies_{.repositories = store_.repositories(),
                      .settings = settings_,
                      .pages = pages_,
                      .base_url = base_url_,
                      .clock = clock,
                      .random = random_,
                      .log = log,
                      .login_guard = login_guard_,
                      .start_login = {},
                      .require_actions = {},
                      .check_upstream = [](const web::Request&, const std::shared_ptr<const RealmEntry>&,
                                           const UserSession&, auto next) { return next(true); }} {
    add_realm("demo");
    add_user("ada", true);
    add_routes(router_, dependencies_);
  }

  void add_realm(const std::string& name, bool enabled = true, SslRequired ssl = SslRequired::kExternal,
                 bool rotates = false) {
    Realm realm;
    realm.id = RealmId("realm-" + name);
    realm.name = name;
    realm.display_name = "Demo Realm";
    realm.enabled = enabled;
    realm.ssl_required = ssl;
    realm.revoke_refresh_token = rotates;
    realm.default_signature_algorithm = "ES256";
    write([&](Tx& tx) -> Stored<void> {
      const auto repositories = store_.repositories();
      auto done = repositories.realms.insert(tx, realm);
      for (const auto& key : keys(name)) {
        if (done) done = repositories.keys.insert(tx, realm.id, key);
      }
      for (const auto& scope : scopes(name)) {
        if (done) done = repositories.scopes.insert(tx, realm.id, scope);
      }
      return done;
    });
  }

  void add_user(const std::string& username, bool enabled, const std::string& realm = "demo") {
    User user;
    user.id = UserId(realm + "-user-" + username);
    user.realm = RealmId("realm-" + realm);
    user.username = username;
    user.email = username + "@example.com";
    user.first_name = "Ada";
    user.last_name = "Lovelace";
    user.enabled = enabled;
    write([&](Tx& tx) { return store_.repositories().users.insert(tx, user, false); });
  }

  /// Whom tokens of service_tokens are about.
  void add_service_account(const std::string& username, const std::string& client_id) {
    User user;
    user.id = UserId("demo-user-" + username);
    user.realm = RealmId("realm-demo");
    user.username = username;
    user.service_account_client = ClientId("demo-client-" + client_id);
    user.enabled = true;
    write([&](Tx& tx) { return store_.repositories().users.insert(tx, user, false); });
  }

  /// A confidential client with secret "s3cret", redirect URI https://<id>.example/*, web origins "+".
  [[nodiscard]] static Client make_client(const std::string& client_id, const std::string& realm = "demo") {
    Client client;
    client.id = ClientId(realm + "-client-" + client_id);
    client.client_id = client_id;
    client.secret = SecretBytes(std::string("s3cret"));
    client.redirect_uris = {"https://" + client_id + ".example/*"};
    client.web_origins = {"+"};
    for (const auto* scope : {"basic", "profile", "acr"}) client.default_scopes.emplace_back(realm + "-scope-" + scope);
    return client;
  }
  void add_client(const Client& client, const std::string& realm = "demo") {
    write([&](Tx& tx) { return store_.repositories().clients.insert(tx, RealmId("realm-" + realm), client); });
  }
  void update_client(const Client& client, const std::string& realm = "demo") {
    write([&](Tx& tx) { return store_.repositories().clients.update(tx, RealmId("realm-" + realm), client); });
    (void)settings_.check_versions();
  }
  void add_client(const std::string& client_id) { add_client(make_client(client_id)); }

  /// Signs a user in at a client: session, share and tokens. `into`: an existing session gets another share.
  SignedIn sign_in(const std::string& client_id, const std::string& username = "ada", const UserSession* into = nullptr,
                   std::string_view scope = "openid", const std::string& realm_name = "demo") {
    const auto realm = *settings_.load_realm(realm_name);
    const auto client = *settings_.load_client(realm, client_id);
    SignedIn result;
    result.session = into != nullptr ? *into
                                     : make_session(realm->realm,
                                                    {.user = UserId(realm_name + "-user-" + username),
                                                     .auth_time = epoch_seconds(clock.now()),
                                                     .acr = "1",
                                                     .remember_me = false},
                                                    "127.0.0.1", clock.now(), random_);
    result.tokens = issue(*realm, *client, &result.session, scope);
    ClientSession share;
    share.session = result.session.id;
    share.client = client->client.id;
    share.started_at = clock.now();
    share.scope = scope;
    share.chain.refresh_id = result.tokens.refresh_id;
    write([&](Tx& tx) -> Stored<void> {
      auto& sessions = store_.repositories().sessions;
      if (into == nullptr) {
        auto done = sessions.insert(tx, result.session, session_end(realm->realm, result.session));
        if (!done) return done;
      }
      return sessions.put_client_session(tx, share);
    });
    add_cookies(*realm, result);
    return result;
  }

  /// Tokens of a service account: no session behind them.
  IssuedTokens service_tokens(const std::string& client_id, std::string_view username = "robot") {
    if (username == "robot") add_service_account("robot", client_id);
    const auto realm = *settings_.load_realm("demo");
    return issue(*realm, **settings_.load_client(realm, client_id), nullptr, "openid", username);
  }

  [[nodiscard]] bool is_alive(const UserSession& session) {
    return read_from(store_,
                     [&](Rows& rows) { return store_.repositories().sessions.find(rows, session.realm, session.id); })
        ->has_value();
  }
  [[nodiscard]] std::size_t shares_of(const UserSession& session) {
    return read_from(store_,
                     [&](Rows& rows) { return store_.repositories().sessions.client_sessions(rows, session.id); })
        ->size();
  }

  web::Response send(web::Request request) {
    request.scheme = "https";
    request.host = "id.example";
    request.remote_address = "203.0.113.7";
    request.correlation_id = "c-1";
    return web::run(router_.handle(request));
  }
  web::Response get(std::string_view path, std::vector<web::Header> headers = {}) {
    return send(request(web::Method::kGet, path, std::move(headers)));
  }
  web::Response post(std::string_view path, const std::vector<std::pair<std::string, std::string>>& form,
                     std::vector<web::Header> headers = {}) {
    auto made = request(web::Method::kPost, path, std::move(headers));
    for (const auto& [name, value] : form) web::append_form(made.body, name, value);
    made.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    return send(std::move(made));
  }
  static web::Request request(web::Method method, std::string_view path, std::vector<web::Header> headers) {
    web::Request made;
    made.method = method;
    const auto question = path.find('?');
    made.path = path.substr(0, question);
    if (question != std::string_view::npos) made.query = path.substr(question + 1);
    made.headers = std::move(headers);
    return made;
  }
  [[nodiscard]] static std::string at(std::string_view endpoint) { return std::string(kProtocol).append(endpoint); }

  [[nodiscard]] MemoryStore& store() { return store_; }
  [[nodiscard]] Settings& settings() { return settings_; }
  [[nodiscard]] Dependencies& dependencies() { return dependencies_; }
  [[nodiscard]] Random& random() { return random_; }

  FakeClock clock;
  MemoryLog log;

 private:
  template <class F>
  void write(F&& function) {
    const auto done = store_.write([&](Tx& tx) -> Stored<void> { return function(tx); });
    EXPECT_TRUE(done) << (done ? "" : describe(done.error()));
  }

  IssuedTokens issue(const RealmEntry& realm, const ClientEntry& client, const UserSession* session,
                     std::string_view scope, std::string_view username = {}) {
    const auto plan = *plan_for(client, scope);
    const UserId user = session != nullptr ? session->user : UserId("demo-user-" + std::string(username));
    const auto subject = read_from(store_, [&](Rows& rows) -> Stored<TokenSubject> {
      auto loaded = store_.repositories().subjects.load(rows, realm.realm.id, user);
      if (!loaded) return refuse(loaded.error());
      (*loaded)->user.enabled = true;  // the token was issued before the user was locked
      return complete_subject(rows, settings_, client, *plan, std::move(**loaded));
    });
    const auto issuer = issuer_of(realm);
    const TokenContext context{.realm = realm,
                               .client = client,
                               .plan = *plan,
                               .subject = *subject,
                               .issuer = issuer,
                               .now = clock.now(),
                               .session = session,
                               .acr = "1",
                               .nonce = {},
                               .grant = session != nullptr ? "ac" : "cc"};
    auto tokens = issue_tokens(context, random_);
    EXPECT_TRUE(tokens) << (tokens ? "" : describe(tokens.error()));
    return tokens ? std::move(*tokens) : IssuedTokens{};
  }

  void add_cookies(const RealmEntry& realm, SignedIn& result) {
    web::Response response;
    result.state_checker = random_handle(random_);
    web::Request https;
    https.scheme = "https";
    add_session_cookies(response, https, realm, result.session, issuer_of(realm), base_url_, result.state_checker,
                        clock.now());
    for (const auto& header : response.headers) {
      if (!result.cookies.empty()) result.cookies += "; ";
      result.cookies += header.value.substr(0, header.value.find(';'));
    }
  }

  static std::string issuer_of(const RealmEntry& realm) {
    return std::string(kWorldBase).append("/realms/").append(realm.realm.name);
  }

  static std::vector<RealmKey> keys(const std::string& realm) {
    static const auto rsa = crypto::PrivateKey::generate(crypto::KeyType::kRsa)->to_pem();
    static const auto ec = crypto::PrivateKey::generate(crypto::KeyType::kEcP256)->to_pem();
    std::vector<RealmKey> made;
    const auto add = [&](std::string algorithm, const SecretBytes& secret) {
      RealmKey key;
      key.id = KeyId(realm + "-key-" + algorithm);
      key.kid = algorithm + "-kid";
      key.algorithm = std::move(algorithm);
      key.use = "sig";
      key.secret = secret.clone();
      made.push_back(std::move(key));
    };
    add("RS256", rsa);
    add("ES256", ec);
    add("HS512", SecretBytes(crypto::digest(crypto::HashAlgorithm::kSha512, realm)));
    return made;
  }

  static std::vector<ClientScope> scopes(const std::string& realm) {
    const auto scope = [&](std::string name, std::vector<ProtocolMapper> mappers, bool in_token) {
      ClientScope made;
      made.id = ScopeId(realm + "-scope-" + name);
      made.name = std::move(name);
      made.attributes["include.in.token.scope"] = in_token ? "true" : "false";
      made.mappers = std::move(mappers);
      return made;
    };
    const auto mapper = [](std::string provider, std::map<std::string, std::string> config) {
      ProtocolMapper made;
      made.id = made.name = provider;
      made.provider = std::move(provider);
      made.config = std::move(config);
      for (const auto* key :
           {"access.token.claim", "id.token.claim", "userinfo.token.claim", "introspection.token.claim"})
        made.config.try_emplace(key, "true");
      return made;
    };
    const auto username = mapper("oidc-usermodel-attribute-mapper",
                                 {{"user.attribute", "username"}, {"claim.name", "preferred_username"}});
    const auto extra = mapper("oidc-hardcoded-claim-mapper", {{"claim.name", "only_introspection"},
                                                              {"claim.value", "yes"},
                                                              {"jsonType.label", "String"},
                                                              {"access.token.claim", "false"},
                                                              {"id.token.claim", "false"},
                                                              {"userinfo.token.claim", "false"}});
    return {scope("basic", {mapper("oidc-sub-mapper", {})}, false), scope("profile", {username, extra}, true),
            scope("acr", {mapper("oidc-acr-mapper", {{"userinfo.token.claim", "false"}})}, false)};
  }

  SeededRandom random_;
  MemoryStore store_;
  Settings settings_;
  LoginGuard login_guard_{clock, random_};
  web::Pages pages_;
  web::BaseUrl base_url_;
  Dependencies dependencies_;
  web::Router router_;
};

[[nodiscard]] inline std::string header_of(const web::Response& response, std::string_view name) {
  const auto* value = response.find_header(name);
  return value == nullptr ? std::string() : *value;
}

[[nodiscard]] inline json::object object_of(const web::Response& response) {
  auto parsed = parse_json(response.body_text());
  EXPECT_TRUE(parsed && parsed->is_object()) << response.body_text();
  return parsed && parsed->is_object() ? parsed->as_object() : json::object{};
}

[[nodiscard]] inline std::string member_names(const json::object& object) {
  std::string names;
  for (const auto& member : object) names.append(names.empty() ? "" : " ").append(member.key());
  return names;
}

[[nodiscard]] inline web::Header bearer(std::string_view token, std::string_view scheme = "Bearer") {
  return {"Authorization", std::string(scheme).append(" ").append(token)};
}

}  // namespace cardea::oidc
