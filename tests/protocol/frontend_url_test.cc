// Realms with an address of their own (realm attribute `frontendUrl`; keycloak.md section 1.2) beside realms without.
#include <gtest/gtest.h>

#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

constexpr std::string_view kOwn = "https://login.acme.example/sso";
const std::string kOwnIssuer = std::string(kOwn) + "/realms/demo";

class FrontendUrl : public testing::TestWithParam<Engine> {
 protected:
  void set(const std::string& url) {
    server_.change_realm([&](Realm& realm) { realm.attributes["frontendUrl"] = url; });
  }
  web::Response tokens() {
    return server_.post("/token", {{"grant_type", "password"},
                                   {"client_id", "app"},
                                   {"username", "ada"},
                                   {"password", "correct-horse"},
                                   {"scope", "openid"}});
  }
  json::object discovery() { return body_of(Browser(server_).get("/realms/demo/.well-known/openid-configuration")); }

  Server server_{GetParam()};
};

TEST_P(FrontendUrl, refuses_values_that_are_no_address) {
  for (const auto* bad : {"login.acme.example", "/sso", "ftp://acme.example", "https://a@acme.example", "https://",
                          "https://acme.example/?x", "https://acme.example/#x", "https://acme.example/%2e%2e",
                          "https://acme.example/a/../b", "https://a;sandbox", "https://x,y", "https://*",
                          "https://*.acme.example", "https://acme.example/a;b", "javascript:alert(1)"}) {
    set(bad);
    EXPECT_EQ(string_or(discovery(), "issuer", ""), kIssuer) << bad;
  }
}

TEST_P(FrontendUrl, refuses_tokens_of_the_former_issuer) {
  const auto before = string_or(body_of(tokens()), "access_token", "");
  set(std::string(kOwn));
  EXPECT_EQ(server_.get("/userinfo", {{"Authorization", "Bearer " + before}}).status, 401);
  const auto after = string_or(body_of(tokens()), "access_token", "");
  EXPECT_EQ(server_.get("/userinfo", {{"Authorization", "Bearer " + after}}).status, 200);
}

TEST_P(FrontendUrl, documents_and_tokens_name_one_issuer) {
  set(std::string(kOwn) + "/");
  const auto document = discovery();
  EXPECT_EQ(string_or(document, "issuer", ""), kOwnIssuer);
  for (const auto* name : {"authorization_endpoint", "token_endpoint", "end_session_endpoint", "jwks_uri",
                           "device_authorization_endpoint", "check_session_iframe", "registration_endpoint"}) {
    EXPECT_TRUE(string_or(document, name, "").starts_with(kOwnIssuer + "/")) << name;
  }
  const auto answer = body_of(tokens());
  for (const auto* name : {"access_token", "id_token", "refresh_token"}) {
    EXPECT_EQ(string_or(payload_of(string_or(answer, name, "")), "iss", ""), kOwnIssuer) << name;
  }
  const auto renewed = server_.post("/token", {{"grant_type", "refresh_token"},
                                               {"client_id", "app"},
                                               {"refresh_token", string_or(answer, "refresh_token", "")}});
  EXPECT_EQ(renewed.status, 200) << renewed.body_text();
}

TEST_P(FrontendUrl, pages_cookies_and_answers_stay_at_the_address) {
  set(std::string(kOwn));
  web::Request request;
  request.scheme = "https";
  request.host = "10.0.0.5:8443";  // as a proxy sends it on that keeps the address to itself
  request.remote_address = "192.0.2.7";
  const auto url = authorize_url({{"client_id", "app"}});
  const auto mark = url.find('?');
  request.path = url.substr(url.find("/realms/"), mark - url.find("/realms/"));
  request.query = url.substr(mark + 1);
  const auto page = server_.handle(request);
  ASSERT_EQ(page.status, 200) << page.body_text();
  EXPECT_NE(page.body_text().find(kOwnIssuer + "/login-actions/authenticate"), std::string_view::npos);
  EXPECT_EQ(page.body_text().find("https://id.example"), std::string_view::npos);
  for (const auto& header : page.headers) {
    const bool has_path = header.name == "Set-Cookie" && header.value.find("Path=/realms") != std::string::npos;
    EXPECT_FALSE(has_path) << header.value;
  }
}

// Administrators reach every realm by the server's address, and their console's page lies there.
TEST_P(FrontendUrl, the_administrators_console_signs_in_from_the_servers_address) {
  server_.add_client("console", [](Client& client) {
    client.root_url = "${authAdminUrl}";
    client.redirect_uris = {"/admin/demo/console/*"};
    client.web_origins = {"+"};
  });
  set(std::string(kOwn));
  const auto asked_from = [&](const std::string& base) {
    return Browser(server_).get(
        authorize_url({{"client_id", "console"}, {"redirect_uri", base + "/admin/demo/console/"}}));
  };
  EXPECT_EQ(asked_from("https://evil.example").status, 400);
  EXPECT_EQ(asked_from(std::string(kOwn)).status, 400);
  EXPECT_EQ(asked_from("https://id.example").status, 200);
  const Pairs form = {{"grant_type", "refresh_token"}, {"client_id", "console"}, {"refresh_token", "x"}};
  const auto answer = server_.post("/token", form, {{"Origin", "https://id.example"}});
  EXPECT_NE(answer.find_header("Access-Control-Allow-Origin"), nullptr);
}

TEST_P(FrontendUrl, other_realms_keep_the_servers_address) {
  Realm second;
  second.id = RealmId("realm-other");
  second.name = "other";
  ASSERT_TRUE(
      write_to(server_.repositories.store, [&](Tx& tx) { return server_.repositories.realms.insert(tx, second); }));
  set(std::string(kOwn));
  EXPECT_EQ(string_or(discovery(), "issuer", ""), kOwnIssuer);
  const auto other = Browser(server_).get("/realms/other/.well-known/openid-configuration");
  ASSERT_EQ(other.status, 200);
  EXPECT_EQ(string_or(body_of(other), "issuer", ""), "https://id.example/realms/other");
  EXPECT_EQ(body_of(other).at("token_endpoint"), "https://id.example/realms/other/protocol/openid-connect/token");
  set("");
  EXPECT_EQ(string_or(discovery(), "issuer", ""), kIssuer) << "taken back";
}

INSTANTIATE_ON_EVERY_ENGINE(FrontendUrl);

}  // namespace
}  // namespace cardea::protocol
