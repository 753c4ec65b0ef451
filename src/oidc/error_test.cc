#include "oidc/error.h"

#include <gtest/gtest.h>

#include "tests/support/memory_log.h"

namespace cardea::oidc {
namespace {

web::Response answer(const OAuthError& error, MemoryLog& log) {
  web::Request request;
  request.correlation_id = "c-1";
  return error_response(error, request, "de\"mo", "app", log);
}

// RFC 6749 section 5.2: %x20-21 / %x23-5B / %x5D-7E only.
TEST(OAuthError, refuses_characters_that_may_not_stand_in_a_description) {
  MemoryLog log;
  const auto response = answer(
      {.code = OAuthCode::kInvalidScope, .description = "Invalid scopes: a\"b\\c\r\nd\t\xC3\xA4~ !", .note = ""}, log);
  EXPECT_EQ(response.body_text(), R"({"error":"invalid_scope","error_description":"Invalid scopes: a?b?c??d???~ !"})");
  EXPECT_EQ(public_text("[]#~ !"), "[]#~ !");
}

TEST(OAuthError, keeps_the_note_private) {
  MemoryLog log;
  const auto response =
      answer({.code = OAuthCode::kInvalidGrant, .description = "Code not valid", .note = "used before"}, log);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body_text().find("used before"), std::string_view::npos);
  EXPECT_TRUE(log.contains("used before"));
  EXPECT_TRUE(log.contains("c-1"));
  EXPECT_TRUE(log.contains("invalid_grant"));
}

TEST(OAuthError, is_never_stored) {
  MemoryLog log;
  const auto response = answer({.code = OAuthCode::kInvalidClient, .description = "x", .note = ""}, log);
  EXPECT_EQ(*response.find_header("Cache-Control"), "no-store");
  EXPECT_EQ(*response.find_header("Pragma"), "no-cache");
  EXPECT_EQ(response.find_header("WWW-Authenticate"), nullptr);
}

TEST(OAuthError, challenges_when_the_header_was_used) {
  MemoryLog log;
  const auto response =
      answer({.code = OAuthCode::kInvalidClient, .description = "x", .note = "", .challenge_basic = true}, log);
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(*response.find_header("WWW-Authenticate"), "Basic realm=\"de?mo\"");
}

TEST(OAuthError, takes_the_status_given_and_tells_when_to_come_back) {
  MemoryLog log;
  EXPECT_EQ(answer({.code = OAuthCode::kUnauthorizedClient, .description = "x", .status = 401, .note = ""}, log).status,
            401);
  const auto busy = answer({.code = OAuthCode::kTemporarilyUnavailable, .description = "x", .note = ""}, log);
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(*busy.find_header("Retry-After"), "1");
}

}  // namespace
}  // namespace cardea::oidc
