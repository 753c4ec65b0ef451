#include "http/wipe_answer.h"

#include <gtest/gtest.h>

namespace cardea::http {
namespace {

/// All of the bytes that `text` has room for, as far as they were its own.
bool holds(const std::string& text, std::string_view secret) {
  return std::string_view(text.data(), text.capacity()).contains(secret);
}

TEST(WipeAnswer, refuses_to_keep_codes_cookies_and_tokens) {
  constexpr std::string_view kSecret = "a-code-that-is-longer-than-what-a-string-keeps-inside";
  auto answer = web::redirect("https://app.example/cb?code=" + std::string(kSecret));
  answer.add("Set-Cookie", "KEYCLOAK_IDENTITY=" + std::string(kSecret));
  answer.body = std::string(kSecret);
  EXPECT_TRUE(wipe_answer(answer));
  for (const auto& [name, value] : answer.headers) EXPECT_FALSE(holds(value, kSecret)) << name;
  EXPECT_FALSE(holds(std::get<std::string>(answer.body), kSecret));
  EXPECT_NE(answer.find_header("Cache-Control")->find("no-store"), std::string::npos);
}

TEST(WipeAnswer, leaves_what_many_may_read) {
  auto document = web::json_response(200, R"({"issuer":"https://op.example"})");
  EXPECT_FALSE(wipe_answer(document));
  EXPECT_EQ(document.body_text(), R"({"issuer":"https://op.example"})");
}

}  // namespace
}  // namespace cardea::http
