// Login status iframe and third-party-cookie probe (OpenID Connect Session Management 1.0; keycloak.md section 1.20).
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "oidc/status/status_endpoints.h"
#include "tests/support/oidc_world.h"

namespace cardea::oidc {
namespace {

const std::string kPage = OidcWorld::at("/login-status-iframe.html");

int init(OidcWorld& world, const std::string& query) { return world.get(kPage + "/init?" + query).status; }

TEST(LoginStatus, refuses_origins_that_are_not_the_clients) {
  OidcWorld world;
  world.add_client("app");
  for (const auto* query :
       {"", "client_id=app", "origin=https://app.example", "client_id=app&origin=https://evil.example",
        "client_id=nope&origin=https://app.example", "client_id=app&origin=null",
        "client_id=app&origin=https://APP.example", "client_id=app&origin=*", "client_id=%zz&origin=x"}) {
    EXPECT_EQ(init(world, query), 403) << query;
  }
  EXPECT_EQ(init(world, "client_id=app&origin=https://app.example"), 204);
  EXPECT_EQ(init(world, "client_id=app&origin=https://id.example"), 204);
}

TEST(LoginStatus, refuses_disabled_clients) {
  OidcWorld world;
  auto client = OidcWorld::make_client("off");
  client.enabled = false;
  world.add_client(client);
  EXPECT_EQ(init(world, "client_id=off&origin=https://off.example"), 403);
}

TEST(LoginStatus, lets_any_origin_ask_when_the_client_says_so) {
  OidcWorld world;
  auto client = OidcWorld::make_client("star");
  client.web_origins = {"*"};
  world.add_client(client);
  EXPECT_EQ(init(world, "client_id=star&origin=https://any.example"), 204);
}

// Only these pages may be framed, and nothing but their own script may run in them.
TEST(LoginStatus, may_be_framed_and_runs_its_own_script_only) {
  OidcWorld world;
  for (const auto& path : {kPage, OidcWorld::at("/3p-cookies/step1.html"), OidcWorld::at("/3p-cookies/step2.html")}) {
    const auto response = world.get(path);
    ASSERT_EQ(response.status, 200) << path;
    EXPECT_EQ(header_of(response, "X-Frame-Options"), "") << path;
    EXPECT_EQ(header_of(response, "Content-Type"), "text/html;charset=utf-8");
    const auto body = response.body_text();
    const auto begin = body.find("<script>") + 8;
    const auto hash = crypto::sha256(body.substr(begin, body.find("</script>") - begin));
    EXPECT_EQ(header_of(response, "Content-Security-Policy"),
              "default-src 'none'; script-src 'sha256-" + base64_encode(as_text(hash)) +
                  "'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *");
    EXPECT_EQ(body.find("<script", begin), std::string_view::npos);
  }
}

TEST(LoginStatus, is_not_found_under_the_version_of_another_server) {
  OidcWorld world;
  EXPECT_EQ(world.get(kPage + "?version=abc").status, 404);
  EXPECT_EQ(world.get(OidcWorld::at("/3p-cookies/step3.html")).status, 404);
}

}  // namespace
}  // namespace cardea::oidc
