// What the token endpoint says of requests that lack something, in Keycloak's words and order (compared with 26.7.4):
// adapters and health checks compare them.
#include <gtest/gtest.h>

#include "tests/protocol/harness.h"

namespace cardea::protocol {
namespace {

class TokenEndpointWords : public testing::TestWithParam<Engine> {
 protected:
  std::string refusal(const Pairs& form, int status) {
    const auto answer = server_.post("/token", form);
    EXPECT_EQ(answer.status, status) << answer.body_text();
    EXPECT_EQ(answer.find_header("WWW-Authenticate"), nullptr);
    return std::string(answer.body_text());
  }
  Server server_{GetParam()};
};
INSTANTIATE_ON_EVERY_ENGINE(TokenEndpointWords);

TEST_P(TokenEndpointWords, refuses_a_grant_type_that_is_none_before_it_looks_at_the_client) {
  const std::string missing = R"({"error":"invalid_request","error_description":"Missing form parameter: grant_type"})";
  const std::string unknown = R"({"error":"unsupported_grant_type","error_description":"Unsupported grant_type"})";
  EXPECT_EQ(refusal({}, 400), missing);
  EXPECT_EQ(refusal({{"client_id", "nobody"}}, 400), missing);
  EXPECT_EQ(refusal({{"client_id", "service"}, {"client_secret", "service-secret"}}, 400), missing);
  EXPECT_EQ(refusal({{"client_id", "nobody"}, {"grant_type", "x"}}, 400), unknown);
  EXPECT_EQ(refusal({{"client_id", "service"}, {"client_secret", "service-secret"}, {"grant_type", "x"}}, 400),
            unknown);
  EXPECT_EQ(refusal({{"client_id", "nobody"}, {"grant_type", "client_credentials"}}, 401),
            R"({"error":"invalid_client","error_description":"Invalid client or Invalid client credentials"})");
}

TEST_P(TokenEndpointWords, refuses_a_password_without_a_name) {
  server_.add_client("cli", [](Client& client) { client.direct_access_grants_enabled = true; });
  EXPECT_EQ(refusal({{"grant_type", "password"}, {"client_id", "cli"}, {"password", "x"}}, 401),
            R"({"error":"invalid_request","error_description":"Missing parameter: username"})");
  EXPECT_EQ(refusal({{"grant_type", "password"}, {"client_id", "cli"}, {"username", "ada"}}, 400),
            R"({"error":"invalid_grant","error_description":"Invalid user credentials"})");
}

}  // namespace
}  // namespace cardea::protocol
