#include "app/wire/provider.h"

#include <gmock/gmock.h>

#include "tests/support/fake_clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/memory_store.h"
#include "tests/support/realm_fixture.h"
#include "tests/support/seeded_random.h"

namespace cardea::app {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class ProviderTest : public testing::Test {
 protected:
  web::Response get(const Provider& provider, std::string path) {
    web::Request request;
    request.path = std::move(path);
    request.host = "localhost:8080";
    return web::run(provider.handle(request));
  }
  web::Response send(const Provider& provider, std::string_view method, std::string path) {
    web::Request request;
    request.method = web::parse_method(method);
    request.path = std::move(path);
    request.host = "localhost:8080";
    request.scheme = "http";
    request.remote_address =
        "8.8." + std::to_string(asked_ / 250) + "." + std::to_string(asked_ % 250);  // each its own
    ++asked_;
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    return web::run(provider.handle(request));
  }
  /// A realm that answers the paths that name no realm, too.
  void add_realm(const std::string& name, bool enabled, SslRequired ssl, bool has_source_paths) {
    auto realm = make_test_records().realm;
    realm.id = RealmId("realm-" + name);
    realm.name = name;
    realm.enabled = enabled;
    realm.ssl_required = ssl;
    if (has_source_paths) realm.attributes["authentikPaths"] = "true";
    realm.extra["identityProviders"] = json::array{
        json::object{{"alias", "up"}, {"providerId", "oidc"}, {"enabled", true}, {"config", json::object()}}};
    ASSERT_TRUE(store_.write([&](Tx& tx) { return store_.repositories().realms.insert(tx, realm); }));
  }
  Provider::Parts parts() { return {store_.repositories(), sealer_, clock_, random_, log_}; }

  int asked_ = 0;
  MemoryStore store_;
  FakeClock clock_;
  SeededRandom random_;
  MemoryLog log_;
  crypto::Sealer sealer_{[] {
    std::vector<SecretBytes> keys;
    keys.push_back(SecretBytes(std::string(crypto::kSealKeyBytes, 'k')));
    return keys;
  }()};
};

TEST_F(ProviderTest, refuses_paths_outside_the_relative_path) {
  const Provider provider(parts(), {"", "/auth"}, false);
  for (const auto* path : {"/realms/none", "/", "/authrealms/none", "/au", "/auth2/realms/none"}) {
    const auto answer = get(provider, path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.body_text(), R"({"error":"Unable to find matching target resource method"})") << path;
    EXPECT_NE(answer.shared_headers, nullptr) << path;
  }
  EXPECT_EQ(get(provider, "/auth/realms/none").body_text(), R"({"error":"Realm does not exist"})");
}

TEST_F(ProviderTest, refuses_the_old_prefix_where_it_is_not_the_whole_of_it) {
  const Provider provider(parts(), {"", ""}, false);
  for (const auto* path : {"/auth", "/auth/", "/authrealms/none", "/auth/auth/realms/none", "/auth/playground"}) {
    EXPECT_EQ(get(provider, path).body_text(), R"({"error":"Unable to find matching target resource method"})") << path;
  }
  EXPECT_EQ(get(provider, "/auth/realms/none").body_text(), R"({"error":"Realm does not exist"})");
  const Provider moved(parts(), {"", "/auth"}, false);
  EXPECT_EQ(get(moved, "/auth/auth/realms/none").body_text(),
            R"({"error":"Unable to find matching target resource method"})");
}

TEST_F(ProviderTest, refuses_to_serve_the_playground_in_production) {
  const Provider production(parts(), {"https://id.example", ""}, false);
  EXPECT_EQ(get(production, "/playground").status, 404);
  EXPECT_THAT(std::string(get(production, "/").body_text()), Not(HasSubstr("/playground")));
  EXPECT_THAT(production.routes(), Not(Contains(HasSubstr("playground"))));
}

/// The pattern of a route as a path: the realm, an identity provider that it has, and "x" for everything else.
std::string filled(std::string_view pattern, std::string_view realm) {
  std::string path;
  for (std::size_t at = 0; at < pattern.size();) {
    const auto open = pattern.find('{', at);
    path += pattern.substr(at, open - at);
    if (open == std::string_view::npos) break;
    const auto close = pattern.find('}', open);
    const auto name = pattern.substr(open + 1, close - open - 1);
    path += name == "realm" ? realm : name == "alias" ? std::string_view("up") : std::string_view("x");
    at = close + 1;
  }
  return path;
}

// Whoever can reach a server can ask for anything: a realm that is not there, is off or wants TLS is refused by each
// path that leads to it, and none of them ends the process.
TEST_F(ProviderTest, refuses_every_path_of_realms_that_may_not_be_used) {
  add_realm("off", false, SslRequired::kNone, false);
  add_realm("shut", true, SslRequired::kExternal, true);
  const Provider provider(parts(), {"", ""}, true);
  for (const auto& route : provider.routes()) {
    const auto space = route.find(' ');
    const auto method = route.substr(0, space);
    auto pattern = route.substr(space + 1);
    const bool names_realm = pattern.find("{realm}") != std::string::npos;
    const bool is_source = pattern.starts_with("/application/") || pattern.starts_with("/source/");
    if ((!names_realm && !is_source) || pattern.starts_with("/admin/") || method == "OPTIONS") continue;
    for (const auto* realm : {"none", "off", "shut"}) {
      if (is_source && std::string_view(realm) != "shut") continue;
      const auto path = filled(pattern, realm);
      const auto answer = send(provider, method, path);
      EXPECT_GE(answer.status, 300) << method << " " << path;
      EXPECT_LT(answer.status, 500) << method << " " << path;
    }
  }
  EXPECT_GT(asked_, 200);
  EXPECT_GT(log_.count("https_required"), 50U);
}

TEST_F(ProviderTest, the_start_page_leads_to_the_consoles_and_in_development_to_the_playground) {
  const Provider provider(parts(), {"", "/auth"}, true);
  const auto home = get(provider, "/auth");
  EXPECT_EQ(home.status, 200);
  for (const auto* link : {"/auth/admin/master/console/", "/auth/realms/master/account/", "/auth/playground",
                           "/auth/realms/master/.well-known/openid-configuration"}) {
    EXPECT_THAT(std::string(home.body_text()), HasSubstr("href=\"" + std::string(link) + "\""));
  }
  const auto page = get(provider, "/auth/playground");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("href=\"/auth/resources/"));
}

TEST_F(ProviderTest, a_proxy_may_take_a_path_off) {
  const Provider provider(parts(), {"https://apps.example/sso", ""}, true);
  EXPECT_THAT(std::string(get(provider, "/playground").body_text()), HasSubstr("href=\"/sso/resources/"));
}

}  // namespace
}  // namespace cardea::app
