// authentik's addresses of a provider (guides.md 0.2), for the realm that chose them: refusals first.
#include <gtest/gtest.h>

#include "tests/protocol/harness.h"
#include "web/form.h"

namespace cardea::protocol {
namespace {

class AuthentikPaths : public testing::Test {
 protected:
  AuthentikPaths() {
    server_.change_realm([](Realm& realm) { realm.attributes["authentikPaths"] = "true"; });
  }
  std::string host_ = "id.example";

  web::Response ask(web::Method method, std::string_view path, const Pairs& form = {},
                    std::vector<web::Header> headers = {}) {
    web::Request request;
    request.method = method;
    request.scheme = "https";
    request.host = host_;
    request.remote_address = "192.0.2.1";
    const auto query = path.find('?');
    request.path = path.substr(0, query);
    if (query != std::string_view::npos) request.query = path.substr(query + 1);
    request.headers = std::move(headers);
    if (method == web::Method::kPost) {
      request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
      for (const auto& [name, value] : form) web::append_form(request.body, name, value);
    }
    return server_.handle(std::move(request));
  }
  web::Response get(std::string_view path, std::vector<web::Header> headers = {}) {
    return ask(web::Method::kGet, path, {}, std::move(headers));
  }
  web::Response post(std::string_view path, const Pairs& form) { return ask(web::Method::kPost, path, form); }
  const Pairs secret_{{"client_id", "service"}, {"client_secret", "service-secret"}};
  std::string token() {
    auto form = secret_;
    form.emplace_back("grant_type", "client_credentials");
    form.emplace_back("scope", "openid");
    return string_or(body_of(post("/application/o/token/", form)), "access_token", "");
  }

  Server server_;
};

TEST_F(AuthentikPaths, refuses_where_no_realm_has_them) {
  server_.change_realm([](Realm& realm) { realm.attributes.erase("authentikPaths"); });
  server_.clock.advance(seconds{61});
  for (const auto* path :
       {"/application/o/authorize/?client_id=app", "/application/o/userinfo/", "/application/o/app/jwks/",
        "/application/o/app/.well-known/openid-configuration", "/application/o/app/end-session/"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  for (const auto* path : {"/application/o/introspect/", "/application/o/revoke/", "/application/o/device/"}) {
    EXPECT_EQ(post(path, secret_).status, 404) << path;
  }
}

/// They name no realm: at another host they are another realm's, or nobody's.
TEST_F(AuthentikPaths, refuses_at_every_host_but_the_realms_own) {
  server_.change_realm([](Realm& realm) { realm.attributes["frontendUrl"] = "https://login.example"; });
  server_.clock.advance(seconds{61});
  for (const auto* host : {"id.example", "login.example:8443", "evil.login.example"}) {
    host_ = host;
    EXPECT_EQ(get("/application/o/app/jwks/").status, 404) << host;
    EXPECT_EQ(get("/source/oauth/login/up/").status, 404) << host;
    EXPECT_EQ(post("/application/o/introspect/", secret_).status, 404) << host;
  }
  for (const auto* host : {"login.example", "LOGIN.example:443"}) {
    host_ = host;
    EXPECT_EQ(get("/application/o/app/jwks/").status, 200) << host;
    EXPECT_EQ(location(get("/application/o/app/end-session/?state=s")),
              "https://login.example/realms/demo/protocol/openid-connect/logout?state=s");
  }
}

TEST_F(AuthentikPaths, refuses_applications_that_are_not_there) {
  for (const auto* path : {"/application/o/nobody/jwks/", "/application/o/nobody/.well-known/openid-configuration",
                           "/application/o/nobody/end-session/"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
}

TEST_F(AuthentikPaths, refuses_what_the_realms_own_endpoints_refuse) {
  EXPECT_EQ(get("/application/o/userinfo/").status, 401);
  EXPECT_EQ(get("/application/o/userinfo/", {{"Authorization", "Bearer nonsense"}}).status, 401);
  EXPECT_EQ(post("/application/o/introspect/", {{"token", "x"}}).status, 401);
  EXPECT_EQ(post("/application/o/revoke/", {{"token", "x"}, {"client_id", "service"}, {"client_secret", "no"}}).status,
            401);
  EXPECT_EQ(post("/application/o/device/", {{"client_id", "nobody"}}).status, 401);
}

TEST_F(AuthentikPaths, answer_as_the_realms_own_endpoints) {
  const auto access = token();
  ASSERT_FALSE(access.empty());
  const auto person = [&] { return get("/application/o/userinfo/", {{"Authorization", "Bearer " + access}}).status; };
  EXPECT_EQ(person(), 200);
  auto asked = secret_;
  asked.emplace_back("token", access);
  const auto introspected = post("/application/o/introspect/", asked);
  EXPECT_EQ(introspected.status, 200);
  EXPECT_EQ(introspected.body_text(), server_.post("/token/introspect", asked).body_text());
  EXPECT_EQ(post("/application/o/revoke/", asked).status, 200);
  EXPECT_EQ(person(), 401) << "it was revoked in the realm";
}

TEST_F(AuthentikPaths, tell_the_realms_issuer_and_keys) {
  const auto document = body_of(get("/application/o/app/.well-known/openid-configuration"));
  EXPECT_EQ(string_or(document, "issuer", ""), kIssuer);
  EXPECT_EQ(get("/application/o/app/jwks/").body_text(),
            server_.get("/realms/demo/protocol/openid-connect/certs").body_text());
}

TEST_F(AuthentikPaths, lead_browsers_to_where_their_cookies_are_sent) {
  const auto away = get("/application/o/authorize/?client_id=app&scope=openid%20email");
  EXPECT_EQ(away.status, 302);
  EXPECT_EQ(location(away),
            "https://id.example/realms/demo/protocol/openid-connect/auth?client_id=app&scope=openid%20email");
  EXPECT_EQ(post("/application/o/authorize/", {{"client_id", "app"}}).status, 307) << "with what it brought";
  EXPECT_EQ(location(get("/application/o/app/end-session/?state=s")),
            "https://id.example/realms/demo/protocol/openid-connect/logout?state=s");
  Browser browser(server_);
  auto url = authorize_url();
  const auto at = url.find('?');
  const auto page = browser.get("https://id.example/application/o/authorize/" + url.substr(at));
  ASSERT_EQ(page.status, 302);
  EXPECT_EQ(browser.get(location(page)).status, 200);
}

}  // namespace
}  // namespace cardea::protocol
