// The whole server in process, without a socket: the object graph as app/wire builds it, with a fake clock, seeded
// randomness and rows in memory or in a SQLite file. Requests go through the router; a Browser keeps cookies and fills
// in forms. Steps run in a plain loop.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "account/account.h"
#include "base/json.h"
#include "broker/broker.h"
#include "core/login_guard.h"
#include "core/settings.h"
#include "crypto/seal.h"
#include "login/login.h"
#include "oidc/oidc.h"
#include "oidc/routes.h"
#include "scim/scim.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_fetcher.h"
#include "tests/support/memory_log.h"
#include "tests/support/realm_fixture.h"
#include "tests/support/seeded_random.h"
#include "web/router.h"

namespace cardea::protocol {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Where the rows of a server are. Suites run on each: TEST_P with INSTANTIATE_ON_EVERY_ENGINE.
enum class Engine { kMemory, kSqlite, kPostgres };
inline void PrintTo(Engine engine, std::ostream* out) {
  *out << (engine == Engine::kMemory ? "memory" : engine == Engine::kSqlite ? "sqlite" : "postgres");
}
#define INSTANTIATE_ON_EVERY_ENGINE(suite)                                                                       \
  INSTANTIATE_TEST_SUITE_P(Engines, suite, testing::Values(Engine::kMemory, Engine::kSqlite, Engine::kPostgres), \
                           testing::PrintToStringParamName())

/// The rows themselves: opened by the harness, gone with the server.
class Backend;

/// A server with realm "demo" (tests/support/realm_fixture.h), its clients and users:
///   app        public, redirect https://app.example/cb          web    confidential, secret "web-secret", the same
///   redirect second     public, https://second.example/cb, origin of it   service  confidential, secret
///   "service-secret", service account ada / correct-horse;  bob / correct-horse with UPDATE_PASSWORD;  eve /
///   correct-horse, disabled
class Server {
 public:
  explicit Server(Engine engine = Engine::kMemory);
  ~Server();

  [[nodiscard]] web::Response handle(web::Request request);
  /// Done once, before the password of the next request is hashed: what happens beside it.
  std::function<void()> before_hash;
  /// The lane that the answer of a request is made on; for requests that call no other server.
  [[nodiscard]] web::Lane last_lane(web::Request request);
  /// The lanes of all steps of a request that calls no other server, in turn.
  [[nodiscard]] std::vector<web::Lane> lanes(web::Request request);
  /// A form POST to `P/...` of realm demo.
  [[nodiscard]] web::Response post(std::string_view path, const Pairs& form,
                                   const std::vector<web::Header>& headers = {});
  [[nodiscard]] web::Response get(std::string_view path, const std::vector<web::Header>& headers = {});
  /// DER of the certificate that requests made by `post` and `get` come with; empty: none.
  std::string client_certificate;

  /// Changes the realm's row and drops what was cached.
  void change_realm(const std::function<void(Realm&)>& change);
  [[nodiscard]] std::shared_ptr<const RealmEntry> realm();
  [[nodiscard]] Settings& settings() { return settings_; }
  /// Adds a client: public, all scopes of the harness, redirect https://<id>.example/cb unless `change` says otherwise.
  void add_client(const std::string& client_id, const std::function<void(Client&)>& change);
  /// For jobs of the broker, and for what a test lets it do beside the requests.
  [[nodiscard]] broker::Dependencies& broker() { return *broker_; }
  /// Where people are asked on their devices (CIBA). Before the first request for discovery.
  void ask_people_at(std::string url) { oidc_->channel = {std::move(url), &sealer_}; }
  /// As if nobody had joined `broker` and `oidc`.
  void unwire_upstream_check() { oidc_->check_upstream = nullptr; }
  /// As after `start-dev`.
  void start_for_development() { oidc_->production = false; }
  /// Gives a user of the harness the realm role offline_access.
  void allow_offline(std::string_view username = "ada");

  /// With rows in memory: every write that follows fails.
  void fail_writes(StoreError error);

  FakeClock clock;
  SeededRandom random{20'261'122};
  MemoryLog log;
  FakeFetcher fetcher;  // other servers, as the steps of requests see them

 private:
  crypto::Sealer sealer_;
  std::unique_ptr<Backend> backend_;

 public:
  Repositories repositories;

 private:
  void fill();
  [[nodiscard]] broker::LoginSide login_side();

  FrontendUrls frontends_;
  web::BaseUrl base_url_{"https://id.example", "", &frontends_};
  web::Pages pages_{random};
  Settings settings_{repositories, log};
  LoginGuard login_guard_{clock, random};
  std::unique_ptr<oidc::Dependencies> oidc_;
  std::unique_ptr<login::Login> login_;
  std::unique_ptr<broker::Dependencies> broker_;
  /// Stands in for what npm builds: a page for the account console, and its texts.
  web::ConsoleFiles consoles_{
      "0123456789abcdef",
      {{"texts.account.en.json", 55, R"([{"key":"a","value":"A"},{"key":"b","value":"\u00c4 B"}])"}},
      {{"account", "account.js", {}, {}}}};
  std::unique_ptr<account::Dependencies> account_;
  std::unique_ptr<scim::Dependencies> scim_;
  web::Router router_;
};

inline constexpr const char* kIssuer = "https://id.example/realms/demo";
inline constexpr std::string_view kP = "/realms/demo/protocol/openid-connect";

/// One browser: its cookies, and the forms of the page it shows.
class Browser {
 public:
  explicit Browser(Server& server) : server_(server) {}

  web::Response get(std::string_view url);
  web::Response post(std::string_view url, const Pairs& form);
  /// Posts the first form of the page with these fields; the action is unescaped as a browser does.
  web::Response submit(const web::Response& page, const Pairs& fields);

  [[nodiscard]] std::optional<std::string> cookie(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, std::string>& cookies() const { return cookies_; }
  void set_cookie(std::string name, std::string value) { cookies_[std::move(name)] = std::move(value); }

 private:
  web::Response send(web::Request request);

  Server& server_;
  std::map<std::string, std::string> cookies_;
};

/// An authorization request of client `app` with PKCE; `changes` replace or add parameters, an empty value removes one.
[[nodiscard]] std::string authorize_url(const Pairs& changes = {});
extern const std::string kVerifier;

/// Value of a parameter in the Location of a redirect; empty when absent.
[[nodiscard]] std::string location_parameter(const web::Response& response, std::string_view name);
[[nodiscard]] std::string location(const web::Response& response);

/// Signs `username` in and answers with the code.
[[nodiscard]] std::string sign_in(Browser& browser, std::string_view username = "ada", const Pairs& changes = {});
/// The token answer as an object; the status must be 200.
[[nodiscard]] json::object redeem(Server& server, std::string_view code, const Pairs& changes = {});
[[nodiscard]] json::object refresh(Server& server, std::string_view token, int status = 200);
[[nodiscard]] json::object body_of(const web::Response& response);
/// Payload of a JWT, unverified.
[[nodiscard]] json::object payload_of(std::string_view jwt);

}  // namespace cardea::protocol
