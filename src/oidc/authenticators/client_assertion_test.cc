// Client assertions (RFC 7523 section 3; standards.md section 4.3, CA-5 to CA-11).
#include "oidc/authenticators/client_assertion.h"

#include <gtest/gtest.h>

#include "jose/test_keys.h"

namespace cardea::oidc {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::string_view kIssuer = "https://id.example/realms/demo";

class ClientAssertion : public testing::Test {
 protected:
  ClientAssertion() {
    client_.client_id = "app";
    claims_ = {{"iss", "app"}, {"sub", "app"}, {"aud", kIssuer}, {"jti", "1"}, {"exp", kNow + 60}, {"iat", kNow}};
  }
  Result<void, AssertionError> check(std::string_view typ = "JWT") {
    static const auto key = jose::test_signing_key(jose::Algorithm::kES256);
    const auto header = R"({"alg":"ES256","kid":"k1","typ":")" + std::string(typ) + R"("})";
    const auto jwt = jose::verify(jose::sign_by_hand(key, header, json::serialize(claims_)), jose::key_set_of(key));
    EXPECT_TRUE(jwt);
    return check_assertion(*jwt, assertion_rules(client_, kIssuer, from_epoch_seconds(kNow)));
  }
  void expect_refused(AssertionError error, std::string_view typ = "JWT") {
    const auto result = check(typ);
    ASSERT_FALSE(result);
    EXPECT_EQ(describe(result.error()), describe(error));
  }
  void expect_refused_without(std::string_view claim, AssertionError error) {
    const auto value = claims_.at(claim);
    claims_.erase(claim);
    expect_refused(error);
    claims_[claim] = value;
  }

  Client client_;
  json::object claims_;
};

TEST_F(ClientAssertion, refuses_missing_claims) {
  expect_refused_without("iss", AssertionError::kWrongIssuer);
  expect_refused_without("sub", AssertionError::kWrongIssuer);  // RFC 9101 section 10.8: a request object has none
  expect_refused_without("aud", AssertionError::kWrongAudience);
  expect_refused_without("exp", AssertionError::kNoExpiry);
  expect_refused_without("jti", AssertionError::kNoId);
}

TEST_F(ClientAssertion, refuses_another_client_in_either_name) {
  for (const auto* name : {"iss", "sub"}) {
    claims_[name] = "other";
    expect_refused(AssertionError::kWrongIssuer);
    claims_[name] = "app";
  }
}

TEST_F(ClientAssertion, refuses_tokens_made_for_something_else) {  // RFC 8725 section 3.11
  for (const auto* typ : {"at+jwt", "logout+jwt", "oauth-authz-req+jwt", "dpop+jwt", "application/at+jwt", "x"}) {
    expect_refused(AssertionError::kWrongType, typ);
  }
  EXPECT_TRUE(check("client-authentication+jwt"));
}

TEST_F(ClientAssertion, refuses_audiences_that_are_not_us) {
  for (const auto* audience :
       {"", "https://id.example", "https://id.example/realms/demo/", "https://id.example/realms/demo2",
        "https://id.example/realms/other", "https://id.example/realms/demo/protocol/openid-connect/auth",
        "https://id.example/realms/demo/protocol/openid-connect/token/"}) {
    claims_["aud"] = audience;
    expect_refused(AssertionError::kWrongAudience);
  }
  claims_["aud"] = json::array{};
  expect_refused(AssertionError::kWrongAudience);
  claims_["aud"] = json::array{kIssuer, "https://evil.example"};
  expect_refused(AssertionError::kWrongAudience);
}

TEST_F(ClientAssertion, only_classic_clients_may_name_an_endpoint) {  // CA-7
  for (const auto* path : {"/protocol/openid-connect/token", "/protocol/openid-connect/ext/par/request"}) {
    claims_["aud"] = std::string(kIssuer) + path;
    client_.attributes.clear();
    EXPECT_TRUE(check()) << path;
    for (const auto* policy : {"oauth21", "fapi2"}) {
      client_.attributes["cardea.policy"] = policy;
      expect_refused(AssertionError::kWrongAudience);
    }
  }
  claims_["aud"] = json::array{kIssuer};
  expect_refused(AssertionError::kWrongAudience);  // fapi2: one text
  client_.attributes.clear();
  EXPECT_TRUE(check());
}

TEST_F(ClientAssertion, refuses_what_has_expired_or_lies_ahead) {
  claims_["exp"] = kNow;
  expect_refused(AssertionError::kExpired);
  claims_["exp"] = kNow + 60;
  claims_["iat"] = kNow + 11;
  expect_refused(AssertionError::kNotYetValid);
  claims_["iat"] = kNow + 10;
  EXPECT_TRUE(check());
  claims_["nbf"] = kNow + 61;
  expect_refused(AssertionError::kNotYetValid);
}

TEST_F(ClientAssertion, refuses_long_lives) {  // CA-10
  claims_["exp"] = kNow + 3601;
  expect_refused(AssertionError::kTooLong);
  claims_.erase("iat");
  expect_refused(AssertionError::kTooLong);
  claims_["exp"] = kNow + 3600;
  EXPECT_TRUE(check());
  client_.attributes["token.endpoint.auth.signing.max.exp"] = "30";
  expect_refused(AssertionError::kTooLong);
  client_.attributes["token.endpoint.auth.signing.max.exp"] = "999999";
  EXPECT_TRUE(check());
  client_.attributes["cardea.policy"] = "fapi2";
  expect_refused(AssertionError::kTooLong);
  claims_["exp"] = kNow + 300;
  EXPECT_TRUE(check());
  claims_["iat"] = kNow - 1;
  expect_refused(AssertionError::kTooLong);
}

TEST_F(ClientAssertion, refuses_ids_beyond_reason) {
  claims_["jti"] = std::string(257, 'x');
  expect_refused(AssertionError::kNoId);
  claims_["jti"] = "";
  expect_refused(AssertionError::kNoId);
}

TEST_F(ClientAssertion, refuses_algorithms_that_are_not_registered) {  // CA-11
  EXPECT_TRUE(check_assertion_algorithm(jose::Algorithm::kRS256, client_));
  client_.attributes["token.endpoint.auth.signing.alg"] = "ES256";
  EXPECT_FALSE(check_assertion_algorithm(jose::Algorithm::kRS256, client_));
  EXPECT_FALSE(check_assertion_algorithm(jose::Algorithm::kHS256, client_));
  EXPECT_TRUE(check_assertion_algorithm(jose::Algorithm::kES256, client_));
  client_.attributes.clear();
  client_.attributes["cardea.policy"] = "fapi2";
  for (const auto algorithm : jose::kEveryAlgorithm) {
    const auto name = jose::name(algorithm);
    const bool is_fapi = name == "PS256" || name == "ES256" || name == "EdDSA";
    EXPECT_EQ(check_assertion_algorithm(algorithm, client_).has_value(), is_fapi) << name;
  }
}

}  // namespace
}  // namespace cardea::oidc
