// Cross-origin rules (keycloak.md section 1.7, attack class 34).
#include "oidc/cors.h"

#include <gtest/gtest.h>

namespace cardea::oidc {
namespace {

web::Request from_origin(std::string origin) {
  web::Request request;
  request.headers.push_back({"Origin", std::move(origin)});
  return request;
}

Client client_with(std::vector<std::string> origins) {
  Client client;
  client.redirect_uris = {"https://app.example/*"};
  client.web_origins = std::move(origins);
  return client;
}

bool is_shared(const web::Response& response) { return response.find_header("Access-Control-Allow-Origin") != nullptr; }

TEST(Cors, refuses_origins_that_are_not_the_clients) {
  for (const auto* origin :
       {"https://evil.example", "https://app.example.evil.example", "http://app.example", "https://app.example:8443",
        "https://APP.example", "https://app.example/", "null", "https://sub.app.example", ""}) {
    auto response = web::empty_response(200);
    add_cors(response, from_origin(origin), client_with({"+"}), "https://id.example");
    EXPECT_FALSE(is_shared(response)) << origin;
    EXPECT_EQ(response.find_header("Access-Control-Allow-Credentials"), nullptr) << origin;
  }
}

TEST(Cors, refuses_every_origin_of_a_client_without_web_origins) {
  auto response = web::empty_response(200);
  add_cors(response, from_origin("https://app.example"), client_with({}), "https://id.example");
  EXPECT_FALSE(is_shared(response));
}

TEST(Cors, refuses_to_echo_what_could_break_a_header) {
  for (const auto* origin :
       {"https://a\r\nSet-Cookie: x=y", "https://a b", "https://a,https://b", "https://a\"", "\x80"}) {
    auto response = web::empty_response(200);
    add_cors(response, from_origin(origin), client_with({"*"}), "https://id.example");
    EXPECT_FALSE(is_shared(response)) << origin;
    EXPECT_FALSE(is_shared(preflight(from_origin(origin), "POST"))) << origin;
    add_cors_for_all(response, from_origin(origin));
    EXPECT_FALSE(is_shared(response)) << origin;
  }
  EXPECT_FALSE(is_shared(preflight(from_origin(std::string(600, 'a')), "POST")));
}

TEST(Cors, shares_with_the_clients_origins) {
  for (const auto& origins : {std::vector<std::string>{"+"}, {"*"}, {"https://app.example"}}) {
    auto response = web::empty_response(200);
    add_cors(response, from_origin("https://app.example"), client_with(origins), "https://id.example");
    ASSERT_TRUE(is_shared(response));
    EXPECT_EQ(*response.find_header("Access-Control-Allow-Origin"), "https://app.example");
    EXPECT_EQ(*response.find_header("Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(*response.find_header("Access-Control-Expose-Headers"), "Access-Control-Allow-Methods");
    EXPECT_EQ(*response.find_header("Vary"), "Origin");
  }
}

TEST(Cors, exposes_the_challenge_of_a_refusal) {
  auto response = web::empty_response(401);
  response.add("WWW-Authenticate", "Bearer");
  add_cors(response, from_origin("https://app.example"), std::vector<std::string>{"https://app.example"});
  EXPECT_EQ(*response.find_header("Access-Control-Expose-Headers"), "Access-Control-Allow-Methods, WWW-Authenticate");
}

TEST(Cors, answers_a_preflight_for_any_origin) {
  const auto response = preflight(from_origin("https://any.example"), "POST, OPTIONS");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(*response.find_header("Access-Control-Allow-Origin"), "https://any.example");
  EXPECT_EQ(*response.find_header("Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_EQ(*response.find_header("Access-Control-Max-Age"), "3600");
  EXPECT_NE(response.find_header("Access-Control-Allow-Headers")->find("Authorization"), std::string::npos);
  EXPECT_FALSE(is_shared(preflight(web::Request{}, "GET")));
}

TEST(Cors, lets_any_origin_read_public_documents) {
  auto response = web::empty_response(200);
  add_cors_for_all(response, from_origin("https://any.example"));
  EXPECT_EQ(*response.find_header("Access-Control-Allow-Origin"), "https://any.example");
  auto plain = web::empty_response(200);
  add_cors_for_all(plain, web::Request{});
  EXPECT_EQ(plain.find_header("Access-Control-Allow-Origin"), nullptr);
  EXPECT_EQ(*plain.find_header("Vary"), "Origin") << "a shared cache must not give a page the copy of a server";
}

}  // namespace
}  // namespace cardea::oidc
