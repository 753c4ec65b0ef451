#include "tests/protocol/harness.h"

#include "base/encoding.h"
#include "base/text.h"
#include "base/uri.h"
#include "broker/foreign_jwt.h"
#include "broker/grant_jwt.h"
#include "broker/source.h"
#include "crypto/hash.h"
#include "crypto/password.h"
#include "login/texts.h"
#include "oidc/authorize/authorize_endpoint.h"
#include "oidc/authorize/check_request.h"
#include "oidc/endpoint.h"
#include "oidc/redirect_uri.h"
#include "store/open.h"
#include "tests/support/memory_store.h"
#include "tests/support/postgres.h"
#include "tests/support/temporary_folder.h"
#include "web/form.h"

namespace cardea::protocol {

const std::string kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

namespace {

crypto::Sealer test_sealer() {
  std::vector<SecretBytes> keys;
  keys.push_back(SecretBytes(std::string(crypto::kSealKeyBytes, 's')));
  return crypto::Sealer(std::move(keys));
}

/// One hash for every user: hashing is 7 ms each.
const crypto::KeycloakCredential& correct_horse() {
  static const auto credential = [] {
    SeededRandom random(1);
    return crypto::to_keycloak_credential(*crypto::hash_password("correct-horse", random));
  }();
  return credential;
}

std::string unescaped(std::string text) {
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"&amp;", "&"},
                                 {"&quot;", "\""},
                                 {"&#39;", "'"},
                                 {"&lt;", "<"},
                                 {"&gt;", ">"}}) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  }
  return text;
}

web::Request request_of(web::Method method, std::string_view url) {
  web::Request request;
  request.method = method;
  request.scheme = "https";
  request.host = "id.example";
  request.remote_address = "192.0.2.7";
  request.correlation_id = "test";
  if (url.starts_with("https://id.example")) url.remove_prefix(18);
  url = url.substr(0, url.find('#'));
  const auto mark = url.find('?');
  request.path = url.substr(0, mark);
  if (mark != std::string_view::npos) request.query = url.substr(mark + 1);
  return request;
}

std::string form_body(const Pairs& form) {
  std::string body;
  for (const auto& [name, value] : form) web::append_form(body, name, value);
  return body;
}

}  // namespace

class Backend {
 public:
  Backend(Engine engine, const crypto::Sealer& sealer, Log& log) {
    if (engine == Engine::kMemory) {
      repositories_.emplace(memory_.repositories());
      return;
    }
    store::DatabaseSettings settings;
    if (engine == Engine::kSqlite) {
      folder_.emplace();
      settings.path = *folder_ / "cardea.db";
    } else {
      settings.engine = db::Engine::kPostgres;
      settings.url = TestPostgres::shared().url();
      settings.schema = TestPostgres::shared().make_schema();
    }
    auto opened = store::open(std::move(settings), log);
    EXPECT_TRUE(opened) << opened.error().detail;
    opened_ = std::move(*opened);
    repositories_.emplace(opened_->repositories(sealer));
  }
  [[nodiscard]] Repositories repositories() const { return *repositories_; }
  void fail_writes(StoreError error) { memory_.fail_writes(0, error); }

 private:
  std::optional<TemporaryFolder> folder_;
  MemoryStore memory_;
  std::unique_ptr<store::OpenStore> opened_;
  std::optional<Repositories> repositories_;
};

Server::~Server() = default;

void Server::fail_writes(StoreError error) { backend_->fail_writes(error); }

Server::Server(Engine engine)
    : sealer_(test_sealer()),
      backend_(std::make_unique<Backend>(engine, sealer_, log)),
      repositories(backend_->repositories()) {
  settings_.use_frontends(frontends_);
  fill();
  oidc_ = std::make_unique<oidc::Dependencies>(oidc::Dependencies{
      repositories, settings_, pages_, base_url_, clock, random, log, login_guard_,
      [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm, AuthorizationRequest authorization,
             std::string username, std::optional<SessionId> steps_up) {
        return login_->start(request, std::move(realm), std::move(authorization), std::move(username),
                             std::move(steps_up));
      },
      [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm, AuthorizationRequest authorization,
             Authentication proven, std::vector<std::string> actions) {
        return login_->require_actions(request, std::move(realm), std::move(authorization), std::move(proven),
                                       std::move(actions));
      }});
  oidc_->frame = [](const web::Request& request, const Realm& realm) { return login::frame_for(request, realm); };
  oidc_->check_foreign_jwt = [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                    const Client& client, std::string token, broker::ForeignJwtNext next) {
    return broker::check_foreign_jwt(*broker_, request, std::move(realm), client, std::move(token), std::move(next));
  };
  oidc_->check_grant_jwt = [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                  const Client& client, std::string token, broker::ForeignJwtNext next) {
    return broker::check_grant_jwt(*broker_, request, std::move(realm), client, std::move(token), std::move(next));
  };
  oidc_->with_source_realm = [this](const web::Request& request, broker::SourceRealmNext next) {
    return broker::with_source_realm(*broker_, request, {}, std::move(next));
  };
  oidc_->upstream_logout_url = [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                      const UserSession& session, std::string target, broker::UpstreamLogoutNext next) {
    return broker::upstream_logout_url(*broker_, request, std::move(realm), session, std::move(target),
                                       std::move(next));
  };
  oidc_->check_upstream = [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm,
                                 const UserSession& session, broker::UpstreamCheckNext next) {
    return broker::check_upstream(*broker_, request, std::move(realm), session, std::move(next));
  };
  login_ = std::make_unique<login::Login>(login::Dependencies{
      repositories, settings_, sealer_, pages_, base_url_, clock, random, log, login_guard_,
      [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm,
             const AuthorizationRequest& authorization, const Authentication& proven) {
        return oidc::complete_interaction(*oidc_, request, std::move(realm), authorization, proven);
      },
      [this](const web::Request& request, std::shared_ptr<const RealmEntry> entry,
             const AuthorizationRequest& authorization) {
        return oidc::deny_interaction(*oidc_, request, std::move(entry), authorization);
      },
      [this](const ClientEntry* client, const AuthorizationRequest& authorization, std::string_view base) {
        return oidc::why_client_may_not(client, authorization, base, oidc_->production);
      },
      [this](const Client& client, std::string_view uri, std::string_view base) {
        return oidc::is_redirect_allowed(client, uri, base, oidc_->production);
      },
      [this](const web::Request& request, const RealmEntry& realm, const Client& client,
             const AuthorizationRequest& authorization, std::string_view error, std::string_view description) {
        return oidc::answer_with_error(*oidc_, request, realm, client, authorization, error, description);
      },
      login::make_theme_mailer(), login::make_mail_limits(),
      [this](const web::Request& request, std::shared_ptr<const RealmEntry> realm, const std::string& handle,
             const UserId& user, std::move_only_function<web::Outcome()> next) {
        return broker::link_upstream(*broker_, request, std::move(realm), handle, user, std::move(next));
      }});
  broker_ = std::make_unique<broker::Dependencies>(
      broker::Dependencies{repositories, settings_, sealer_, pages_, base_url_, clock, random, log, login_side()});
  broker_->frame = oidc_->frame;
  account_ = std::make_unique<account::Dependencies>(
      account::Dependencies{repositories, settings_, pages_, base_url_, consoles_, clock, random, log});
  scim_ = std::make_unique<scim::Dependencies>(
      scim::Dependencies{repositories, settings_, base_url_, clock, random, log,
                         [this](const web::Request& request, scim::SourceRealmNext next) {
                           return broker::with_source_realm(*broker_, request, {}, std::move(next));
                         }});
  oidc::add_routes(router_, *oidc_);
  login_->add_routes(router_);
  broker::add_routes(router_, *broker_);
  account::add_routes(router_, *account_);
  scim::add_routes(router_, *scim_);
}

broker::LoginSide Server::login_side() {
  return {.pause = [this](const web::Request& request, broker::RealmPtr realm,
                          broker::PausedNext next) { return login_->pause(request, realm, std::move(next)); },
          .check_paused =
              [this](const web::Request& request, broker::RealmPtr realm, PausedLogin paused, broker::PausedNext next) {
                return login_->check_paused(request, realm, std::move(paused), std::move(next));
              },
          .resume =
              [this](const web::Request& request, broker::RealmPtr realm, PausedLogin paused, UpstreamSignIn who) {
                return login_->resume(request, realm, std::move(paused), std::move(who));
              },
          .show =
              [this](const web::Request& request, broker::RealmPtr realm, PausedLogin paused, std::string reason,
                     std::string message) {
                return login_->show_paused(request, realm, std::move(paused),
                                           {.reason = std::move(reason), .message = std::move(message)});
              },
          .start =
              [this](const web::Request& request, broker::RealmPtr realm, AuthorizationRequest authorization,
                     std::string username) {
                return login_->start(request, realm, std::move(authorization), std::move(username));
              }};
}

void Server::fill() {
  auto records = make_test_records();
  auto app = make_test_client(records.scopes);
  const auto client = [&](std::string id, std::string secret, std::string redirect) {
    auto made = make_test_client(records.scopes);
    made.id = ClientId("client-" + id);
    made.client_id = std::move(id);
    made.public_client = secret.empty();
    made.secret = SecretBytes(std::move(secret));
    made.redirect_uris = {std::move(redirect)};
    return made;
  };
  auto service = client("service", "service-secret", "https://unused.example/");
  service.service_accounts_enabled = true;
  const auto user = [&](Tx& tx, std::string name, std::vector<std::string> actions, bool enabled) -> Stored<void> {
    User made;
    made.id = UserId("user-" + name);
    made.realm = records.realm.id;
    made.username = name;
    made.email = name + "@demo.example";
    made.first_name = "Test";
    made.last_name = "User";
    made.enabled = enabled;
    made.required_actions = std::move(actions);
    if (name == "service-account-service") made.service_account_client = ClientId("client-service");
    if (auto done = repositories.users.insert(tx, made, false); !done) return done;
    Credential credential;
    credential.id = CredentialId("credential-" + name);
    credential.user = made.id;
    credential.type = "password";
    credential.credential_data = correct_horse().credential_data;
    credential.secret_data = SecretBytes::copy_of(correct_horse().secret_data);
    return repositories.credentials.insert(tx, credential);
  };
  const auto stored = repositories.store.write([&](Tx& tx) -> Stored<void> {
    if (auto done = repositories.realms.insert(tx, records.realm); !done) return done;
    for (const auto& scope : records.scopes) {
      if (auto done = repositories.scopes.insert(tx, records.realm.id, scope); !done) return done;
    }
    for (const auto& key : records.keys) {
      if (auto done = repositories.keys.insert(tx, records.realm.id, key); !done) return done;
    }
    for (const auto* record : {&app, &service}) {
      if (auto done = repositories.clients.insert(tx, records.realm.id, *record); !done) return done;
    }
    if (auto done =
            repositories.clients.insert(tx, records.realm.id, client("web", "web-secret", "https://app.example/cb"));
        !done)
      return done;
    if (auto done =
            repositories.clients.insert(tx, records.realm.id, client("second", "", "https://second.example/cb"));
        !done)
      return done;
    if (auto done = user(tx, "ada", {}, true); !done) return done;
    if (auto done = user(tx, "bob", {"UPDATE_PASSWORD"}, true); !done) return done;
    if (auto done = user(tx, "eve", {}, false); !done) return done;
    return user(tx, "service-account-service", {}, true);
  });
  EXPECT_TRUE(stored) << describe(stored.error());
}

web::Response Server::handle(web::Request request) {
  auto outcome = router_.handle(request);
  if (before_hash) {
    while (!outcome.is_response() && outcome.then().lane != web::Lane::kHash) outcome = outcome.then().step();
    std::exchange(before_hash, nullptr)();
  }
  return web::run(std::move(outcome), &fetcher);
}

std::vector<web::Lane> Server::lanes(web::Request request) {
  std::vector<web::Lane> lanes;
  auto outcome = router_.handle(request);
  while (!outcome.is_response()) {
    lanes.push_back(outcome.then().lane);
    outcome = outcome.then().step();
  }
  return lanes;
}

web::Lane Server::last_lane(web::Request request) {
  const auto all = lanes(std::move(request));
  return all.empty() ? web::Lane::kInline : all.back();
}

web::Response Server::post(std::string_view path, const Pairs& form, const std::vector<web::Header>& headers) {
  auto request = request_of(web::Method::kPost,
                            path.starts_with("/realms") ? std::string(path) : std::string(kP) + std::string(path));
  request.headers = headers;
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  request.body = form_body(form);
  request.client_certificate = client_certificate;
  return handle(std::move(request));
}

web::Response Server::get(std::string_view path, const std::vector<web::Header>& headers) {
  auto request = request_of(web::Method::kGet,
                            path.starts_with("/realms") ? std::string(path) : std::string(kP) + std::string(path));
  request.headers = headers;
  request.client_certificate = client_certificate;
  return handle(std::move(request));
}

void Server::change_realm(const std::function<void(Realm&)>& change) {
  const auto stored = repositories.store.write([&](Tx& tx) -> Stored<void> {
    auto found = repositories.realms.find_by_name(tx, "demo");
    if (!found) return refuse(found.error());
    change(**found);
    return repositories.realms.update(tx, **found);
  });
  ASSERT_TRUE(stored);
  ASSERT_TRUE(settings_.check_versions());
}

void Server::add_client(const std::string& client_id, const std::function<void(Client&)>& change) {
  auto client = make_test_client(realm()->scopes);
  client.id = ClientId("client-" + client_id);
  client.client_id = client_id;
  client.redirect_uris = {"https://" + client_id + ".example/cb"};
  change(client);
  const auto stored =
      repositories.store.write([&](Tx& tx) { return repositories.clients.insert(tx, RealmId("realm-demo"), client); });
  ASSERT_TRUE(stored);
  ASSERT_TRUE(settings_.check_versions());
}

void Server::allow_offline(std::string_view username) {
  const auto stored = repositories.store.write([&](Tx& tx) -> Stored<void> {
    auto known = repositories.roles.find_by_name(tx, RealmId("realm-demo"), std::nullopt, "offline_access");
    if (!known) return refuse(known.error());
    if (!*known) {
      Role role;
      role.id = RoleId("role-offline");
      role.realm = RealmId("realm-demo");
      role.name = "offline_access";
      if (auto done = repositories.roles.insert(tx, role); !done) return done;
    }
    return repositories.users.add_role(tx, UserId(std::string("user-").append(username)), RoleId("role-offline"));
  });
  ASSERT_TRUE(stored);
  ASSERT_TRUE(settings_.check_versions());
}

std::shared_ptr<const RealmEntry> Server::realm() { return *settings_.load_realm("demo"); }

web::Response Browser::send(web::Request request) {
  std::string header;
  for (const auto& [name, value] : cookies_)
    header.append(header.empty() ? "" : "; ").append(name).append("=").append(value);
  if (!header.empty()) request.headers.push_back({"Cookie", header});
  auto response = server_.handle(std::move(request));
  for (const auto& set : response.headers) {
    if (!equal_ignoring_ascii_case(set.name, "Set-Cookie")) continue;
    const auto pair = set.value.substr(0, set.value.find(';'));
    const auto equals = pair.find('=');
    if (set.value.find("Max-Age=0") != std::string::npos) {
      cookies_.erase(pair.substr(0, equals));
    } else {
      cookies_[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
  }
  return response;
}

web::Response Browser::get(std::string_view url) { return send(request_of(web::Method::kGet, url)); }

web::Response Browser::post(std::string_view url, const Pairs& form) {
  auto request = request_of(web::Method::kPost, url);
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  request.headers.push_back({"Origin", "https://id.example"});
  request.body = form_body(form);
  return send(std::move(request));
}

web::Response Browser::submit(const web::Response& page, const Pairs& fields) {
  const std::string html(page.body_text());
  const auto form = html.find("<form");
  EXPECT_NE(form, std::string::npos) << html;
  const auto at = html.find("action=\"", form) + 8;
  return post(unescaped(html.substr(at, html.find('"', at) - at)), fields);
}

std::optional<std::string> Browser::cookie(std::string_view name) const {
  const auto found = cookies_.find(std::string(name));
  return found == cookies_.end() ? std::nullopt : std::optional(found->second);
}

std::string authorize_url(const Pairs& changes) {
  Pairs parameters = {{"client_id", "app"},
                      {"redirect_uri", "https://app.example/cb"},
                      {"response_type", "code"},
                      {"scope", "openid"},
                      {"state", "st"},
                      {"nonce", "no"},
                      {"code_challenge", crypto::sha256_base64url(kVerifier)},
                      {"code_challenge_method", "S256"}};
  for (const auto& [name, value] : changes) {
    std::erase_if(parameters, [&](const auto& pair) { return pair.first == name; });
    if (!value.empty()) parameters.emplace_back(name, value);
  }
  return std::string(kP) + "/auth?" + form_body(parameters);
}

std::string location(const web::Response& response) {
  const auto* header = response.find_header("Location");
  return header == nullptr ? std::string{} : *header;
}

std::string location_parameter(const web::Response& response, std::string_view name) {
  const auto url = location(response);
  const auto mark = url.find_first_of("?#");
  if (mark == std::string::npos) return {};
  const auto form = web::Form::parse(std::string_view(url).substr(mark + 1));
  return form ? std::string(form->value_or(name, "")) : std::string{};
}

std::string sign_in(Browser& browser, std::string_view username, const Pairs& changes) {
  const auto page = browser.get(authorize_url(changes));
  EXPECT_EQ(page.status, 200) << page.body_text();
  const auto answer = browser.submit(page, {{"username", std::string(username)}, {"password", "correct-horse"}});
  EXPECT_EQ(answer.status, 302) << answer.body_text();
  return location_parameter(answer, "code");
}

json::object redeem(Server& server, std::string_view code, const Pairs& changes) {
  Pairs form = {{"grant_type", "authorization_code"},
                {"client_id", "app"},
                {"redirect_uri", "https://app.example/cb"},
                {"code_verifier", kVerifier}};
  form.emplace_back("code", code);
  for (const auto& [name, value] : changes) {
    std::erase_if(form, [&](const auto& pair) { return pair.first == name; });
    if (!value.empty()) form.emplace_back(name, value);
  }
  const auto response = server.post("/token", form);
  EXPECT_EQ(response.status, 200) << response.body_text();
  return body_of(response);
}

json::object refresh(Server& server, std::string_view token, int status) {
  const auto response = server.post(
      "/token", {{"grant_type", "refresh_token"}, {"client_id", "app"}, {"refresh_token", std::string(token)}});
  EXPECT_EQ(response.status, status) << response.body_text();
  return body_of(response);
}

json::object body_of(const web::Response& response) {
  auto parsed = parse_json(response.body_text());
  EXPECT_TRUE(parsed) << response.body_text();
  return parsed ? parsed->as_object() : json::object{};
}

json::object payload_of(std::string_view jwt) {
  const auto dot = jwt.find('.');
  const auto payload = base64url_decode(jwt.substr(dot + 1, jwt.find('.', dot + 1) - dot - 1));
  auto parsed = parse_json(payload.value_or(""));
  return parsed ? parsed->as_object() : json::object{};
}

}  // namespace cardea::protocol
