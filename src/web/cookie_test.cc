#include "web/cookie.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace cardea::web {
namespace {

TEST(Cookie, refuses_value_that_ends_its_attribute) {
  EXPECT_DEATH((void)to_header({.name = "a", .value = "1; Domain=evil"}), "is_cookie_octet");
  EXPECT_DEATH((void)to_header({.name = "a", .value = "1\r\nSet-Cookie: b=2"}), "is_cookie_octet");
}

TEST(Cookie, refuses_name_and_path_with_separators) {
  EXPECT_DEATH((void)to_header({.name = "a=b", .value = ""}), "is_token_character");
  EXPECT_DEATH((void)to_header({.name = "", .value = ""}), "empty");
  EXPECT_DEATH((void)to_header({.name = "a", .value = "", .path = "/x;y"}), "path");
  EXPECT_DEATH((void)to_header({.name = "a", .value = "", .path = "x"}), "path");
}

TEST(Cookie, refuses_to_find_what_is_not_there) {
  EXPECT_FALSE(find_cookie("", "a"));
  EXPECT_FALSE(find_cookie("a", "a"));
  EXPECT_FALSE(find_cookie("ab=1; A=2", "a"));
  EXPECT_FALSE(find_cookie("b=a=1", "a"));
  EXPECT_FALSE(find_cookie(";;;", ""));
}

TEST(Cookie, refuses_to_look_beyond_the_limit) {
  std::string header;
  for (std::size_t i = 0; i < kCookiesMax; ++i) header += "x=1; ";
  EXPECT_FALSE(find_cookie(header + "a=2", "a"));
}

TEST(Cookie, finds_first_value_without_quotes_and_spaces) {
  EXPECT_EQ(find_cookie("b=0;a= \"one\" ; a=two", "a"), "one");
  EXPECT_EQ(find_cookie("a=", "a"), "");
  EXPECT_EQ(find_cookie("a=x=y", "a"), "x=y");
  EXPECT_EQ(find_cookie("a=\"", "a"), "\"");
}

TEST(Cookie, writes_safe_defaults) {
  EXPECT_EQ(to_header({.name = "__Host-a", .value = "v"}), "__Host-a=v; Path=/; Secure; HttpOnly; SameSite=Lax");
}

TEST(Cookie, writes_every_attribute) {
  Response response;
  add_cookie(response, {.name = "KEYCLOAK_SESSION",
                        .value = "v",
                        .path = "/realms/r/",
                        .max_age = std::chrono::seconds(0),
                        .http_only = false,
                        .same_site = SameSite::kNone});
  add_cookie(response, {.name = "b", .value = "", .secure = false, .same_site = SameSite::kStrict});
  ASSERT_EQ(response.headers.size(), 2U);
  EXPECT_EQ(response.headers[0].name, "Set-Cookie");
  EXPECT_EQ(response.headers[0].value, "KEYCLOAK_SESSION=v; Path=/realms/r/; Max-Age=0; Secure; SameSite=None");
  EXPECT_EQ(response.headers[1].value, "b=; Path=/; HttpOnly; SameSite=Strict");
}

}  // namespace
}  // namespace cardea::web
