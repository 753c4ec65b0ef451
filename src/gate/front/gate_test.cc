#include "gate/front/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "gate/front/front_fixture.h"
#include "gate/front/proxy_snippet.h"

namespace cardea::gate {
namespace {

using testing::HasSubstr;
using testing::Not;

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

TEST_F(GateFront, a_name_in_a_list_never_becomes_two) {
  auto claims = good_claims(kIssuer);
  claims["groups"] = json::array{"readers", "x,admins", "50%"};
  claims["scope"] = json::array{"a b", "c"};
  const auto response = ask("GET", "/flows/a", token_of(key, claims));
  EXPECT_EQ(*response.find_header("X-Groups"), "readers,x%2Cadmins,50%25");
  EXPECT_EQ(*response.find_header("X-Auth-Scopes"), "a%20b c");
}

TEST_F(GateFront, refuses_a_scope_parameter_that_asks_for_nothing) {
  const auto with = [&](std::string query) {
    auto request = GateWorld::question("GET", "/flows/a");
    request.query = std::move(query);
    request.headers.push_back({"Authorization", "Bearer " + token({"readers"})});
    return world.run(request).status;
  };
  EXPECT_EQ(with("scope=%24DATA"), 200);
  for (const auto* query : {"scope=", "scope", "scope=+", "scope=%ZZ", "scope=%24DATA&scope=%24DATA", "scope=MAIL"})
    EXPECT_EQ(with(query), 403) << query;
}

TEST_F(GateFront, keys_of_a_provider_that_is_away_for_a_day_count_no_more) {
  const auto good = [&] {
    auto claims = good_claims(kIssuer);
    claims["iat"] = epoch_seconds(world.clock.now());
    claims["exp"] = epoch_seconds(world.clock.now()) + 300;
    claims["groups"] = json::array{"readers"};
    return token_of(key, claims);
  };
  world.gate.refresh_keys(world.fetcher);
  EXPECT_EQ(ask("GET", "/flows/a", good()).status, 200);
  world.fetcher.serve("https://id.example/keys",
                      [](const auto&) -> web::Fetched { return refuse(web::FetchError::kTimeout); });
  world.clock.advance(upstream::kStaleMax - seconds{600});
  world.gate.refresh_keys(world.fetcher);
  EXPECT_EQ(ask("GET", "/flows/a", good()).status, 200);
  world.clock.advance(seconds{1200});
  world.gate.refresh_keys(world.fetcher);
  EXPECT_EQ(ask("GET", "/flows/a", good(), "/gate/forward").status, 503);
}

constexpr std::string_view kKeyed = R"({
  "providers": {"id": {"issuer": "https://id.example/realms/r", "jwks-url": "https://id.example/keys", "audiences": ["Domino"]}},
  "applications": [{"name": "K", "hosts": ["app.example"], "answers": "keep", "roles": {"r": ["read:*"]},
    "api-keys": [{"name": "robot", "role": "r", "sha256": "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"}]}]})";

TEST(GateApiKeys, refuses_an_address_that_tries_too_many) {
  GateWorld world(kKeyed);
  const auto ask = [&](std::string key, std::string address) {
    auto request = GateWorld::question("GET", "/", "/gate/forward");
    request.remote_address = std::move(address);
    request.headers.push_back({"X-API-KEY", std::move(key)});
    return world.run(request).status;
  };
  for (int i = 0; i < 3 * Gate::kWrongKeysMax; ++i) EXPECT_EQ(ask("key", "192.0.2.1"), 200);
  for (int i = 0; i < Gate::kWrongKeysMax; ++i) EXPECT_EQ(ask("wrong" + std::to_string(i), "192.0.2.1"), 401);
  EXPECT_EQ(ask("wrong", "192.0.2.1"), 429);
  EXPECT_EQ(ask("key", "192.0.2.1"), 429) << "a right one that was guessed would show";
  auto again = GateWorld::question("GET", "/", "/gate/forward");
  again.remote_address = "192.0.2.1";
  again.headers.push_back({"X-API-KEY", "key"});
  EXPECT_EQ(*world.run(again).find_header("Retry-After"), "60");
  EXPECT_EQ(ask("key", "192.0.2.2"), 200);
  world.clock.advance(Gate::kWrongKeysWindow);
  EXPECT_EQ(ask("key", "192.0.2.1"), 200);
}

TEST(GateAnswers, a_token_that_is_not_looked_at_for_now_is_told_so) {
  const auto refusal = refusal_of(AnswerForm::kOAuth, {.reason = TokenRefusal::kTooManySearches});
  EXPECT_EQ(refusal.status, 503);
  EXPECT_EQ(refusal.text, "Too many tokens are being checked");
  EXPECT_THAT(refusal_of(AnswerForm::kOAuth, {.reason = TokenRefusal::kKeysUnavailable}).text,
              HasSubstr("cannot be reached"));
}

TEST_F(GateFront, a_key_header_means_nothing_to_an_application_without_keys) {
  auto request = GateWorld::question("GET", "/flows/a");
  request.headers.push_back({"X-API-KEY", "mine"});
  request.headers.push_back({"Authorization", "Bearer " + token({"readers"})});
  EXPECT_EQ(world.run(request).status, 200);
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

TEST_F(GateFront, snippets_take_away_what_reads_like_a_header_of_ours) {
  const auto state = world.gate.state();
  for (const auto* proxy : {"caddy", "traefik", "envoy"}) {
    const auto text = ascii_lower(proxy_snippet(proxy, state->settings.applications.front(), "127.0.0.1:8080"));
    for (const auto* twin : {"x_auth_name", "x_auth_role", "x_groups"}) EXPECT_THAT(text, HasSubstr(twin)) << proxy;
  }
  const auto traefik = proxy_snippet("traefik", state->settings.applications.front(), "127.0.0.1:8080");
  EXPECT_THAT(traefik, HasSubstr("          X_Auth_Role: \"\"\n"));
  EXPECT_THAT(traefik, HasSubstr("middlewares: [cardea-strangers, cardea-gate, "));
}

/// The token has been judged, and would open more than this application (standards.md GW-14).
TEST(GateAuthorization, no_application_gets_the_token_unless_it_judges_tokens_itself) {
  const auto snippet = [](const std::string& proxy, const std::string& more) {
    GateWorld world(R"({"applications":[{"name":"A","hosts":["app.example"])" + more + "}]}");
    return proxy_snippet(proxy, world.gate.state()->settings.applications.front(), "127.0.0.1:8080");
  };
  const std::pair<std::string, std::string> removals[] = {
      {"nginx", "    proxy_set_header Authorization \"\";\n"},
      {"caddy", "                request_header -Authorization\n                request_header Cookie "},
      {"traefik", "cardea-gate, cardea-judged]"},
      {"envoy", "        - { remove: authorization }\n"}};
  for (const auto& [proxy, removal] : removals) {
    for (const auto* more : {"", R"(,"answers":"keep")", R"(,"answers":"netbird","pass-authorization":false)"})
      EXPECT_THAT(snippet(proxy, more), HasSubstr(removal)) << more;
    for (const auto* more : {R"(,"answers":"netbird")", R"(,"answers":"keep-domino")", R"(,"pass-authorization":true)"})
      EXPECT_THAT(ascii_lower(snippet(proxy, more)), Not(HasSubstr("authorization\n")))
          << proxy << more << snippet(proxy, more);
  }
  const auto caddy = snippet("caddy", "");
  EXPECT_LT(caddy.find("forward_auth"), caddy.find("-Authorization")) << "the gate has to see it";
  const auto envoy = snippet("envoy", "");
  EXPECT_LT(envoy.find("ext_authz"), envoy.find("{ remove: authorization }"));
}

/// Neither is a key that the gate knows (attack class 18): it would be the caller at every other door that takes it.
TEST(GateApiKeys, no_application_gets_a_key_that_the_gate_has_judged_unless_it_asks_for_it) {
  const auto snippet = [](const std::string& proxy, const std::string& more) {
    GateWorld world(R"({"applications":[{"name":"A","hosts":["app.example"],"roles":{"r":["read:*"]})" + more + "}]}");
    return proxy_snippet(proxy, world.gate.state()->settings.applications.front(), "127.0.0.1:8080");
  };
  const auto keys =
      R"(,"api-keys":[{"name":"k","role":"r","sha256":")" + hex_encode(as_text(crypto::sha256("mine"))) + R"("}])";
  const std::pair<std::string, std::string> removals[] = {{"nginx", "    proxy_set_header X-API-KEY \"\";\n"},
                                                          {"caddy", "                request_header -X-API-KEY\n"},
                                                          {"traefik", "          X-API-KEY: \"\"\n"},
                                                          {"envoy", "        - { remove: x-api-key }\n"}};
  for (const auto& [proxy, removal] : removals) {
    for (const auto* more : {"", R"(,"pass-authorization":true)"})
      EXPECT_THAT(snippet(proxy, keys + more), HasSubstr(removal)) << proxy << more;
    EXPECT_THAT(snippet(proxy, keys + R"(,"pass-api-key":true)"), Not(HasSubstr(removal))) << proxy;
    EXPECT_THAT(snippet(proxy, ""), Not(HasSubstr(removal))) << "the application's own affair";
  }
  const auto caddy = snippet("caddy", keys), envoy = snippet("envoy", keys);
  EXPECT_LT(caddy.find("forward_auth"), caddy.find("-X-API-KEY")) << "the gate has to see it";
  EXPECT_LT(envoy.find("ext_authz"), envoy.find("{ remove: x-api-key }"));
  EXPECT_THAT(snippet("traefik", keys + R"(,"pass-authorization":true)"), HasSubstr("cardea-gate, cardea-judged]"));
}

/// Whoever has the handle of a session is that person, at this application and, with one name of host, at others.
TEST_F(GateFront, no_application_gets_the_gates_own_cookies) {
  const auto cookies = [&](std::vector<std::string> sent, std::string_view path = "/gate/forward") {
    auto request = GateWorld::question("GET", "/flows/a", path);
    request.headers.push_back({"Authorization", "Bearer " + token({"readers"})});
    for (auto& text : sent) request.headers.push_back({"Cookie", std::move(text)});
    const auto response = world.run(request);
    EXPECT_EQ(response.status, 200);
    const auto* said = response.find_header("Cookie");
    return said == nullptr ? std::string("nothing said") : *said;
  };
  EXPECT_EQ(cookies({"cardea-gate-abc123-session=x"}), "");
  EXPECT_EQ(cookies({"__Host-cardea-gate-abc123-session=x"}), "");
  EXPECT_EQ(cookies({"a=1; cardea-gate-abc123-session=x;b=2 ;__Host-cardea-gate-zzz-login-q=y; c=\"3\""}),
            "a=1; b=2; c=\"3\"");
  EXPECT_EQ(cookies({"cardea-gate-abc123-session=x", "a=1", "cardea-gate-a-rounds=1; b=2"}), "a=1; b=2");
  EXPECT_EQ(cookies({"my-cardea-gate-x=1; a=cardea-gate-y; Cardea-Gate-z=1"}),
            "my-cardea-gate-x=1; a=cardea-gate-y; Cardea-Gate-z=1");
  EXPECT_EQ(cookies({}), "nothing said");
  EXPECT_EQ(cookies({"a=1"}, "/gate/check"), "nothing said") << "nginx takes them away by itself";
}

TEST_F(GateFront, snippets_take_away_the_gates_own_cookies) {
  const auto state = world.gate.state();
  const std::pair<const char*, const char*> removals[] = {
      {"nginx", "    proxy_set_header Cookie $cardea_cookie;\n"},
      {"caddy", "request_header Cookie \"^(?:__Host-)?cardea-gate-"},
      {"traefik", "          - Cookie\n"},
      {"envoy", "        allowed_upstream_headers:\n          patterns:\n"}};
  for (const auto& [proxy, removal] : removals)
    EXPECT_THAT(proxy_snippet(proxy, state->settings.applications.front(), "127.0.0.1:8080"), HasSubstr(removal));
  const auto envoy = proxy_snippet("envoy", state->settings.applications.front(), "127.0.0.1:8080");
  const auto upstream = envoy.substr(envoy.find("allowed_upstream_headers"));
  EXPECT_THAT(upstream.substr(0, upstream.find("allowed_client_headers")), HasSubstr("- { exact: cookie }"));
}

/// Some applications go by these more than by the request that was judged (attack classes 19, 20).
TEST_F(GateFront, snippets_take_away_other_words_about_the_request) {
  for (const auto* proxy : {"nginx", "caddy", "traefik", "envoy"}) {
    const auto text =
        ascii_lower(proxy_snippet(proxy, world.gate.state()->settings.applications.front(), "127.0.0.1:8080"));
    const auto to_application = proxy == std::string_view("nginx") ? text.substr(0, text.find("location = ")) : text;
    for (const auto* header : {"forwarded", "x-forwarded-uri", "x-forwarded-method", "x-forwarded-prefix",
                               "x-original-url", "x-rewrite-url", "x-http-method-override", "x-method-override"})
      EXPECT_THAT(to_application, HasSubstr(header)) << proxy;
    if (proxy == std::string_view("nginx")) continue;  // it drops names with "_" by itself
    for (const auto* twin : {"x_original_url", "x_http_method_override", "x_forwarded_uri"})
      EXPECT_THAT(text, HasSubstr(twin)) << proxy;
  }
}

/// With h2c somebody would speak to the application past every location of nginx (attack class 20).
TEST_F(GateFront, the_snippet_of_nginx_passes_on_no_upgrade_but_that_to_websocket) {
  const auto text = proxy_snippet("nginx", world.gate.state()->settings.applications.front(), "127.0.0.1:8080");
  EXPECT_THAT(text, HasSubstr("if ($http_upgrade ~* \"^websocket$\") { set $cardea_upgrade websocket; }\n"));
  EXPECT_THAT(text, HasSubstr("    proxy_set_header Upgrade $cardea_upgrade;\n"));
  EXPECT_THAT(text, Not(HasSubstr("Upgrade $http_upgrade")));
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

/// At its server block requests for any name arrive; those of other applications are not judged there by their rules.
TEST(GateSnippet, nginx_refuses_other_applications_names_at_the_application_of_every_other_host) {
  Application any;
  any.name = "Any";
  any.hosts = {"*"};
  const auto text = proxy_snippet("nginx", any, "127.0.0.1:8080", {"wiki.example", "b.example:8443", "*"});
  EXPECT_THAT(text, HasSubstr("if ($host ~* \"^(wiki\\.example|b\\.example)\\.?$\") { return 421; }\n"));
  EXPECT_THAT(proxy_snippet("nginx", any, "127.0.0.1:8080", {}), Not(HasSubstr("421")));
}

/// Caddy and a rewrite of nginx keep the client's query, in which the gate reads what the proxy wishes.
TEST_F(GateFront, snippets_ask_nothing_of_the_clients_query) {
  const auto state = world.gate.state();
  const auto& application = state->settings.applications.front();
  EXPECT_THAT(proxy_snippet("caddy", application, "127.0.0.1:8080"), HasSubstr("uri /gate/forward?\n"));
  EXPECT_THAT(proxy_snippet("nginx", application, "127.0.0.1:8080"), HasSubstr("rewrite ^ /gate/forward? break;"));
}

TEST(GateSnippet, every_other_host_is_one_that_caddy_and_traefik_know) {
  Application any;
  any.name = "Any";
  any.hosts = {"*"};
  const auto caddy = proxy_snippet("caddy", any, "127.0.0.1:8080");
  EXPECT_THAT(caddy, Not(HasSubstr("* {")));
  EXPECT_THAT(caddy, HasSubstr("\n:80 {\n"));
  const auto traefik = proxy_snippet("traefik", any, "127.0.0.1:8080");
  EXPECT_THAT(traefik, Not(HasSubstr("Host(")));
  EXPECT_THAT(traefik, HasSubstr("rule: \"PathPrefix(`/`)\""));
  EXPECT_THAT(traefik, HasSubstr("rule: \"(PathPrefix(`/`)) && (PathPrefix(`/gate/`)"));
}

TEST_F(GateFront, envoys_snippet_hands_all_of_an_answer_to_the_browser) {
  const auto state = world.gate.state();
  const auto text = proxy_snippet("envoy", state->settings.applications.front(), "127.0.0.1:8080");
  const auto answer = text.substr(text.find("allowed_client_headers"));
  for (const auto* header :
       {"content-security-policy", "x-frame-options", "cache-control", "retry-after", "set-cookie"})
    EXPECT_THAT(answer, HasSubstr(std::string("{ exact: ") + header + " }"));
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

/// What the gate would answer 404 is left to the application.
TEST(GateKeepLogin, snippets_carve_out_no_path_that_the_gate_does_not_answer) {
  const auto caddy = [](const std::string& more) {
    GateWorld world(R"({"applications":[{"name":"A","hosts":["app.example"],"answers":"keep-domino")" + more + "}]}");
    const auto state = world.gate.state();
    return proxy_snippet("caddy", state->settings.applications.front(), "127.0.0.1:8080");
  };
  const auto bare = caddy("");
  for (const auto* path : {"/api/v1/auth ", "/api/v1/auth\n", "/oauth/authorization", "/oauth/token"})
    EXPECT_THAT(bare, Not(HasSubstr(path)));
  EXPECT_THAT(bare, HasSubstr(" /api/v1/auth/logout /api/v1/userinfo\n"));
  const auto whole =
      caddy(R"(,"sign-in":{"issuer":"https://id.example/realms/r","client-id":"f","client-secret":"s"})");
  for (const auto* path : {" /api/v1/auth ", " /oauth/authorization ", " /oauth/token "})
    EXPECT_THAT(whole, HasSubstr(path));
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

}  // namespace
}  // namespace cardea::gate
