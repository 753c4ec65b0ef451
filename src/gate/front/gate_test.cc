#include "gate/front/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "base/uri.h"
#include "gate/front/gate_fixture.h"
#include "gate/front/proxy_snippet.h"
#include "web/form.h"

namespace cardea::gate {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kIssuer = "https://id.example/realms/r";
constexpr std::string_view kSettings = R"({
  "providers": {"id": {"issuer": "https://id.example/realms/r", "jwks-url": "https://id.example/keys", "audiences": ["Domino"]},
                "other": {"issuer": "https://other.example", "jwks-url": "https://other.example/keys", "audiences": ["Domino"]}},
  "applications": [
    {"name": "Flows", "hosts": ["app.example"], "providers": ["id"], "answers": "keep",
     "roles": {"reader": ["read:*"], "admin": ["read:*", "write:*"]},
     "role-rules": [{"claim": "groups", "values": ["admins"], "role": "admin"},
                    {"claim": "groups", "values": ["readers"], "role": "reader"}],
     "requests": [{"path": "/open/**", "open": true},
                  {"path": "/flows/**", "methods": ["GET"], "permission": "read:flow"},
                  {"path": "/flows/**", "methods": ["POST"], "permission": "write:flow"}],
     "headers": {"X-Groups": "groups"},
     "sign-in": {"issuer": "https://id.example/realms/r", "client-id": "flows", "client-secret": "s3cret",
                 "callback-path": "/oauth/callback/keycloak"}}]})";

class GateFront : public ::testing::Test {
 protected:
  GateWorld world{kSettings};
  const crypto::PrivateKey& private_key = named_private_key("id", crypto::KeyType::kRsa);
  const jose::SigningKey& key = named_key("id", jose::Algorithm::kRS256);

  GateFront() {
    serve_keys(world.fetcher, "https://id.example/keys", private_key, "id");
    world.fetcher.serve_json("https://id.example/realms/r/.well-known/openid-configuration", R"({
      "issuer":"https://id.example/realms/r","authorization_endpoint":"https://id.example/auth",
      "token_endpoint":"https://id.example/token","jwks_uri":"https://id.example/keys",
      "end_session_endpoint":"https://id.example/logout","id_token_signing_alg_values_supported":["RS256"],
      "token_endpoint_auth_methods_supported":["client_secret_basic"]})");
  }

  std::string token(json::array groups) {
    auto claims = good_claims(kIssuer);
    claims["groups"] = std::move(groups);
    return token_of(key, claims);
  }
  web::Response ask(std::string_view method, std::string_view target, const std::string& token,
                    std::string_view path = "/gate/check") {
    auto request = GateWorld::question(method, target, path);
    if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
    return world.run(request);
  }
  web::Response open_page(std::string_view target, const std::string& cookies = {},
                          std::string_view path = "/gate/forward") {
    auto request = GateWorld::question("GET", target, path);
    request.headers.push_back({"Accept", "text/html"});
    if (!cookies.empty()) request.headers.push_back({"Cookie", cookies});
    return world.run(request);
  }
};

TEST_F(GateFront, refuses_hosts_of_no_application) {
  auto request = GateWorld::question("GET", "/open/x");
  request.host = "stranger.example";
  EXPECT_EQ(world.run(request).status, 403);
}

TEST_F(GateFront, refuses_without_a_word_of_a_trusted_proxy) {
  web::Request bare;
  bare.path = "/gate/check";
  bare.host = "app.example";
  EXPECT_EQ(world.run(bare).status, 403);
  auto twice = GateWorld::question("GET", "/flows/a");
  twice.headers.push_back({"x-forwarded-uri", "/open/x"});
  EXPECT_EQ(world.run(twice).status, 403);
  EXPECT_TRUE(world.log.contains("original_request_stands_twice"));
}

TEST_F(GateFront, refuses_paths_that_are_read_in_two_ways) {
  for (const auto* target : {"//open/x", "/flows/../open/x", "/flows/..;/open/x", "/open%2f..%2fflows",
                             "/open/%2e%2e/flows", "/open\\x", "/open;a=b", "/open/x#/flows", "open/x", "/open/%00"})
    EXPECT_EQ(ask("GET", target, "").status, 403) << target;
  EXPECT_EQ(ask("GET", "/OPEN/x", "").status, 401) << "another case is another path";
}

TEST_F(GateFront, refuses_tokens_of_providers_that_are_not_the_applications) {
  serve_keys(world.fetcher, "https://other.example/keys", private_key, "id");
  EXPECT_EQ(ask("GET", "/flows/a", token_of(key, good_claims("https://other.example"))).status, 401);
}

TEST_F(GateFront, refuses_what_the_role_lacks_and_says_so_in_the_applications_words) {
  EXPECT_EQ(ask("POST", "/flows/a", token({"readers"})).body_text(),
            R"({"detail":"Role reader does not have required permissions"})");
  const auto nobody = ask("GET", "/flows/a", token({"others"}));
  EXPECT_EQ(nobody.status, 403);
  EXPECT_EQ(nobody.body_text(), R"({"detail":"User not a member of any authorized groups for Keep"})");
  EXPECT_EQ(ask("DELETE", "/flows/a", token({"admins"})).status, 403) << "no rule names it";
  EXPECT_EQ(ask("GET", "/flows/a", "").body_text(), R"({"detail":"Missing authentication credentials"})");
}

TEST_F(GateFront, passes_with_identity_headers_that_cannot_be_broken_out_of) {
  auto claims = good_claims(kIssuer);
  claims["groups"] = json::array{"admins", "a\r\nX-Auth-Role: root"};
  const auto response = ask("POST", "/flows/a", token_of(key, claims));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(*response.find_header("X-Auth-Role"), "admin");
  EXPECT_EQ(*response.find_header("X-Groups"), "admins,a%0D%0AX-Auth-Role: root");
}

TEST_F(GateFront, asks_once_for_keys_that_tokens_make_up) {
  EXPECT_EQ(ask("GET", "/flows/a", token({"readers"})).status, 200);
  const auto& stranger = named_key("made-up", jose::Algorithm::kRS256);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask("GET", "/flows/a", token_of(stranger, good_claims(kIssuer))).status, 401);
  EXPECT_EQ(world.fetcher.calls.size(), 1U);
}

TEST_F(GateFront, tells_a_provider_that_is_away_from_a_bad_token) {
  world.fetcher.serve("https://id.example/keys",
                      [](const auto&) -> web::Fetched { return refuse(web::FetchError::kTimeout); });
  const auto good = token({"readers"});
  EXPECT_EQ(ask("GET", "/flows/a", good).status, 401) << "nginx knows no other";
  const auto response = ask("GET", "/flows/a", good, "/gate/forward");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(*response.find_header("Retry-After"), "5");
}

TEST_F(GateFront, sends_pages_to_sign_in_and_tells_api_clients_401) {
  EXPECT_EQ(open_page("/flows/a", "", "/gate/check").status, 401);
  const auto page = open_page("/flows/a?b=c");
  EXPECT_EQ(page.status, 302);
  EXPECT_THAT(*page.find_header("Location"), HasSubstr("https://id.example/auth?client_id=flows"));
  EXPECT_THAT(*page.find_header("Location"), HasSubstr("code_challenge_method=S256"));
  EXPECT_EQ(ask("GET", "/flows/a", "", "/gate/forward").status, 401);
  auto script = GateWorld::question("GET", "/flows/a", "/gate/forward");
  script.headers.push_back({"Accept", "text/html"});
  script.headers.push_back({"Sec-Fetch-Mode", "cors"});
  EXPECT_EQ(world.run(script).status, 401);
}

TEST_F(GateFront, broken_cookies_are_nobody) {
  for (const auto& cookie :
       {std::string("cardea-gate-x-session=abc"), std::string(16'000, 'a'), std::string("=;=;;"),
        "cardea-gate-" + crypto::sha256_base64url("Flows").substr(0, 6) + "-session=" + std::string(9000, 'z')})
    EXPECT_EQ(open_page("/flows/a", cookie, "/gate/check").status, 401);
}

TEST_F(GateFront, a_callback_without_the_cookie_of_its_browser_is_refused) {
  auto request = GateWorld::question("GET", "/", "/oauth/callback/keycloak");
  request.query = "code=abc&state=0123456789";
  const auto response = world.run(request);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.find_header("Set-Cookie"), nullptr);
  EXPECT_TRUE(world.log.contains("wrong_state"));
}

TEST_F(GateFront, snippets_set_every_header_anew) {
  const auto state = world.gate.state();
  const auto& application = state->settings.applications.front();
  for (const auto* proxy : {"nginx", "caddy", "traefik", "envoy"}) {
    const auto text = ascii_lower(proxy_snippet(proxy, application, "127.0.0.1:8080"));
    for (const auto* header : {"x-auth-name", "x-auth-provider", "x-auth-scopes", "x-auth-role", "x-groups"})
      EXPECT_THAT(text, HasSubstr(header)) << proxy;
    EXPECT_THAT(text, HasSubstr("/oauth/callback/keycloak")) << proxy;
    EXPECT_THAT(text, HasSubstr("127.0.0.1:8080")) << proxy;
  }
}

constexpr std::string_view kTwoApplications = R"({
  "applications": [
    {"name": "Wiki", "hosts": ["wiki.example", "wiki.example:8443"], "requests": [{"path": "/open/**", "open": true}]},
    {"name": "Public", "hosts": ["*"], "requests": [{"path": "/**", "open": true}]}]})";

TEST(GateSnippet, nginx_takes_no_application_from_the_host_header) {
  GateWorld two(kTwoApplications);
  const auto state = two.gate.state();
  const auto wiki = proxy_snippet("nginx", state->settings.applications[0], "127.0.0.1:8080");
  EXPECT_THAT(wiki, HasSubstr("set $cardea_host \"wiki.example\";\n"));
  EXPECT_THAT(wiki,
              HasSubstr("if ($http_host ~* \"^wiki\\.example:8443$\") { set $cardea_host \"wiki.example:8443\"; }\n"));
  const auto others = proxy_snippet("nginx", state->settings.applications[1], "127.0.0.1:8080");
  EXPECT_THAT(others, HasSubstr("set $cardea_host $host;\n"));
  for (const auto& text : {wiki, others}) {
    EXPECT_THAT(text, HasSubstr("proxy_set_header X-Forwarded-Host $cardea_host;"));
    EXPECT_THAT(text, Not(HasSubstr("Host $http_host")));
    EXPECT_THAT(text, Not(HasSubstr("Host $host")));
  }
}

TEST(GateHosts, a_listed_name_never_falls_to_the_application_of_every_other_host) {
  GateWorld two(kTwoApplications);
  const auto status = [&](std::string_view host) {
    auto request = GateWorld::question("GET", "/secret");
    request.host = host;
    return two.run(request).status;
  };
  for (const auto* host : {"wiki.example", "wiki.example:443", "wiki.example:80", "wiki.example.", "wiki.example.:443",
                           "wiki.example..", "WIKI.example", "wiki.example:", "wiki.example:8443"})
    EXPECT_EQ(status(host), 401) << host;
  for (const auto* host : {"wiki.example:8080", "wiki.example.:0443", "wiki.example:x"})
    EXPECT_EQ(status(host), 403) << host;
  EXPECT_EQ(status("blog.example:8080"), 200);
}

GateFiles keep_files() {
  auto files = no_files();
  files.read = [](const std::string&) {
    return std::optional<std::string>("AUTH_TYPE=OAUTH2PROXY\nKEEP_OAUTH2_PROXY_ADMIN_ROLES=boss\n");
  };
  return files;
}

constexpr std::string_view kHeaderMode =
    R"({"applications": [{"name": "Keep", "hosts": ["app.example"], "keep": "keep.env",
  "headers": {"X-Forwarded-Email": "name"}, "keep-vouching-addresses": ["192.0.2.7", "2001:db8::/32"]}]})";

TEST(GateHeaderMode, refuses_the_word_of_whoever_may_not_vouch) {
  GateWorld world(kHeaderMode, keep_files());
  const auto status = [&](std::string_view from) {
    auto request = GateWorld::question("GET", "/alerts");
    request.remote_address = from;
    request.headers.push_back({"X-Forwarded-Email", "eve@example.com"});
    request.headers.push_back({"X-Forwarded-Groups", "boss"});
    return world.run(request).status;
  };
  for (const auto* stranger : {"192.0.2.8", "127.0.0.1", "2001:db9::1", "::ffff:192.0.2.8", "", "x"})
    EXPECT_EQ(status(stranger), 401) << stranger;
  for (const auto* proxy : {"192.0.2.7", "2001:db8::5"}) EXPECT_EQ(status(proxy), 200) << proxy;
}

TEST(GateHeaderMode, is_refused_without_addresses_that_may_vouch) {
  const auto settings = read_gate(
      parse_json(R"({"applications":[{"name":"Keep","hosts":["a"],"keep":"keep.env"}]})")->get_object(), keep_files());
  ASSERT_TRUE(settings.has_fatal());
  EXPECT_EQ(settings.notes.front().where, "keep-vouching-addresses");
}

TEST(GateHeaderMode, snippets_hand_no_vouching_header_on_to_the_application) {
  GateWorld world(kHeaderMode, keep_files());
  const auto state = world.gate.state();
  const auto text = [&](std::string_view proxy) {
    return proxy_snippet(proxy, state->settings.applications.front(), "127.0.0.1:8080");
  };
  EXPECT_THAT(text("nginx"), HasSubstr("proxy_set_header x-forwarded-groups $cardea_x_forwarded_groups;"));
  EXPECT_THAT(text("caddy"), HasSubstr("@stranger not remote_ip 192.0.2.7 2001:db8::/32\n"));
  for (const auto* header : {"X-Forwarded-Email", "x-forwarded-groups"}) {
    EXPECT_THAT(text("caddy"), HasSubstr(std::string("request_header @stranger -") + header));
    EXPECT_THAT(text("traefik"), HasSubstr(std::string("          - ") + header + "\n"));
    EXPECT_THAT(text("envoy"), HasSubstr("            - { exact: " + ascii_lower(header) + " }\n"));
  }
}

TEST_F(GateFront, says_every_identity_header_so_that_none_is_left_as_it_came) {
  auto request = GateWorld::question("GET", "/open/x");
  const auto response = world.run(request);
  ASSERT_EQ(response.status, 200);
  for (const auto* header : {"X-Auth-Name", "X-Auth-Provider", "X-Auth-Scopes", "X-Auth-Role", "X-Groups"}) {
    ASSERT_NE(response.find_header(header), nullptr) << header;
    EXPECT_EQ(*response.find_header(header), "") << header;
  }
}

TEST_F(GateFront, envoys_snippet_takes_headers_away_before_it_asks_and_believes_none_about_the_host) {
  const auto state = world.gate.state();
  const auto text = proxy_snippet("envoy", state->settings.applications.front(), "127.0.0.1:8080");
  const auto asks = text.find("envoy.filters.http.ext_authz");
  for (const auto* header : {"x-auth-name", "x_auth_name", "x-groups", "x-forwarded-host"})
    EXPECT_LT(text.find(std::string("{ remove: ") + header + " }"), asks) << header;
  EXPECT_THAT(text, Not(HasSubstr("exact: x-forwarded-host")));
  EXPECT_THAT(text, Not(HasSubstr("request_headers_to_remove")));
}

TEST_F(GateFront, caddys_snippet_takes_headers_away_before_it_asks) {
  const auto state = world.gate.state();
  const auto text = proxy_snippet("caddy", state->settings.applications.front(), "127.0.0.1:8080");
  const auto route = text.find("    route {\n"), asks = text.find("forward_auth");
  ASSERT_NE(route, std::string::npos);
  for (const auto* header : {"X-Auth-Name", "X_Auth_Name", "X-Groups", "X_Groups", "X-Forwarded-Port"}) {
    const auto at = text.find(std::string("request_header -") + header + "\n");
    EXPECT_LT(at, asks) << header;
    EXPECT_GT(at, route) << header;
  }
}

TEST(GateKeepLogin, its_tokens_are_refused_at_another_application) {
  const std::string sign_in = R"("answers":"keep-domino","sign-in":{"issuer":"https://id.example/realms/r",
    "client-id":"flows","client-secret":"s3cret"}})";
  GateWorld world(R"({"applications":[{"name":"A","hosts":["app.example"],)" + sign_in +
                  R"(,{"name":"B","hosts":["b.example"],)" + sign_in + "]}");
  serve_keys(world.fetcher, "https://id.example/keys", named_private_key("id", crypto::KeyType::kRsa), "id");
  world.fetcher.serve_json("https://id.example/realms/r/.well-known/openid-configuration", R"({
      "issuer":"https://id.example/realms/r","authorization_endpoint":"https://id.example/auth",
      "token_endpoint":"https://id.example/token","jwks_uri":"https://id.example/keys",
      "id_token_signing_alg_values_supported":["RS256"],"token_endpoint_auth_methods_supported":["client_secret_basic"]})");
  world.fetcher.serve("https://id.example/token", [&](const web::FetchRequest&) -> web::Fetched {
    json::object claims{{"iss", kIssuer}, {"sub", "u1"}, {"aud", "flows"}, {"CN", "CN=Ada Example/O=Plant"}};
    claims["iat"] = epoch_seconds(world.clock.now());
    claims["exp"] = epoch_seconds(world.clock.now()) + 300;
    const json::object answer{{"access_token", "opaque"},
                              {"token_type", "Bearer"},
                              {"id_token", token_of(named_key("id", jose::Algorithm::kRS256), claims)}};
    return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
  });
  auto login = GateWorld::question("POST", "/", "/api/v1/auth");
  login.method = web::Method::kPost;
  login.remote_address = "192.0.2.1";
  login.body = R"({"username":"ada","password":"pw"})";
  const auto response = world.run(login);
  ASSERT_EQ(response.status, 200) << response.body_text();
  const auto body = parse_json(response.body_text());
  const auto status = [&](std::string_view host, std::string_view path) {
    auto request = GateWorld::question("GET", "/databases", path);
    request.host = host;
    request.headers.push_back({"Authorization", "Bearer " + std::string(string_or(body->get_object(), "bearer", ""))});
    return world.run(request).status;
  };
  for (const auto* path : {"/gate/check", "/api/v1/userinfo"}) {
    EXPECT_EQ(status("app.example", path), 200) << path;
    EXPECT_EQ(status("b.example", path), 401) << path;
  }
}

/// A browser that signs in: from the page through the provider and back.
class GateSignIn : public GateFront {
 protected:
  std::string nonce, state, cookies;
  json::object extra_claims;
  std::string audience = "flows";
  int expires_in = 300;
  std::string refresh_answer_error;
  int refresh_answer_status = 400;

  GateSignIn() {
    world.fetcher.serve("https://id.example/token", [this](const web::FetchRequest& call) -> web::Fetched {
      if (call.body.find("grant_type=refresh_token") != std::string::npos && !refresh_answer_error.empty())
        return web::FetchResponse{
            .status = refresh_answer_status, .headers = {}, .body = R"({"error":")" + refresh_answer_error + R"("})"};
      json::object claims{{"iss", kIssuer}, {"sub", "u1"},    {"aud", audience},
                          {"sid", "s1"},    {"nonce", nonce}, {"preferred_username", "ada"}};
      claims["iat"] = epoch_seconds(world.clock.now());
      claims["exp"] = epoch_seconds(world.clock.now()) + 300;
      claims["groups"] = json::array{"readers"};
      for (const auto& [name, value] : extra_claims) claims.insert_or_assign(name, value);
      json::object answer{{"access_token", "opaque"},
                          {"token_type", "Bearer"},
                          {"expires_in", expires_in},
                          {"refresh_token", "r1"},
                          {"id_token", token_of(key, claims)}};
      return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
    });
  }

  void take_cookies(const web::Response& response) {
    for (const auto& header : response.headers) {
      if (header.name != "Set-Cookie") continue;
      cookies += (cookies.empty() ? "" : "; ") + header.value.substr(0, header.value.find(';'));
    }
  }
  void leave(std::string_view target) {
    const auto response = open_page(target);
    const auto url = parse_uri(*response.find_header("Location"));
    const auto query = web::Form::parse(*url->query);
    state = *query->value("state");
    nonce = *query->value("nonce");
    take_cookies(response);
  }
  web::Response come_back(std::string query) {
    auto request = GateWorld::question("GET", "/", "/oauth/callback/keycloak");
    request.query = std::move(query);
    request.headers.push_back({"Cookie", cookies});
    return world.run(request);
  }
  web::Response sign_in(std::string_view target) {
    leave(target);
    auto response = come_back("code=c1&state=" + state);
    if (response.status == 302) cookies.clear();
    take_cookies(response);
    return response;
  }
  bool is_signed_in() { return open_page("/flows/a", cookies, "/gate/check").status == 200; }
};

TEST_F(GateSignIn, refuses_another_state_an_old_one_and_one_that_was_used) {
  leave("/flows/a");
  EXPECT_EQ(come_back("code=c1&state=" + state + "x").status, 400);
  EXPECT_EQ(come_back("code=c1&state=" + state).status, 302);
  EXPECT_EQ(come_back("code=c1&state=" + state).status, 400);
  EXPECT_TRUE(world.log.contains("replayed_callback"));
  cookies.clear();
  leave("/flows/a");
  world.clock.advance(std::chrono::seconds(301));
  EXPECT_EQ(come_back("code=c1&state=" + state).status, 400);
}

TEST_F(GateSignIn, refuses_another_nonce_audience_party_or_issuer) {
  const std::pair<const char*, json::value> wrong[] = {{"nonce", "another"},
                                                       {"aud", "another"},
                                                       {"azp", "another"},
                                                       {"iss", "https://evil.example"},
                                                       {"aud", json::array{"flows", "other"}}};
  for (const auto& [claim, value] : wrong) {
    extra_claims = {{claim, value}};
    cookies.clear();
    EXPECT_EQ(sign_in("/flows/a").status, 400) << claim;
    EXPECT_FALSE(is_signed_in()) << claim;
  }
  extra_claims.clear();
  cookies.clear();
  leave("/flows/a");
  EXPECT_EQ(come_back("code=c1&iss=https%3A%2F%2Fevil.example&state=" + state).status, 400);
}

TEST_F(GateSignIn, keeps_a_small_cookie_and_returns_to_the_page) {
  const auto response = sign_in("/flows/a?b=c");
  ASSERT_EQ(response.status, 302);
  EXPECT_EQ(*response.find_header("Location"), "http://app.example/flows/a?b=c");
  EXPECT_TRUE(is_signed_in());
  for (const auto& header : response.headers) {
    if (header.name != "Set-Cookie") continue;
    EXPECT_LT(header.value.size(), 400U);
    EXPECT_THAT(header.value, HasSubstr("HttpOnly"));
    EXPECT_THAT(header.value, HasSubstr("SameSite=Lax"));
    EXPECT_THAT(header.value, Not(HasSubstr("eyJ")));
  }
}

TEST_F(GateSignIn, a_denied_person_is_told_which_groups_would_help) {
  extra_claims = {{"groups", json::array{"strangers"}}};
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  const auto page = open_page("/flows/a", cookies);
  EXPECT_EQ(page.status, 403);
  EXPECT_THAT(std::string(page.body_text()), HasSubstr("groups: admins (admin)"));
}

TEST_F(GateSignIn, refreshes_behind_the_persons_back_and_ends_when_the_provider_says_so) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  world.clock.advance(std::chrono::seconds(400));
  EXPECT_TRUE(is_signed_in());
  EXPECT_THAT(world.fetcher.calls.back().body, HasSubstr("refresh_token=r1"));
  refresh_answer_error = "invalid_grant";
  world.clock.advance(std::chrono::seconds(400));
  EXPECT_FALSE(is_signed_in());
}

TEST_F(GateSignIn, a_provider_that_is_away_ends_no_session) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  world.fetcher.serve("https://id.example/token",
                      [](const auto&) -> web::Fetched { return refuse(web::FetchError::kTimeout); });
  world.clock.advance(std::chrono::seconds(400));
  EXPECT_TRUE(is_signed_in());
}

TEST_F(GateSignIn, a_refresh_refused_for_any_reason_of_the_person_ends_the_session) {
  for (const auto* error : {"invalid_grant", "invalid_request", "access_denied", "unauthorized_client", "disabled"}) {
    refresh_answer_error.clear();
    cookies.clear();
    ASSERT_EQ(sign_in("/flows/a").status, 302);
    refresh_answer_error = error;
    world.clock.advance(std::chrono::seconds(700));
    EXPECT_FALSE(is_signed_in()) << error;
  }
}

TEST_F(GateSignIn, a_provider_in_trouble_keeps_sessions_for_an_hour_and_no_longer) {
  const std::pair<int, const char*> troubles[] = {{500, "server_error"}, {429, "slow_down"}, {401, "invalid_client"}};
  for (const auto& [status, error] : troubles) {
    refresh_answer_error.clear();
    cookies.clear();
    ASSERT_EQ(sign_in("/flows/a").status, 302);
    refresh_answer_error = error;
    refresh_answer_status = status;
    for (int i = 0; i < 3; ++i) {
      world.clock.advance(std::chrono::seconds(1200));
      EXPECT_TRUE(is_signed_in()) << error;
    }
    world.clock.advance(std::chrono::seconds(400));
    EXPECT_FALSE(is_signed_in()) << error;
  }
}

TEST_F(GateSignIn, stops_after_three_rounds_that_did_not_hold) {
  for (int i = 0; i < 3; ++i) {
    const auto before = cookies;
    auto start = open_page("/flows/a", before);
    ASSERT_EQ(start.status, 302);
    state = *web::Form::parse(*parse_uri(*start.find_header("Location"))->query)->value("state");
    nonce = *web::Form::parse(*parse_uri(*start.find_header("Location"))->query)->value("nonce");
    cookies.clear();
    take_cookies(start);
    cookies += before.empty() ? "" : "; " + before;
    const auto back = come_back("code=c1&state=" + state);
    ASSERT_EQ(back.status, 302);
    cookies.clear();  // the browser keeps the count and loses the session
    for (const auto& header : back.headers)
      if (header.name == "Set-Cookie" && header.value.find("-rounds=") != std::string::npos)
        cookies = header.value.substr(0, header.value.find(';'));
  }
  const auto page = open_page("/flows/a", cookies);
  EXPECT_EQ(page.status, 400);
  EXPECT_TRUE(world.log.contains("loop"));
}

TEST_F(GateSignIn, logout_ends_the_session_here_and_at_the_provider) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  auto request = GateWorld::question("GET", "/logout", "/logout");
  request.headers.push_back({"Cookie", cookies});
  const auto response = world.run(request);
  EXPECT_EQ(response.status, 302);
  EXPECT_THAT(*response.find_header("Location"), HasSubstr("https://id.example/logout?id_token_hint=eyJ"));
  EXPECT_THAT(*response.find_header("Location"),
              HasSubstr("post_logout_redirect_uri=http%3A%2F%2Fapp.example%2Flogout"));
  EXPECT_FALSE(is_signed_in());
  auto again = GateWorld::question("GET", "/logout", "/logout");
  EXPECT_EQ(world.run(again).status, 200) << "the page to land on";
}

class GateBackchannel : public GateSignIn {
 protected:
  json::object order{{"iss", kIssuer},
                     {"aud", "flows"},
                     {"sid", "s1"},
                     {"jti", "j1"},
                     {"events", {{"http://schemas.openid.net/event/backchannel-logout", json::object()}}}};
  int send(const jose::SigningKey& by) {
    order["iat"] = epoch_seconds(world.clock.now());
    auto request = GateWorld::question("POST", "/", "/gate/backchannel-logout");
    request.method = web::Method::kPost;
    request.body = "logout_token=" + token_of(by, order);
    return world.run(request).status;
  }
};

TEST_F(GateBackchannel, refuses_forged_foreign_and_repeated_logout_tokens) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  EXPECT_EQ(send(named_key("made-up", jose::Algorithm::kRS256)), 400);
  order["nonce"] = "n";
  EXPECT_EQ(send(key), 400) << "an ID token";
  order.erase("nonce");
  order["aud"] = "another";
  EXPECT_EQ(send(key), 400);
  order["aud"] = "flows";
  order["events"] = json::object();
  EXPECT_EQ(send(key), 400);
  EXPECT_TRUE(is_signed_in());
}

TEST_F(GateBackchannel, ends_the_session_it_names_once) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  EXPECT_EQ(send(key), 200);
  EXPECT_FALSE(is_signed_in());
  EXPECT_EQ(send(key), 400) << "used before";
}

TEST_F(GateBackchannel, front_channel_logout_needs_the_session_id) {
  EXPECT_EQ(sign_in("/flows/a").status, 302);
  for (const auto* query : {"", "sid=other", "sid=s1&iss=https%3A%2F%2Fevil.example"}) {
    auto request = GateWorld::question("GET", "/", "/gate/frontchannel-logout");
    request.query = query;
    (void)world.run(request);
    EXPECT_TRUE(is_signed_in()) << query;
  }
  auto request = GateWorld::question("GET", "/", "/gate/frontchannel-logout");
  request.query = "sid=s1";
  EXPECT_EQ(world.run(request).status, 200);
  EXPECT_FALSE(is_signed_in());
}

}  // namespace
}  // namespace cardea::gate
