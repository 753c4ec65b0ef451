#include "login/playground.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"
#include "web/asset.h"

namespace cardea::login {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Playground : public testing::Test {
 protected:
  Playground() { add_playground_routes(router_, {pages_, base_url_}); }
  web::Response get(std::string path, std::string query = {}) {
    web::Request request;
    request.path = std::move(path);
    request.query = std::move(query);
    request.host = "localhost:8080";
    return web::run(router_.handle(request));
  }

  SeededRandom random_;
  web::Pages pages_{random_, web::embedded_assets(), "/auth"};
  web::BaseUrl base_url_{"", "/auth"};
  web::Router router_;
};

TEST_F(Playground, refuses_to_repeat_what_came_with_the_request) {
  const auto response = get("/playground/callback", "code=secret-code&state=%3Cscript%3Ealert(1)%3C/script%3E");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(std::string(response.body_text()), AllOf(Not(HasSubstr("secret-code")), Not(HasSubstr("alert(1)"))));
}

TEST_F(Playground, refuses_scripts_and_connections_but_its_own) {
  const auto csp = *get("/playground").find_header("Content-Security-Policy");
  EXPECT_THAT(csp, AllOf(HasSubstr("default-src 'none'"), HasSubstr("script-src 'nonce-"),
                         HasSubstr("require-trusted-types-for 'script'"), HasSubstr("connect-src 'self'"),
                         HasSubstr("form-action 'self';"), Not(HasSubstr("unsafe"))));
}

TEST_F(Playground, refuses_markup_in_its_script) {
  const auto* script = web::find_asset("static/playground.js");
  ASSERT_NE(script, nullptr);
  for (const auto* sink : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"}) {
    EXPECT_THAT(std::string(script->bytes), Not(HasSubstr(sink))) << sink;
  }
}

TEST_F(Playground, serves_the_page_with_its_script) {
  const auto page = std::string(get("/playground").body_text());
  EXPECT_THAT(page, AllOf(HasSubstr("data-server=\"http://localhost:8080/auth\""), HasSubstr("/playground.js\" defer"),
                          HasSubstr("href=\"/auth/resources/"), HasSubstr("<noscript>")));
}

TEST_F(Playground, client_is_public_with_one_redirect_uri_and_pkce) {
  Realm realm;
  realm.default_scopes = {ScopeId("basic")};
  const auto client = playground_client(realm, random_);
  EXPECT_EQ(client.client_id, "playground");
  EXPECT_TRUE(client.public_client);
  EXPECT_TRUE(client.secret.empty());
  EXPECT_FALSE(client.direct_access_grants_enabled);
  EXPECT_FALSE(client.implicit_flow_enabled);
  EXPECT_FALSE(client.service_accounts_enabled);
  EXPECT_THAT(client.redirect_uris, ElementsAre("/playground/callback"));
  EXPECT_EQ(client.attribute("pkce.code.challenge.method"), "S256");
  EXPECT_EQ(client.default_scopes, realm.default_scopes);
}

}  // namespace
}  // namespace cardea::login
