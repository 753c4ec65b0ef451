// Kestra behind the gate with its own YAML (guides.md G3): what a first login may do, the state of a login, clocks, and
// tenants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/uri.h"
#include "gate/front/gate_fixture.h"
#include "web/form.h"

namespace cardea::gate {
namespace {

constexpr std::string_view kIssuer = "https://id.example/realms/data";

GateFiles kestra_files(std::string_view default_role) {
  auto files = no_files();
  files.read_yaml = [text = std::string(default_role)](const std::string&) -> Result<json::value, std::string> {
    return *parse_json(R"({"micronaut":{"security":{"oauth2":{"clients":{"keycloak":{"client-id":"kestra",
      "client-secret":"s","openid":{"issuer":"https://id.example/realms/data"}}}}}},
      "kestra":{"security":{"default-role":)" +
                       text + R"(,"oidc":{"groups-claim-path":"groups"}}}})");
  };
  return files;
}

constexpr std::string_view kSettings =
    R"({"applications":[{"name":"Kestra","hosts":["app.example"],"kestra":"kestra.yaml"}]})";
constexpr std::string_view kReader = R"({"name":"reader","permissions":{"FLOW":["READ"]}})";

class GateKestra : public ::testing::Test {
 protected:
  explicit GateKestra(std::string_view role = kReader) : world(kSettings, kestra_files(role)) {
    serve_keys(world.fetcher, "https://id.example/keys", named_private_key("id", crypto::KeyType::kRsa), "id");
    world.fetcher.serve_json("https://id.example/realms/data/.well-known/openid-configuration", R"({
      "issuer":"https://id.example/realms/data","authorization_endpoint":"https://id.example/auth",
      "token_endpoint":"https://id.example/token","jwks_uri":"https://id.example/keys",
      "id_token_signing_alg_values_supported":["RS256"]})");
    world.fetcher.serve("https://id.example/token", [this](const web::FetchRequest&) -> web::Fetched {
      const auto now = epoch_seconds(world.clock.now()) + ahead;
      json::object claims{
          {"iss", kIssuer}, {"sub", "new"}, {"aud", "kestra"}, {"nonce", nonce}, {"email", "new@x.org"}};
      claims["iat"] = now;
      claims["exp"] = now + 300;  // Keycloak's default
      const json::object answer{{"access_token", "opaque"},
                                {"token_type", "Bearer"},
                                {"expires_in", 300},
                                {"refresh_token", "r1"},
                                {"id_token", token_of(named_key("id", jose::Algorithm::kRS256), claims)}};
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
    });
  }

  GateWorld world;
  std::string nonce, state, cookies;
  int ahead = 0;  // seconds of the provider's clock

  static std::string cookies_of(const web::Response& response) {
    std::string text;
    for (const auto& header : response.headers)
      if (header.name == "Set-Cookie" && header.value.find("Max-Age=0") == std::string::npos)
        text += (text.empty() ? "" : "; ") + header.value.substr(0, header.value.find(';'));
    return text;
  }
  void leave() {
    auto request = GateWorld::question("GET", "/", "/oauth/login/keycloak");
    const auto response = world.run(request);
    const auto query = web::Form::parse(*parse_uri(*response.find_header("Location"))->query);
    state = *query->value("state");
    nonce = *query->value("nonce");
    cookies = cookies_of(response);
  }
  web::Response come_back(const std::string& query) {
    auto request = GateWorld::question("GET", "/", "/oauth/callback/keycloak");
    request.query = query;
    if (!cookies.empty()) request.headers.push_back({"Cookie", cookies});
    return world.run(request);
  }
  void sign_in() {
    leave();
    const auto response = come_back("code=c1&state=" + state);
    ASSERT_EQ(response.status, 302);
    cookies = cookies_of(response);
  }
  int may(std::string_view method, std::string_view target) {
    auto request = GateWorld::question(method, target);
    request.headers.push_back({"Cookie", cookies});
    return world.run(request).status;
  }
};

TEST_F(GateKestra, G3_01_first_login) {
  sign_in();
  EXPECT_EQ(may("GET", "/api/v1/main/flows/company/hello"), 200);
  EXPECT_EQ(may("POST", "/api/v1/main/flows"), 403);
  EXPECT_EQ(may("GET", "/api/v1/main/executions/e1"), 403);
  EXPECT_EQ(may("GET", "/ui/flows"), 200);
}

TEST_F(GateKestra, G3_12_state) {
  leave();
  const auto mine = cookies;
  EXPECT_EQ(come_back("code=c1").status, 400) << "missing";
  EXPECT_EQ(come_back("code=c1&state=" + state + "x").status, 400) << "changed";
  cookies.clear();
  EXPECT_EQ(come_back("code=c1&state=" + state).status, 400) << "another browser";
  cookies = mine;
  const auto kept = state;
  leave();
  cookies += "; " + mine;
  world.clock.advance(kLoginStateLife + seconds{1});
  EXPECT_EQ(come_back("code=c1&state=" + kept).status, 400) << "older than five minutes";
  EXPECT_EQ(may("GET", "/api/v1/main/flows/company/hello"), 401) << "nobody is signed in by any of these";
}

TEST_F(GateKestra, G3_18_expired_and_skew) {
  ahead = 20;
  sign_in();
  ahead = -20;
  sign_in();
  EXPECT_EQ(may("GET", "/api/v1/main/flows/a/b"), 200);
  ahead = 0;
  for (int i = 0; i < 4; ++i) {
    world.clock.advance(seconds{310});
    EXPECT_EQ(may("GET", "/api/v1/main/flows/a/b"), 200) << "the session outlives the ID token " << i;
  }
}

/// get-allowed is false where Kestra's YAML does not say otherwise.
TEST_F(GateKestra, refuses_to_sign_out_by_get_and_gives_a_button_and_a_way_back) {
  sign_in();
  const auto ask = [&](std::string_view method, std::string_view path) {
    auto request = GateWorld::question(method, "/", path);
    request.method = method == "POST" ? web::Method::kPost : web::Method::kGet;
    request.headers.push_back({"Cookie", cookies});
    request.headers.push_back({"Sec-Fetch-Site", "same-origin"});
    return world.run(request);
  };
  for (const auto* path : {"/logout", "/oauth/logout"}) {
    const auto refused = ask("GET", path);
    EXPECT_EQ(refused.status, 405) << path;
    EXPECT_EQ(*refused.find_header("Allow"), "POST");
  }
  EXPECT_EQ(may("GET", "/api/v1/main/flows/a/b"), 200) << "still signed in";
  auto page = GateWorld::question("GET", "/api/v1/main/users/u", "/gate/forward");
  page.headers.push_back({"Cookie", cookies});
  page.headers.push_back({"Accept", "text/html"});
  const auto denied = world.run(page);
  EXPECT_EQ(denied.status, 403);
  EXPECT_THAT(denied.body_text(), ::testing::HasSubstr(R"(<form method="post" action="/oauth/logout"><button)"));
  EXPECT_THAT(denied.body_text(), ::testing::Not(::testing::HasSubstr(R"(href="/oauth/logout")")));
  ask("POST", "/oauth/logout");
  EXPECT_EQ(may("GET", "/api/v1/main/flows/a/b"), 401);
  const auto back = ask("GET", "/logout");
  EXPECT_EQ(back.status, 200) << "the provider sends the browser there by GET";
  EXPECT_THAT(back.body_text(), ::testing::HasSubstr("You are signed out"));
  EXPECT_EQ(ask("GET", "/oauth/logout").status, 405);
}

class GateKestraTenants : public GateKestra {
 protected:
  GateKestraTenants() : GateKestra(R"({"name":"reader","tenant-id":"one","permissions":{"FLOW":["READ"]}})") {}
};

TEST_F(GateKestraTenants, G3_23_two_tenants) {
  sign_in();
  EXPECT_EQ(may("GET", "/api/v1/one/flows/a/b"), 200);
  EXPECT_EQ(may("GET", "/api/v1/two/flows/a/b"), 403);
  EXPECT_EQ(may("GET", "/api/v1/one2/flows/a/b"), 403);
}

}  // namespace
}  // namespace cardea::gate
