// The negative cases that all guides share (guides.md section 6; tests/negatives.txt): sign-in in front of Keep, KEEP's
// admin UI and Kestra, by the settings that their guides print.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "base/uri.h"
#include "gate/front/gate_fixture.h"
#include "web/form.h"

namespace cardea::gate {
namespace {

using testing::HasSubstr;

/// One application and its provider, and one browser.
struct Door {
  Door(std::string_view settings, const GateFiles& files, std::string issuer_url, std::string client_id)
      : world(settings, files), issuer(std::move(issuer_url)), client(std::move(client_id)) {
    serve_keys(world.fetcher, issuer + "/keys", named_private_key("id", crypto::KeyType::kRsa), "id");
    world.fetcher.serve_json(issuer + "/.well-known/openid-configuration",
                             R"({"issuer":")" + issuer + R"(","authorization_endpoint":")" + issuer +
                                 R"(/a","token_endpoint":")" + issuer + R"(/t","jwks_uri":")" + issuer +
                                 R"(/keys","id_token_signing_alg_values_supported":["RS256"]})");
    world.fetcher.serve(issuer + "/t", [this](const web::FetchRequest&) -> web::Fetched { return token_answer(); });
  }

  GateWorld world;
  std::string issuer, client, callback;
  std::string nonce, state, cookies;
  json::object more, changes;  // of the ID token; changes: null takes a claim away
  std::string kid = "id";
  jose::Algorithm algorithm = jose::Algorithm::kRS256;
  bool is_strangers_key = false;
  std::string refused;  // what the token endpoint says in place of tokens

  web::Fetched token_answer() {
    if (!refused.empty()) return web::FetchResponse{.status = 401, .headers = {}, .body = refused};
    const auto now = epoch_seconds(world.clock.now());
    json::object claims{{"iss", issuer},  {"sub", "u1"}, {"aud", client},
                        {"nonce", nonce}, {"iat", now},  {"exp", now + 300}};
    for (const auto& [name, value] : more) claims.insert_or_assign(name, value);
    for (const auto& [name, value] : changes) claims.insert_or_assign(name, value);
    const auto signing = jose::SigningKey::make(
        named_private_key(is_strangers_key ? "stranger" : "id", *jose::key_type_of(algorithm)).clone(), kid, algorithm);
    const auto token = token_of(*signing, claims);
    const json::object answer{
        {"access_token", token}, {"token_type", "Bearer"}, {"expires_in", 300}, {"id_token", token}};
    return web::FetchResponse{.status = 200, .headers = {}, .body = json::serialize(answer)};
  }
  web::Response open(std::string_view path = "/gate/forward") {
    auto request = GateWorld::question("GET", "/page", path);
    request.headers.push_back({"Accept", "text/html"});
    if (!cookies.empty()) request.headers.push_back({"Cookie", cookies});
    return world.run(request);
  }
  void take(const web::Response& response) {
    for (const auto& header : response.headers)
      if (header.name == "Set-Cookie" && header.value.find("Max-Age=0") == std::string::npos)
        cookies += (cookies.empty() ? "" : "; ") + header.value.substr(0, header.value.find(';'));
  }
  void leave() {
    const auto away = open();
    ASSERT_EQ(away.status, 302);
    const auto query = web::Form::parse(*parse_uri(*away.find_header("Location"))->query);
    state = *query->value("state");
    nonce = *query->value("nonce");
    take(away);
  }
  web::Response come_back(const std::string& query) {
    auto request = GateWorld::question("GET", "/", callback);
    request.query = query;
    request.correlation_id = "c0rr";
    if (!cookies.empty()) request.headers.push_back({"Cookie", cookies});
    auto response = world.run(request);
    take(response);
    return response;
  }
  web::Response sign_in() {
    cookies.clear();
    leave();
    return come_back("code=c1&state=" + state);
  }
  bool is_signed_in() { return open("/gate/check").status != 401; }
  /// A page of ours, no redirect, no session, with the correlation id and no detail of the token.
  void expect_page(const web::Response& response, int status = 400) {
    EXPECT_EQ(response.status, status) << issuer;
    EXPECT_EQ(response.find_header("Location"), nullptr) << issuer;
    EXPECT_THAT(std::string(response.body_text()), HasSubstr("c0rr")) << issuer;
    EXPECT_FALSE(is_signed_in()) << issuer;
  }
};

GateFiles keep_variables() {
  auto files = no_files();
  files.environment = {{"AUTH_TYPE", "AZUREAD"},
                       {"KEEP_AZUREAD_TENANT_ID", "6f0d1d0e-1111-4222-8333-444455556666"},
                       {"KEEP_AZUREAD_CLIENT_ID", "0b8f3c52-aaaa-4bbb-8ccc-ddddeeee0001"},
                       {"KEEP_AZUREAD_CLIENT_SECRET", "s3cret"},
                       {"KEEP_AZUREAD_ADMIN_GROUP_ID", "3a7c1e90-0000-4000-8000-00000000ad01"},
                       {"KEEP_AZUREAD_NOC_GROUP_ID", "3a7c1e90-0000-4000-8000-00000000c0c1"}};
  return files;
}

GateFiles kestra_file() {
  auto files = no_files();
  files.read_yaml = [](const std::string&) -> Result<json::value, std::string> {
    return *parse_json(R"({"micronaut":{"security":{"oauth2":{"clients":{"keycloak":{"client-id":"kestra",
      "client-secret":"s","openid":{"issuer":"https://id.example/realms/data"}}}}}},
      "kestra":{"security":{"default-role":{"name":"reader","permissions":{"FLOW":["READ"]}}}}})");
  };
  return files;
}

class NegativeSignIn : public ::testing::Test {
 protected:
  Door keep{R"({"applications": [{"name": "Keep", "hosts": ["app.example"], "keep": "environment",
              "keep-authority": "https://login.example", "keep-version-1-issuer": "https://sts.example"}]})",
            keep_variables(), "https://login.example/6f0d1d0e-1111-4222-8333-444455556666/v2.0",
            "0b8f3c52-aaaa-4bbb-8ccc-ddddeeee0001"};
  Door domino{R"({"applications": [{"name": "KEEP", "hosts": ["app.example"], "answers": "keep-domino",
                "sign-in": {"issuer": "https://sso.example/realms/trantor", "client-id": "Domino",
                            "client-secret": "s3cret", "callback-path": "/admin/ui/callback"}}]})",
              no_files(), "https://sso.example/realms/trantor", "Domino"};
  Door kestra{R"({"applications": [{"name": "Kestra", "hosts": ["app.example"], "kestra": "kestra.yaml"}]})",
              kestra_file(), "https://id.example/realms/data", "kestra"};

  NegativeSignIn() {
    keep.callback = "/api/auth/callback/microsoft-entra-id";
    keep.more = {{"tid", "6f0d1d0e-1111-4222-8333-444455556666"}, {"azp", keep.client}, {"oid", "o-ana"}};
    keep.more["preferred_username"] = "ana@t.example";
    keep.more["groups"] = json::array{"3a7c1e90-0000-4000-8000-00000000ad01"};
    domino.callback = "/admin/ui/callback";
    kestra.callback = "/oauth/callback/keycloak";
    for (auto* door : all()) {
      EXPECT_EQ(door->sign_in().status, 302) << door->issuer;
      EXPECT_TRUE(door->is_signed_in()) << door->issuer;
    }
  }
  std::vector<Door*> all() { return {&keep, &domino, &kestra}; }
};

TEST_F(NegativeSignIn, N3_01_refuses_a_token_of_another_realm) {
  kestra.changes = {{"iss", "https://id.example/realms/other"}};
  kestra.expect_page(kestra.sign_in());
}

TEST_F(NegativeSignIn, N3_02_refuses_an_expired_token) {
  kestra.changes = {{"exp", epoch_seconds(kestra.world.clock.now()) - 61}};
  kestra.expect_page(kestra.sign_in());
}

TEST_F(NegativeSignIn, N3_04_refuses_a_clock_that_is_far_ahead) {
  const auto ahead = epoch_seconds(kestra.world.clock.now()) + 600;
  for (const auto* claim : {"iat", "nbf"}) {
    kestra.changes = {{claim, ahead}, {"exp", ahead + 300}};
    kestra.expect_page(kestra.sign_in());
  }
}

TEST_F(NegativeSignIn, N3_10_refuses_algorithms_that_do_not_fit_the_key) {
  for (const auto algorithm : {jose::Algorithm::kES256, jose::Algorithm::kPS256, jose::Algorithm::kRS512}) {
    kestra.algorithm = algorithm;
    kestra.expect_page(kestra.sign_in());
  }
}

TEST_F(NegativeSignIn, N3_11_a_flood_of_unknown_key_ids_asks_once_in_a_cool_down) {
  const auto asked = [this] {
    return std::ranges::count_if(kestra.world.fetcher.calls, [](const web::FetchRequest& sent) {
      return web::text_of(sent.url).ends_with("/keys");
    });
  };
  kestra.world.clock.advance(upstream::kKeysFloor);
  const auto before = asked();
  for (int i = 0; i < 10; ++i) {
    kestra.is_strangers_key = true;
    kestra.kid = "k" + std::to_string(i);
    kestra.expect_page(kestra.sign_in());
  }
  EXPECT_LE(asked(), before + 1);
}

TEST_F(NegativeSignIn, N0_17_N3_17_a_refused_consent_is_a_page) {
  for (auto* door : {&keep, &kestra}) {
    door->cookies.clear();
    door->leave();
    const auto response =
        door->come_back("error=access_denied&error_description=AADSTS65004%3A+declined&state=" + door->state);
    door->expect_page(response, response.status);
    EXPECT_TRUE(response.status == 400 || response.status == 403) << response.status;
  }
}

TEST_F(NegativeSignIn, N0_19_N1_19_refuses_a_state_that_is_missing_or_anothers) {
  for (auto* door : {&keep, &domino}) {
    door->cookies.clear();
    door->leave();
    door->expect_page(door->come_back("code=c1"));
    door->expect_page(door->come_back("code=c1&state=foreign"));
    door->cookies.clear();
    door->expect_page(door->come_back("code=c1&state=" + door->state));
  }
}

TEST_F(NegativeSignIn, N1_20_refuses_another_nonce) {
  domino.changes = {{"nonce", "another"}};
  domino.expect_page(domino.sign_in());
  domino.changes = {{"nonce", nullptr}};
  domino.expect_page(domino.sign_in());
}

TEST_F(NegativeSignIn, N0_22_N1_22_N3_22_every_code_is_redeemed_with_the_verifier_of_its_browser) {
  for (auto* door : all()) {
    door->sign_in();
    const auto form = web::Form::parse(door->world.fetcher.calls.back().body);
    EXPECT_GE(form->value_or("code_verifier", "").size(), 43U) << door->issuer;
    door->refused = R"({"error":"invalid_grant","error_description":"PKCE verification failed"})";
    door->expect_page(door->sign_in());
  }
}

TEST_F(NegativeSignIn, N1_23_N3_23_refuses_the_answer_of_another_issuer) {
  for (auto* door : {&domino, &kestra}) {
    door->cookies.clear();
    door->leave();
    door->expect_page(door->come_back("code=c1&iss=https%3A%2F%2Fevil.example&state=" + door->state));
  }
}

TEST_F(NegativeSignIn, N0_25_N1_25_N3_25_an_expired_client_secret_is_a_page_for_the_administrator_and_no_loop) {
  for (auto* door : all()) {
    door->refused =
        R"({"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."})";
    const auto response = door->sign_in();
    door->expect_page(response, response.status);
    EXPECT_GE(response.status, 400) << door->issuer;
    EXPECT_THAT(std::string(response.body_text()), HasSubstr("administrator")) << door->issuer;
    EXPECT_TRUE(door->world.log.contains("AADSTS7000222")) << door->issuer;
  }
}

TEST_F(NegativeSignIn, N0_26_N1_26_N3_26_who_is_in_stays_in_and_who_comes_waits_while_the_provider_is_away) {
  for (auto* door : all()) {
    const auto mine = door->cookies;
    const auto away = [](const web::FetchRequest&) -> web::Fetched { return refuse(web::FetchError::kTimeout); };
    for (const auto* path : {"/.well-known/openid-configuration", "/t", "/keys"})
      door->world.fetcher.serve(door->issuer + path, away);
    door->world.clock.advance(seconds{200});
    EXPECT_TRUE(door->is_signed_in()) << door->issuer;
    door->world.clock.advance(upstream::kStaleMax);
    door->cookies.clear();
    const auto response = door->open();
    EXPECT_EQ(response.status, 503) << door->issuer;
    EXPECT_NE(response.find_header("Retry-After"), nullptr) << door->issuer;
  }
}

TEST_F(NegativeSignIn, N0_29_N3_29_three_rounds_in_a_minute_end_on_a_page) {
  for (auto* door : all()) {
    door->cookies.clear();
    int status = 302;
    for (int i = 0; i < 6 && status == 302; ++i) {
      const auto away = door->open();
      status = away.status;
      if (status != 302) break;
      const auto query = web::Form::parse(*parse_uri(*away.find_header("Location"))->query);
      door->state = *query->value("state");
      door->nonce = *query->value("nonce");
      door->take(away);
      (void)door->come_back("code=c1&state=" + door->state);
      // The browser keeps the count and loses the session.
      std::string rounds;
      for (const auto part : split(door->cookies, ';'))
        if (part.find("-rounds=") != std::string_view::npos) rounds = trim(part);
      door->cookies = rounds;
    }
    EXPECT_EQ(status, 400) << door->issuer;
  }
}

}  // namespace
}  // namespace cardea::gate
