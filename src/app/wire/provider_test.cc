#include "app/wire/provider.h"

#include <gmock/gmock.h>

#include "tests/support/fake_clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/memory_store.h"
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
  Provider::Parts parts() { return {store_.repositories(), sealer_, clock_, random_, log_}; }

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
