// DPoP at our endpoints (RFC 9449; standards.md section 15; attack class 30).
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "crypto/hash.h"
#include "jose/jwk.h"
#include "jose/test_keys.h"
#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class Dpop : public testing::TestWithParam<Engine> {
 protected:
  Dpop() {
    server_.add_client("bound", [](Client& client) {
      client.redirect_uris = {"https://app.example/cb"};
      client.attributes["dpop.bound.access.tokens"] = "true";
    });
  }
  static std::string url(std::string_view path) { return std::string("https://id.example").append(kP).append(path); }
  std::string proof(std::string_view path = "/token", const json::object& changes = {}) {
    static const auto key = jose::test_signing_key(jose::Algorithm::kES256, "");
    json::object claims = {{"jti", "proof-" + std::to_string(++count_)},
                           {"htm", path == "/userinfo" ? "GET" : "POST"},
                           {"htu", url(path)},
                           {"iat", epoch_seconds(server_.clock.now())}};
    for (const auto& change : changes) claims[change.key()] = change.value();
    std::string header = R"({"typ":"dpop+jwt","alg":"ES256","jwk":)";
    jose::append_jwk(header, {jose::test_private_key(crypto::KeyType::kEcP256).public_key(), "", "", "", ""});
    return jose::sign_by_hand(key, header + "}", json::serialize(claims));
  }
  std::string other_proof(std::string_view path = "/token") {
    auto key = crypto::PrivateKey::generate(crypto::KeyType::kEcP256).value();
    std::string header = R"({"typ":"dpop+jwt","alg":"ES256","jwk":)";
    jose::append_jwk(header, {key.public_key(), "", "", "", ""});
    const auto signing = jose::SigningKey::make(std::move(key), "", jose::Algorithm::kES256).value();
    const json::object claims = {{"jti", "other-" + std::to_string(++count_)},
                                 {"htm", "POST"},
                                 {"htu", url(path)},
                                 {"iat", epoch_seconds(server_.clock.now())}};
    return jose::sign_by_hand(signing, header + "}", json::serialize(claims));
  }
  static std::string thumbprint() {
    return jose::thumbprint(jose::test_private_key(crypto::KeyType::kEcP256).public_key());
  }
  web::Response token(const Pairs& form, const std::string& proof_text) {
    std::vector<web::Header> headers;
    if (!proof_text.empty()) headers.push_back({"DPoP", proof_text});
    return server_.post("/token", form, headers);
  }
  Pairs password(const std::string& client = "bound") {
    return {{"grant_type", "password"},
            {"client_id", client},
            {"username", "ada"},
            {"scope", "openid"},
            {"password", "correct-horse"}};
  }
  json::object issue(const std::string& client = "bound") {
    const auto response = token(password(client), proof());
    EXPECT_EQ(response.status, 200) << response.body_text();
    return body_of(response);
  }
  web::Response userinfo(const std::string& access, const std::string& proof_text, const std::string& scheme = "DPoP") {
    std::vector<web::Header> headers = {{"Authorization", scheme + " " + access}};
    if (!proof_text.empty()) headers.push_back({"DPoP", proof_text});
    return server_.get("/userinfo", headers);
  }
  std::string proof_for(const std::string& access) {
    return proof("/userinfo", {{"ath", crypto::sha256_base64url(access)}});
  }
  void expect_refused(const web::Response& response, std::string_view error, std::string_view description) {
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(string_or(body_of(response), "error", ""), error);
    EXPECT_EQ(string_or(body_of(response), "error_description", ""), description);
  }

  Server server_{GetParam()};
  int count_ = 0;
};

TEST_P(Dpop, refuses_requests_without_proof_of_clients_that_must_bind) {  // DP-14
  expect_refused(token(password(), ""), "invalid_request", "DPoP proof is missing");
}

TEST_P(Dpop, refuses_proofs_for_other_requests) {
  expect_refused(token(password(), "x"), "invalid_dpop_proof", "DPoP header verification failure");
  expect_refused(token(password(), proof("/revoke")), "invalid_dpop_proof", "DPoP HTTP URL mismatch");
  expect_refused(token(password(), proof("/token", {{"htm", "GET"}})), "invalid_dpop_proof",
                 "DPoP HTTP method mismatch");
  expect_refused(token(password(), proof("/token", {{"iat", 5}})), "invalid_dpop_proof", "DPoP proof is not active");
  const auto two = server_.post("/token", password(), {{"DPoP", proof()}, {"dpop", proof()}});
  expect_refused(two, "invalid_dpop_proof", "More than one DPoP proof");
}

/// What the Host header says is not where this server is: whoever got a proof for another server could play it on here.
TEST_P(Dpop, refuses_proofs_for_the_address_that_the_request_names) {  // GW-12
  const auto at_host = [&](const std::string& proof_text) {
    web::Request request;
    request.method = web::Method::kPost;
    request.scheme = "https";
    request.host = "other.example";
    request.path = std::string(kP) + "/token";
    request.remote_address = "192.0.2.7";
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"DPoP", proof_text}};
    for (const auto& [name, value] : password()) {
      if (!request.body.empty()) request.body.push_back('&');
      request.body.append(name).append("=").append(value);
    }
    return server_.handle(std::move(request));
  };
  expect_refused(at_host(proof("/token", {{"htu", "https://other.example" + std::string(kP) + "/token"}})),
                 "invalid_dpop_proof", "DPoP HTTP URL mismatch");
  EXPECT_EQ(at_host(proof()).status, 200) << "the configured address counts";
}

TEST_P(Dpop, refuses_the_second_use_of_a_proof) {  // DP-9
  const auto once = proof();
  EXPECT_EQ(token(password(), once).status, 200);
  expect_refused(token(password(), once), "invalid_dpop_proof", "DPoP proof has already been used");
}

TEST_P(Dpop, of_parallel_uses_one_is_accepted) {
  const auto once = proof();
  std::vector<int> statuses(4);
  std::vector<std::thread> threads;
  for (auto& status : statuses) {
    threads.emplace_back([&] {
      status =
          server_
              .post(
                  "/token",
                  {{"grant_type", "client_credentials"}, {"client_id", "service"}, {"client_secret", "service-secret"}},
                  {{"DPoP", once}})
              .status;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(std::ranges::count(statuses, 200), 1);
}

TEST_P(Dpop, says_what_the_token_is_bound_to) {  // DP-13, DP-15
  const auto tokens = issue();
  EXPECT_EQ(string_or(tokens, "token_type", ""), "DPoP");
  const auto claims = payload_of(string_or(tokens, "access_token", ""));
  EXPECT_EQ(string_or(claims.at("cnf").as_object(), "jkt", ""), thumbprint());
  EXPECT_EQ(string_or(claims, "typ", ""), "DPoP");
  const auto refresh_claims = payload_of(string_or(tokens, "refresh_token", ""));
  EXPECT_EQ(string_or(refresh_claims.at("cnf").as_object(), "jkt", ""), thumbprint()) << "public client";
  server_.add_client("api", [](Client& client) {
    client.public_client = false;
    client.secret = SecretBytes(std::string("api-secret"));
    client.attributes["allow.token.introspection.without.audience.check"] = "true";
  });
  const auto introspected = body_of(server_.post(
      "/token/introspect",
      {{"client_id", "api"}, {"client_secret", "api-secret"}, {"token", string_or(tokens, "access_token", "")}}));
  EXPECT_TRUE(bool_or(introspected, "active", false));
  EXPECT_EQ(string_or(introspected, "token_type", ""), "DPoP");
  EXPECT_EQ(string_or(introspected.at("cnf").as_object(), "jkt", ""), thumbprint());
}

TEST_P(Dpop, refuses_a_bound_token_without_its_key) {  // DP-10, DP-11, DP-17
  const auto access = string_or(issue(), "access_token", "");
  const auto challenge = [](const web::Response& response) { return *response.find_header("WWW-Authenticate"); };
  const auto as_bearer = userinfo(access, "", "Bearer");
  EXPECT_EQ(as_bearer.status, 401);
  EXPECT_EQ(userinfo(access, proof_for(access), "Bearer").status, 401);
  const auto without = userinfo(access, "");
  EXPECT_EQ(without.status, 401);
  EXPECT_TRUE(challenge(without).starts_with("DPoP algs=\"")) << challenge(without);
  EXPECT_EQ(userinfo(access, proof("/userinfo")).status, 401) << "no ath";
  EXPECT_EQ(userinfo(access, proof("/userinfo", {{"ath", crypto::sha256_base64url("x")}})).status, 401);
  EXPECT_EQ(userinfo(access, other_proof("/userinfo")).status, 401);
  const auto once = proof_for(access);
  EXPECT_EQ(userinfo(access, once).status, 200);
  EXPECT_EQ(userinfo(access, once).status, 401) << "used";
  EXPECT_EQ(userinfo(access, proof_for(access), "dpop").status, 200) << "a scheme has no case";
}

TEST_P(Dpop, refuses_the_scheme_for_a_token_that_is_not_bound) {
  const auto plain = body_of(token(password("app"), ""));
  EXPECT_EQ(string_or(plain, "token_type", ""), "Bearer");
  const auto access = string_or(plain, "access_token", "");
  EXPECT_EQ(userinfo(access, proof_for(access)).status, 401);
}

TEST_P(Dpop, binds_for_any_client_that_sends_a_proof) { EXPECT_EQ(string_or(issue("app"), "token_type", ""), "DPoP"); }

TEST_P(Dpop, refuses_a_bound_refresh_token_with_another_key) {
  const auto tokens = issue("app");
  const Pairs form = {
      {"grant_type", "refresh_token"}, {"client_id", "app"}, {"refresh_token", string_or(tokens, "refresh_token", "")}};
  expect_refused(token(form, ""), "invalid_request", "DPoP proof is missing");
  expect_refused(token(form, other_proof()), "invalid_grant", "DPoP proof and token binding verification failed");
  EXPECT_EQ(token(form, proof()).status, 200);
}

TEST_P(Dpop, refuses_a_code_with_another_key_than_it_was_asked_for_with) {  // DP-16
  Browser browser(server_);
  const auto redeem_with = [&](const std::string& proof_text) {
    const auto page = browser.get(authorize_url({{"dpop_jkt", thumbprint()}}));
    const auto answer =
        page.status == 302 ? page : browser.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
    return token({{"grant_type", "authorization_code"},
                  {"client_id", "app"},
                  {"redirect_uri", "https://app.example/cb"},
                  {"code_verifier", kVerifier},
                  {"code", location_parameter(answer, "code")}},
                 proof_text);
  };
  EXPECT_EQ(string_or(body_of(redeem_with("")), "error", ""), "invalid_grant");
  EXPECT_EQ(string_or(body_of(redeem_with(other_proof())), "error", ""), "invalid_grant");
  EXPECT_EQ(redeem_with(proof()).status, 200);
  EXPECT_EQ(location_parameter(browser.get(authorize_url({{"dpop_jkt", "short"}})), "error"), "invalid_request");
}

TEST_P(Dpop, a_pushed_request_binds_its_code_to_the_key_of_the_push) {  // PA-13
  const Pairs form = {
      {"client_id", "app"}, {"redirect_uri", "https://app.example/cb"}, {"response_type", "code"}, {"scope", "openid"}};
  auto contradicting = form;
  contradicting.emplace_back("dpop_jkt", crypto::sha256_base64url("other"));
  const auto refused = server_.post("/ext/par/request", contradicting, {{"DPoP", proof("/ext/par/request")}});
  EXPECT_EQ(string_or(body_of(refused), "error", ""), "invalid_dpop_proof");
  const auto pushed = server_.post("/ext/par/request", form, {{"DPoP", proof("/ext/par/request")}});
  ASSERT_EQ(pushed.status, 201) << pushed.body_text();
  Browser browser(server_);
  const auto page =
      browser.get(std::string(kP) + "/auth?client_id=app&request_uri=" + string_or(body_of(pushed), "request_uri", ""));
  const auto answer = browser.submit(page, {{"username", "ada"}, {"password", "correct-horse"}});
  const Pairs exchange = {{"grant_type", "authorization_code"},
                          {"client_id", "app"},
                          {"redirect_uri", "https://app.example/cb"},
                          {"code", location_parameter(answer, "code")}};
  EXPECT_EQ(string_or(body_of(token(exchange, other_proof())), "error", ""), "invalid_grant");
}

INSTANTIATE_ON_EVERY_ENGINE(Dpop);

// A page must learn why, whichever step fails; without the headers it sees a failure it cannot read.
TEST(DpopOfAPage, refuses_with_headers_that_let_the_page_read_why) {
  Server server;
  server.add_client("page", [](Client& client) {
    client.public_client = false;
    client.secret = SecretBytes::copy_of("page-secret");
    client.service_accounts_enabled = true;
    client.web_origins = {"https://page.example"};
  });
  const auto key = jose::test_signing_key(jose::Algorithm::kES256, "");
  std::string header = R"({"typ":"dpop+jwt","alg":"ES256","jwk":)";
  jose::append_jwk(header, {jose::test_private_key(crypto::KeyType::kEcP256).public_key(), "", "", "", ""});
  const json::object claims = {{"jti", "1"},
                               {"htm", "POST"},
                               {"htu", std::string("https://id.example").append(kP).append("/token")},
                               {"iat", epoch_seconds(server.clock.now())}};
  const auto proof = jose::sign_by_hand(key, header + "}", json::serialize(claims));
  server.fail_writes(StoreError::kBusy);
  const auto answer = server.post(
      "/token", {{"grant_type", "client_credentials"}, {"client_id", "page"}, {"client_secret", "page-secret"}},
      {{"Origin", "https://page.example"}, {"DPoP", proof}});
  EXPECT_EQ(answer.status, 503);
  ASSERT_NE(answer.find_header("Access-Control-Allow-Origin"), nullptr);
  EXPECT_EQ(*answer.find_header("Access-Control-Allow-Origin"), "https://page.example");
}

}  // namespace
}  // namespace cardea::protocol
