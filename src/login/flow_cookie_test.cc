#include "login/flow_cookie.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seeded_random.h"

namespace cardea::login {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

web::Request request_with(std::string scheme, std::string cookies) {
  web::Request request;
  request.scheme = std::move(scheme);
  request.headers = {{"Cookie", std::move(cookies)}};
  return request;
}

Realm realm_named(std::string name) {
  Realm realm;
  realm.name = std::move(name);
  return realm;
}

const std::string kValue(43, 'v');

TEST(FlowCookie, refuses_values_of_another_shape) {
  const auto realm = realm_named("demo");
  for (const auto& value : {std::string(), std::string(42, 'v'), std::string(44, 'v'), std::string(42, 'v') + "=",
                            std::string(42, 'v') + "\x80"}) {
    EXPECT_EQ(read_flow_cookie(request_with("https", "__Host-cardea-flow-demo=" + value), realm), std::nullopt)
        << value;
  }
}

TEST(FlowCookie, refuses_the_cookie_of_http_on_https_and_of_another_realm) {
  const auto realm = realm_named("demo");
  EXPECT_EQ(read_flow_cookie(request_with("https", "AUTH_SESSION_ID=" + kValue), realm), std::nullopt);
  EXPECT_EQ(read_flow_cookie(request_with("http", "__Host-cardea-flow-demo=" + kValue), realm), std::nullopt);
  EXPECT_EQ(read_flow_cookie(request_with("https", "__Host-cardea-flow-other=" + kValue), realm), std::nullopt);
}

TEST(FlowCookie, refuses_another_browser) {
  EXPECT_FALSE(is_same_browser(browser_hash(kValue), std::string(43, 'w')));
  EXPECT_FALSE(is_same_browser("", kValue));
  EXPECT_FALSE(is_same_browser("", ""));
  EXPECT_TRUE(is_same_browser(browser_hash(kValue), kValue));
}

TEST(FlowCookie, round_trips_whatever_the_realm_is_called) {
  SeededRandom random;
  for (const auto* name : {"demo", "my realm", "r\xc3\xa4ume; Path=/", "a=b"}) {
    const auto realm = realm_named(name);
    for (const auto* scheme : {"https", "http"}) {
      const auto value = new_flow_cookie(random);
      web::Response response;
      set_flow_cookie(response, request_with(scheme, ""), realm, web::BaseUrl("", ""), value);
      const auto header = *response.find_header("Set-Cookie");
      const auto pair = header.substr(0, header.find(';'));
      EXPECT_EQ(read_flow_cookie(request_with(scheme, "other=1; " + pair), realm), value) << header;
    }
  }
}

TEST(FlowCookie, honours_the_relative_path_on_http) {
  web::Response response;
  set_flow_cookie(response, request_with("http", ""), realm_named("my realm"), web::BaseUrl("", "/auth"), kValue);
  EXPECT_THAT(*response.find_header("Set-Cookie"), HasSubstr("Path=/auth/realms/my%20realm/"));
  web::Response secure;
  set_flow_cookie(secure, request_with("https", ""), realm_named("demo"), web::BaseUrl("", "/auth"), kValue);
  EXPECT_THAT(*secure.find_header("Set-Cookie"), StartsWith("__Host-cardea-flow-demo=" + kValue + "; Path=/;"));
}

}  // namespace
}  // namespace cardea::login
