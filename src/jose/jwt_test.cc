#include "jose/jwt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jose/test_keys.h"
#include "tests/support/fake_clock.h"

namespace cardea::jose {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kNow = FakeClock::kStartMs / 1000;

Result<VerifiedJwt, JoseError> jwt_of(std::string_view claims, std::string_view typ = "JWT") {
  static const auto key = test_signing_key(Algorithm::kHS256);
  return verify(sign_jwt(key, typ, claims), key_set_of(key));
}

JwtPolicy policy() { return {.issuer = "https://op.example", .audience = "app", .now = FakeClock{}.now()}; }

std::string claims(std::string_view more) {
  return R"({"iss":"https://op.example","aud":"app","exp":)" + std::to_string(kNow + 60) + std::string(more) + "}";
}

JoseError check_error(std::string_view text, const JwtPolicy& wanted = policy()) {
  const auto jwt = jwt_of(text);
  EXPECT_TRUE(jwt.has_value()) << text;
  const auto checked = check_claims(jwt.value(), wanted);
  EXPECT_FALSE(checked.has_value()) << text;
  return checked.has_value() ? JoseError{} : checked.error();
}

TEST(Claims, RefuseWrongTypes) {
  for (const auto* text : {R"({"exp":"1767225600"})",
                           R"({"exp":null})",
                           R"({"exp":-1})",
                           R"({"exp":9007199254740993})",
                           R"({"exp":1e300})",
                           R"({"exp":18446744073709551615})",
                           R"({"exp":-0.5})",
                           R"({"exp":[1]})",
                           R"({"exp":true})",
                           R"({"iat":"x"})",
                           R"({"nbf":{}})",
                           R"({"auth_time":"1"})",
                           R"({"aud":1})",
                           R"({"aud":null})",
                           R"({"aud":["a",1]})",
                           R"({"aud":{"a":1}})",
                           R"({"sub":["ada"]})",
                           R"({"sub":1})",
                           R"({"iss":null})",
                           R"({"iss":["https://op.example"]})",
                           R"({"jti":7})"}) {
    const auto jwt = jwt_of(text);
    ASSERT_FALSE(jwt.has_value()) << text;
    EXPECT_EQ(jwt.error(), JoseError::kBadClaim) << text;
  }
}

TEST(CheckClaims, RefusesOtherIssuers) {
  EXPECT_EQ(check_error(R"({"iss":"https://op.example/","aud":"app","exp":9999999999})"), JoseError::kWrongIssuer);
  EXPECT_EQ(check_error(R"({"iss":"https://OP.example","aud":"app","exp":9999999999})"), JoseError::kWrongIssuer);
  EXPECT_EQ(check_error(R"({"iss":"https://op.example.evil","aud":"app","exp":9999999999})"), JoseError::kWrongIssuer);
  EXPECT_EQ(check_error(R"({"aud":"app","exp":9999999999})"), JoseError::kWrongIssuer);
  auto empty = policy();
  empty.issuer = "";
  EXPECT_EQ(check_error(R"({"iss":"","aud":"app","exp":9999999999})", empty), JoseError::kWrongIssuer);
}

TEST(CheckClaims, RefusesOtherAudiences) {
  for (const auto* aud : {R"("other")", R"([])", R"(["other","app2"])", R"("")", R"("app other")"}) {
    EXPECT_EQ(check_error(std::string(R"({"iss":"https://op.example","exp":9999999999,"aud":)") + aud + "}"),
              JoseError::kWrongAudience)
        << aud;
  }
  EXPECT_EQ(check_error(R"({"iss":"https://op.example","exp":9999999999})"), JoseError::kWrongAudience);
}

TEST(CheckClaims, RefusesMissingExpiry) {
  const auto text = R"({"iss":"https://op.example","aud":"app"})";
  EXPECT_EQ(check_error(text), JoseError::kMissingExpiry);
  auto offline = policy();
  offline.require_exp = false;
  EXPECT_TRUE(check_claims(*jwt_of(text), offline).has_value());
}

TEST(CheckClaims, RefusesExpiredAtTheVerySecond) {
  const auto token = *jwt_of(claims(""));
  auto at = policy();
  at.now = from_epoch_seconds(kNow + 60) - milliseconds{1};
  EXPECT_TRUE(check_claims(token, at).has_value());
  at.now = from_epoch_seconds(kNow + 60);
  EXPECT_EQ(check_claims(token, at).error(), JoseError::kExpired);
  at.exp_leeway = true;
  EXPECT_TRUE(check_claims(token, at).has_value());
  at.now += seconds{10};
  EXPECT_EQ(check_claims(token, at).error(), JoseError::kExpired);
}

TEST(CheckClaims, RefusesTokensFromTheFuture) {
  EXPECT_EQ(check_error(claims(R"(,"nbf":)" + std::to_string(kNow + 11))), JoseError::kNotYetValid);
  EXPECT_EQ(check_error(claims(R"(,"iat":)" + std::to_string(kNow + 11))), JoseError::kNotYetValid);
  EXPECT_TRUE(check_claims(*jwt_of(claims(R"(,"nbf":)" + std::to_string(kNow + 10))), policy()).has_value());
  EXPECT_TRUE(check_claims(*jwt_of(claims(R"(,"iat":)" + std::to_string(kNow + 10))), policy()).has_value());
}

TEST(CheckClaims, RefusesOtherHeaderTypes) {
  auto logout = policy();
  logout.header_typ = "logout+jwt";
  for (const auto* typ : {"JWT", "at+jwt", "", "logout", "application/", "text/logout+jwt"}) {
    EXPECT_EQ(check_claims(*jwt_of(claims(""), typ), logout).error(), JoseError::kWrongType) << typ;
  }
  for (const auto* typ : {"logout+jwt", "LOGOUT+JWT", "application/logout+jwt"}) {
    EXPECT_TRUE(check_claims(*jwt_of(claims(""), typ), logout).has_value()) << typ;
  }
}

TEST(Claims, AreReadWithTheirTypes) {
  const auto jwt =
      jwt_of(R"({"iss":"i","sub":"s","aud":["a","b"],"exp":1767225600.9,"iat":0,"nbf":9007199254740992,"jti":"j",)"
             R"("typ":"Bearer",)"
             R"("azp":"c","sid":"x","scope":"openid","nonce":"n","auth_time":5,"roles":["r"],"flag":true})");
  ASSERT_TRUE(jwt.has_value());
  EXPECT_EQ(jwt->iss(), "i");
  EXPECT_EQ(jwt->sub(), "s");
  EXPECT_EQ(jwt->jti(), "j");
  EXPECT_EQ(jwt->typ(), "Bearer");
  EXPECT_EQ(jwt->azp(), "c");
  EXPECT_EQ(jwt->sid(), "x");
  EXPECT_EQ(jwt->scope(), "openid");
  EXPECT_EQ(jwt->nonce(), "n");
  EXPECT_EQ(jwt->text("flag"), "");
  EXPECT_THAT(jwt->aud(), ElementsAre("a", "b"));
  EXPECT_TRUE(jwt->has_audience("b"));
  EXPECT_EQ(jwt->exp(), from_epoch_seconds(1767225600));
  EXPECT_EQ(jwt->iat(), from_epoch_seconds(0));
  EXPECT_GT(jwt->nbf(), from_epoch_seconds(253'000'000'000));
  EXPECT_EQ(jwt->auth_time(), from_epoch_seconds(5));
  EXPECT_EQ(jwt->claims().at("roles").as_array().size(), 1u);
  EXPECT_THAT(jwt_of("{}")->aud(), IsEmpty());
  EXPECT_FALSE(jwt_of("{}")->exp());
  EXPECT_THAT(jwt_of(R"({"aud":"one"})")->aud(), ElementsAre("one"));
}

}  // namespace
}  // namespace cardea::jose
