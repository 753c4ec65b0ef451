// Keep's front end behind the gate, in Keep's own mode for it (OAUTH2PROXY): what its browser code calls and sends.
#include <gmock/gmock.h>

#include "gate/front/keep_fixture.h"
#include "gate/front/proxy_snippet.h"

namespace cardea::gate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPlaceholder = "Bearer oauth2proxy:ana@t.example";

class KeepUi : public GateKeep {
 protected:
  int ask(std::string_view method, std::string_view target, std::string_view authorization = kPlaceholder) {
    auto request = GateWorld::question(method, target, "/gate/forward");
    if (!cookies.empty()) request.headers.push_back({"Cookie", cookies});
    if (!authorization.empty()) request.headers.push_back({"Authorization", std::string(authorization)});
    return world.run(request).status;
  }
  web::Response leave(std::string_view query, std::string_view site) {
    auto request = GateWorld::question("GET", "/", "/oauth2/sign_out");
    request.query = query;
    request.headers.push_back({"Cookie", cookies});
    request.headers.push_back({"Sec-Fetch-Site", std::string(site)});
    return world.run(request);
  }
};

TEST_F(KeepUi, refuses_its_placeholder_without_a_session_and_every_other_bad_bearer_with_one) {
  EXPECT_EQ(ask("GET", "/backend/alerts"), 401) << "it proves nothing";
  ASSERT_EQ(sign_in().status, 302);
  for (const auto* other : {"Bearer x", "Bearer e.y.J", "Bearer oauth2proxy", "Basic oauth2proxy:ana",
                            "oauth2proxy:ana", "Bearer Xoauth2proxy:ana@t.example"})
    EXPECT_EQ(ask("GET", "/backend/alerts", other), 401) << other;
  EXPECT_EQ(ask("GET", "/backend/alerts"), 200);
  EXPECT_EQ(ask("GET", "/backend/alerts", ""), 200);
}

TEST_F(KeepUi, judges_its_calls_by_the_rows_of_the_api) {
  person["groups"] = json::array{kNoc};
  EXPECT_EQ(ask("GET", "/api/config", ""), 401) << "for whoever is known";
  ASSERT_EQ(sign_in().status, 302);
  EXPECT_EQ(ask("POST", "/backend/rules"), 403);
  EXPECT_EQ(ask("DELETE", "/backend/alerts"), 403);
  EXPECT_EQ(ask("GET", "/backend/workflows/w1/run"), 403) << "a GET that runs it";
  EXPECT_EQ(ask("GET", "/backend/unlisted"), 403);
  EXPECT_EQ(ask("POST", "/api/config"), 403);
  EXPECT_EQ(ask("GET", "/api/unlisted"), 403);
  for (const auto* path :
       {"/backend/alerts/query", "/backend/alerts/facets/options", "/backend/incidents/facets/options",
        "/backend/pusher/auth", "/api/auth/session", "/api/auth/signout"})
    EXPECT_EQ(ask("POST", path), 200) << path;
  for (const auto* path : {"/backend/alerts", "/api/config", "/api/auth/session", "/incidents"})
    EXPECT_EQ(ask("GET", path), 200) << path;
}

TEST_F(KeepUi, signs_out_where_oauth2_proxy_would_and_goes_nowhere_that_rd_says) {
  ASSERT_EQ(sign_in().status, 302);
  const auto elsewhere = leave("rd=https%3A%2F%2Fevil.example%2F", "cross-site");
  EXPECT_EQ(elsewhere.status, 200) << "another site sent the browser: a page asks first";
  EXPECT_THAT(elsewhere.body_text(), Not(HasSubstr("evil.example")));
  EXPECT_EQ(ask("GET", "/backend/alerts"), 200) << "still signed in";
  const auto out = leave("rd=https%3A%2F%2Fevil.example%2F", "same-origin");
  EXPECT_THAT(out.body_text(), Not(HasSubstr("evil.example")));
  const auto* to = out.find_header("Location");
  EXPECT_TRUE(to == nullptr || to->find("evil.example") == std::string::npos);
  EXPECT_EQ(ask("GET", "/backend/alerts"), 401);
  const auto state = world.gate.state();
  for (const auto* proxy : {"nginx", "caddy", "traefik", "envoy"})
    EXPECT_THAT(proxy_snippet(proxy, state->settings.applications.front(), "127.0.0.1:8080"),
                HasSubstr("/oauth2/sign_out"))
        << proxy;
}

}  // namespace
}  // namespace cardea::gate
