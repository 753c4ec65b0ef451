#include "gate/front/check_endpoint.h"

#include <gtest/gtest.h>

#include "gate/token/gate_fixture.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_log.h"

namespace cardea::gate {
namespace {

using jose::Algorithm;

class Check : public ::testing::Test {
 protected:
  const jose::SigningKey& batch = named_key("batch", Algorithm::kRS256);
  ProviderPtr provider = provider_with_set(settings_named("jwt.batch", {"https://plant.example"}), batch);
  FakeClock clock;
  MemoryLog log;
  CheckEndpoint endpoint{std::make_shared<ProviderSet>(std::vector{provider}), clock, log};
  std::string token = token_of(batch, good_claims("https://plant.example"));

  static web::Request request(std::string_view authorization, std::string query = {}) {
    web::Request request;
    request.path = "/check";
    request.query = std::move(query);
    if (!authorization.empty()) request.headers.push_back({"Authorization", std::string(authorization)});
    return request;
  }
  web::Response check(std::string_view authorization, std::string query = {}) {
    return endpoint.check(request(authorization, std::move(query)));
  }
};

TEST_F(Check, RefusesWhoeverBringsNoToken) {
  for (const auto& authorization : {std::string(), std::string("Basic YTpi"), std::string("Bearer"),
                                    std::string("Bearer "), "Bearer " + token + " x"}) {
    const auto response = check(authorization);
    EXPECT_EQ(response.status, 401) << authorization;
    EXPECT_EQ(*response.find_header("WWW-Authenticate"), "Bearer");
  }
  auto twice = request("Bearer " + token);
  twice.headers.push_back({"authorization", "Bearer " + token});
  EXPECT_EQ(endpoint.check(twice).status, 401);
}

TEST_F(Check, RefusesABadTokenInKeepsWordsAndLogsWhy) {
  clock.advance(std::chrono::hours(1));
  const auto response = check("Bearer " + token);
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(*response.find_header("WWW-Authenticate"), "Bearer error=\"invalid_token\"");
  EXPECT_EQ(response.body_text(), R"({"status":401,"message":"Unauthorized","details":"Invalid token"})");
  EXPECT_TRUE(log.contains("expired"));
  EXPECT_FALSE(log.contains(token));
}

TEST_F(Check, tells_a_provider_that_is_down_from_a_bad_token) {
  CheckEndpoint down(std::make_shared<ProviderSet>(std::vector<ProviderPtr>{
                         std::make_shared<TokenProvider>(settings_named("jwt.batch", {"https://plant.example"}))}),
                     clock, log);
  const auto response = down.check(request("Bearer " + token));
  EXPECT_EQ(response.status, 503);
  EXPECT_NE(response.find_header("Retry-After"), nullptr);
}

TEST_F(Check, scope_limits) {
  EXPECT_EQ(check("Bearer " + token, "scope=MAIL").status, 403);
  EXPECT_EQ(check("Bearer " + token, "scope=MAIL+%24DATA").status, 200);
}

TEST_F(Check, SaysWhoCalls) {
  const auto response = check("bearer " + token);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(*response.find_header(kNameHeader), "CN=Robot/O=Plant");
  EXPECT_EQ(*response.find_header(kProviderHeader), "jwt.batch");
  EXPECT_EQ(*response.find_header(kScopesHeader), "$DATA");
}

TEST_F(Check, ANameCannotStartAHeader) {
  auto claims = good_claims("https://plant.example");
  claims["sub"] = "a\r\nX-Auth-Role: admin\xC3\xA4%";
  const auto response = check("Bearer " + token_of(batch, claims));
  EXPECT_EQ(*response.find_header(kNameHeader), "a%0D%0AX-Auth-Role: admin%C3%A4%25");
}

TEST_F(Check, RemembersAVerdictUntilItsTokenOrItsKeysEnd) {
  ASSERT_EQ(check("Bearer " + token).status, 200);
  ASSERT_EQ(check("Bearer " + token).status, 200);
  provider->replace_keys(jose::key_set_of(named_key("other", Algorithm::kRS256)));
  EXPECT_EQ(check("Bearer " + token).status, 401) << "the key is gone";
  provider->replace_keys(jose::key_set_of(batch));
  ASSERT_EQ(check("Bearer " + token).status, 200);
  clock.advance(seconds(300 + 31));
  EXPECT_EQ(check("Bearer " + token).status, 401) << "the token has expired";
}

}  // namespace
}  // namespace cardea::gate
