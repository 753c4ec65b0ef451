#include "web/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "tests/support/memory_log.h"

namespace cardea::web {
namespace {

using testing::ElementsAre;

Handler answer(std::string text) {
  return [text = std::move(text)](const Request& request) {
    auto out = text;
    for (const auto& [name, value] : request.path_parameters) out.append(" ").append(name).append("=").append(value);
    return text_response(200, out);
  };
}

struct RouterTest : testing::Test {
  RouterTest() {
    router.get("/", answer("root"));
    router.get("/realms/{realm}", answer("realm"));
    router.post("/realms/{realm}/token", answer("token"));
    router.get("/users/count", answer("count"));
    router.get("/users/{id}", answer("user"));
    router.add(Method::kDelete, "/users/{id}", answer("delete"));
    router.get("/users/{user}/groups/{group}", answer("group"));
  }

  Response ask(Method method, std::string path) {
    request.method = method;
    request.path = std::move(path);
    return run(router.handle(request));
  }

  MemoryLog log;
  Router router{&log};

  Request request;
};

TEST_F(RouterTest, refuses_with_a_reason_and_the_correlation_id_in_the_log) {
  request.correlation_id = "c-1";
  request.remote_address = "203.0.113.1";
  (void)ask(Method::kGet, "/nope");
  (void)ask(Method::kGet, "/realms/r/token");
  (void)ask(Method::kGet, "/realms//token");
  for (const char* reason : {"path_not_found", "wrong_method", "path_not_normalized"}) {
    EXPECT_EQ(log.count(reason), 1U) << reason;
  }
  EXPECT_EQ(log.count("c-1"), 3U);
  EXPECT_EQ(log.count("203.0.113.1"), 3U);
  (void)ask(Method::kGet, "/users/count");
  EXPECT_EQ(log.count("request_refused"), 3U);
}

TEST(Path, refuses_what_proxies_read_differently) {
  for (const auto* path :
       {"",        "realms",    "*",         "//",      "/a//b",    "/a//",      "/./a",   "/a/..",
        "/a/../b", "/..",       "/a;x=1",    "/a\\b",   "/a%2fb",   "/a%2Fb",    "/a%5cb", "/%2e%2e/a",
        "/%2E",    "/a%3bx",    "/%61dmin",  "/a%2d",   "/a%252fb", "/a%25%32f", "/a%",    "/a%2",
        "/a%zz",   "/a%00",     "/a%0d%0ab", "/a%7f",   "/a b",     "/a#b",      "/a?b",   "/a\x01",
        "/a\x7f",  "/\xC3\xA9", "/%FF",      "/%C0%AF", "/a<b",     "/a\"b",     "/a{b}",  "/a|b"}) {
    EXPECT_FALSE(is_canonical_path(path)) << path;
  }
  EXPECT_FALSE(is_canonical_path("/" + std::string(kUriBytesMax, 'a')));
  EXPECT_FALSE(is_canonical_path(std::string_view("/a\0b", 4)));
}

TEST(Path, accepts_plain_and_necessary_escapes) {
  for (const auto* path : {"/", "/a", "/a/", "/a.b/..c/.well-known", "/a%20b", "/100%25", "/100%25/x", "/%C3%A9",
                           "/a@b:c,d=e+f!g$h&i'j(k)*~", "/a%7Eb"}) {
    EXPECT_TRUE(is_canonical_path(path)) << path;
  }
}

TEST_F(RouterTest, refuses_ambiguous_path) {
  const auto response = ask(Method::kGet, "/realms//master");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body_text(),
            R"({"error":"missingNormalization","error_description":"Request path not normalized"})");
  EXPECT_NE(response.find_header("Referrer-Policy"), nullptr);
}

TEST_F(RouterTest, refuses_unknown_path) {
  for (const auto* path : {"/nothing", "/realms", "/realms/a/b", "/users/1/groups", "/Realms/a"}) {
    const auto response = ask(Method::kGet, path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body_text(), R"({"error":"Unable to find matching target resource method"})");
    EXPECT_EQ(response.find_header("Allow"), nullptr);
  }
}

TEST_F(RouterTest, refuses_path_with_too_many_segments) {
  std::string path;
  for (int i = 0; i < 100; ++i) path += "/a";
  EXPECT_EQ(ask(Method::kGet, path).status, 404);
}

TEST_F(RouterTest, refuses_other_method_and_names_the_known_ones) {
  const auto response = ask(Method::kPost, "/users/7");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.body_text(), R"({"error":"HTTP 405 Method Not Allowed"})");
  EXPECT_EQ(*response.find_header("Allow"), "GET, HEAD, DELETE");
  EXPECT_EQ(ask(Method::kOther, "/").status, 405);
  EXPECT_EQ(*ask(Method::kGet, "/realms/m/token").find_header("Allow"), "POST");
  EXPECT_EQ(ask(Method::kHead, "/realms/m/token").status, 405);
}

TEST_F(RouterTest, refuses_route_registered_twice) {
  EXPECT_DEATH(router.get("/users/{other}", answer("")), "slot");
  EXPECT_DEATH(router.get("users", answer("")), "pattern");
  EXPECT_DEATH(router.get("/users/", answer("")), "pattern");
}

TEST_F(RouterTest, finds_literals_before_parameters) {
  EXPECT_EQ(ask(Method::kGet, "/").body_text(), "root");
  EXPECT_EQ(ask(Method::kGet, "/users/count").body_text(), "count");
  EXPECT_EQ(ask(Method::kGet, "/users/counts").body_text(), "user id=counts");
}

TEST_F(RouterTest, goes_back_to_the_parameter_when_the_literal_leads_nowhere) {
  EXPECT_EQ(ask(Method::kGet, "/users/count/groups/g").body_text(), "group user=count group=g");
  EXPECT_EQ(ask(Method::kDelete, "/users/count").body_text(), "delete id=count");
}

TEST_F(RouterTest, decodes_parameters_once) {
  EXPECT_EQ(ask(Method::kGet, "/realms/a%20b%C3%A9%25").body_text(), "realm realm=a b\xC3\xA9%");
  EXPECT_EQ(request.path_parameter("realm"), "a b\xC3\xA9%");
}

TEST_F(RouterTest, takes_one_slash_at_the_end_as_none) {
  EXPECT_EQ(ask(Method::kGet, "/realms/m/").body_text(), "realm realm=m");
}

TEST_F(RouterTest, serves_head_by_get) { EXPECT_EQ(ask(Method::kHead, "/realms/m").status, 200); }

TEST_F(RouterTest, forgets_parameters_of_an_earlier_run) {
  (void)ask(Method::kGet, "/realms/m");
  (void)ask(Method::kGet, "/users/1");
  ASSERT_EQ(request.path_parameters.size(), 1U);
  EXPECT_EQ(request.path_parameter("id"), "1");
}

// What a thread asked for last is remembered: for this method, this path and this set of routes alone.
TEST_F(RouterTest, refuses_another_method_of_the_path_it_has_just_answered) {
  EXPECT_EQ(ask(Method::kPost, "/realms/r/token").status, 200);
  EXPECT_EQ(ask(Method::kGet, "/realms/r/token").status, 405);
  EXPECT_EQ(ask(Method::kPost, "/realms/r/token").body_text(), "token realm=r");
  EXPECT_EQ(ask(Method::kPost, "/realms/s/token").body_text(), "token realm=s");
  EXPECT_EQ(ask(Method::kPost, "/realms/s%00/token").status, 400);
}

TEST_F(RouterTest, refuses_what_only_another_router_has) {
  EXPECT_EQ(ask(Method::kGet, "/users/7").body_text(), "user id=7");
  request.path = "/users/7";
  EXPECT_EQ(run(Router().handle(request)).status, 404);
  EXPECT_EQ(ask(Method::kGet, "/users/7").body_text(), "user id=7");
  router.get("/users/7", answer("seven"));
  EXPECT_EQ(ask(Method::kGet, "/users/7").body_text(), "seven");
}

TEST_F(RouterTest, adds_security_headers_to_answers_of_later_steps) {
  router.get("/later", [](const Request&) {
    return then(Lane::kStore, [] { return then(Lane::kHash, []() -> Outcome { return empty_response(204); }); });
  });
  request.scheme = "https";
  const auto response = ask(Method::kGet, "/later");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(*response.find_header("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(*response.find_header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(*response.find_header("X-Frame-Options"), "SAMEORIGIN");
  EXPECT_EQ(*response.find_header("X-Robots-Tag"), "none");
  EXPECT_EQ(*response.find_header("Strict-Transport-Security"), "max-age=31536000; includeSubDomains");
}

TEST_F(RouterTest, sends_no_hsts_over_http) {
  EXPECT_EQ(ask(Method::kGet, "/").find_header("Strict-Transport-Security"), nullptr);
}

TEST_F(RouterTest, lists_routes) {
  EXPECT_THAT(router.routes(),
              ElementsAre("DELETE /users/{id}", "GET /", "GET /realms/{realm}", "GET /users/count", "GET /users/{id}",
                          "GET /users/{user}/groups/{group}", "POST /realms/{realm}/token"));
}

}  // namespace
}  // namespace cardea::web
