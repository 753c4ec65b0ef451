// Keep's front end behind the gate, in Keep's own mode for it (OAUTH2PROXY): what its browser code calls and sends.
#include <gmock/gmock.h>

#include "base/text.h"
#include "gate/front/keep_fixture.h"
#include "gate/front/proxy_snippet.h"
#include "gate/keep/keep_api.h"

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

TEST_F(KeepUi, lets_its_pages_send_what_they_have_to) {
  for (const auto* path : {"/signin", "/monitoring", "/api/copilotkit", "/backend/cel/validate"})
    EXPECT_EQ(ask("POST", path, ""), 401) << path << ": for whoever is known";
  person["groups"] = json::array{kNoc};
  ASSERT_EQ(sign_in().status, 302);
  for (const auto* path : {"/signin", "/monitoring", "/api/copilotkit", "/backend/cel/validate"})
    EXPECT_EQ(ask("POST", path), 200) << path;
  for (const auto* path : {"/backend/whoami", "/backend/status", "/backend/ai/stats", "/backend/tags",
                           "/backend/provider-images", "/api/healthcheck"})
    EXPECT_EQ(ask("GET", path), 200) << path;
  for (const auto* path : {"/backend/ai/a1/settings", "/backend/provider-images/upload/x", "/backend/whoami",
                           "/incidents", "/api/aws-marketplace"})
    EXPECT_EQ(ask("POST", path), 403) << path;
}

/// Keep's front end signs in whoever these four say, and its API believes two of them.
TEST_F(KeepUi, no_stranger_names_itself_in_a_header_that_keep_believes) {
  const auto state = world.gate.state();
  ASSERT_EQ(sign_in().status, 302);
  auto request = GateWorld::question("GET", "/incidents", "/gate/forward");
  request.headers.push_back({"Cookie", cookies});
  for (const auto name : kKeepProxyHeaders) request.headers.push_back({std::string(name), "boss@t.example"});
  const auto response = world.run(request);
  ASSERT_EQ(response.status, 200);
  for (const auto name : kKeepProxyHeaders) {
    const auto* said = response.find_header(name);
    ASSERT_NE(said, nullptr) << name << " would stay as the browser sent it";
    EXPECT_EQ(*said, "") << name;
    for (const auto* proxy : {"nginx", "caddy", "traefik", "envoy"})
      EXPECT_THAT(ascii_lower(proxy_snippet(proxy, state->settings.applications.front(), "127.0.0.1:8080")),
                  HasSubstr(ascii_lower(name)))
          << proxy;
  }
}

/// Two people at one browser: the second one's pages do not go on with the name of the first.
TEST_F(KeepUi, a_sign_in_ends_the_front_ends_own_session_and_takes_no_other_cookie) {
  const std::string theirs = "authjs.session-token=a; authjs.session-token.0=b; authjs.session-token.12=c; ";
  const std::string others = "authjs.csrf-token=d; authjs.session-token.x=e; authjs.session-tokens=f; tab=g; ";
  const auto removed = [](const web::Response& response) {
    std::vector<std::string> names;
    for (const auto& header : response.headers)
      if (header.name == "Set-Cookie" && header.value.starts_with("authjs") &&
          header.value.find("Max-Age=0") != std::string::npos)
        names.push_back(header.value.substr(0, header.value.find('=')));
    return names;
  };
  cookies = theirs + others + "z=1";
  const auto page = browse();
  EXPECT_THAT(removed(page), testing::IsEmpty()) << "nobody is there yet";
  cookies = theirs + others + "z=1";
  const auto back = sign_in();
  ASSERT_EQ(back.status, 302);
  EXPECT_THAT(removed(back),
              testing::ElementsAre("authjs.session-token", "authjs.session-token.0", "authjs.session-token.12"));
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
