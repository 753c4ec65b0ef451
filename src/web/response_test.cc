#include "web/response.h"

#include <gtest/gtest.h>

namespace cardea::web {
namespace {

TEST(Response, refuses_to_be_stored_when_it_is_an_error) {
  const auto response = json_error(401, "invalid_client");
  EXPECT_EQ(*response.find_header("cache-control"), "no-store");
  EXPECT_EQ(*response.find_header("Pragma"), "no-cache");
}

TEST(Response, writes_both_error_shapes_of_keycloak) {
  EXPECT_EQ(json_error(404, "Realm does not exist").body_text(), R"({"error":"Realm does not exist"})");
  EXPECT_EQ(json_error(400, "invalid_request", "a \"b\"").body_text(),
            R"({"error":"invalid_request","error_description":"a \"b\""})");
}

TEST(Response, set_replaces_and_add_repeats) {
  Response response;
  response.add("A", "1").add("a", "2").add("B", "3");
  response.set("A", "4");
  ASSERT_EQ(response.headers.size(), 2U);
  EXPECT_EQ(*response.find_header("a"), "4");
  EXPECT_EQ(response.find_header("C"), nullptr);
}

TEST(Response, own_header_wins_over_shared_one) {
  const std::vector<Header> shared = {{"A", "shared"}, {"B", "shared"}};
  Response response;
  response.shared_headers = &shared;
  response.add("a", "own");
  EXPECT_EQ(*response.find_header("A"), "own");
  EXPECT_EQ(*response.find_header("B"), "shared");
}

TEST(Response, shows_every_kind_of_body) {
  Response response;
  EXPECT_EQ(response.body_text(), "");
  response.body = std::make_shared<const std::string>("shared");
  EXPECT_EQ(response.body_text(), "shared");
  response.body = std::shared_ptr<const std::string>();
  EXPECT_EQ(response.body_text(), "");
  response.body = std::string_view("static");
  EXPECT_EQ(response.body_text(), "static");
}

TEST(Response, has_the_media_type_of_its_kind) {
  EXPECT_EQ(*json_response(200, "{}").find_header("Content-Type"), "application/json");
  EXPECT_EQ(*html_response(200, "").find_header("Content-Type"), "text/html;charset=utf-8");
  EXPECT_EQ(*text_response(200, "x").find_header("Content-Type"), "text/plain;charset=utf-8");
  EXPECT_EQ(empty_response(204).find_header("Content-Type"), nullptr);
}

TEST(Response, redirects_are_not_stored) {
  const auto response = redirect("https://app/cb?code=1");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(*response.find_header("Location"), "https://app/cb?code=1");
  EXPECT_EQ(*response.find_header("Cache-Control"), "no-store, must-revalidate, max-age=0");
  EXPECT_EQ(redirect("/", 303).status, 303);
}

}  // namespace
}  // namespace cardea::web
