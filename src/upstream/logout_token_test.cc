#include "upstream/logout_token.h"

#include <gtest/gtest.h>

#include "upstream/upstream_fixture.h"

namespace cardea::upstream {
namespace {

constexpr std::string_view kTenant = "6f0d1d0e-1111-4222-8333-444455556666";
constexpr std::int64_t kNow = FakeClock::kStartMs / 1000;

json::object good_order() {
  return {{"iss", "https://op.example"},
          {"aud", "app"},
          {"iat", kNow},
          {"exp", kNow + 120},
          {"sid", "s1"},
          {"jti", "j1"},
          {"events", {{"http://schemas.openid.net/event/backchannel-logout", json::object()}}}};
}

IdTokenPolicy policy() {
  return {.issuer = {.issuer = "https://op.example", .tenants = {}},
          .client_id = "app",
          .nonce = {},
          .access_token = {},
          .now = from_epoch_seconds(kNow)};
}

Result<LogoutToken, LogoutTokenError> check(const json::object& order, const IdTokenPolicy& with = policy(),
                                            std::string_view typ = "logout+jwt") {
  return check_logout_token(jose::sign_jwt(provider_key(), typ, json::serialize(order)), provider_keys(), with);
}

LogoutTokenError error_with(std::string_view name, json::value value) {
  auto order = good_order();
  order[name] = std::move(value);
  const auto checked = check(order);
  EXPECT_FALSE(checked.has_value()) << name;
  return checked ? LogoutTokenError::kToken : checked.error();
}

// OpenID Connect Back-Channel Logout 1.0 section 2.6.
TEST(LogoutToken, refuses_what_is_not_whole) {
  EXPECT_EQ(error_with("iss", "https://evil.example"), LogoutTokenError::kToken);
  EXPECT_EQ(error_with("aud", "another"), LogoutTokenError::kToken);
  EXPECT_EQ(error_with("exp", kNow - 61), LogoutTokenError::kToken);
  EXPECT_EQ(error_with("iat", kNow + 61), LogoutTokenError::kToken);
  EXPECT_EQ(error_with("iat", kNow - 600), LogoutTokenError::kTooOld);
  EXPECT_EQ(error_with("nonce", "n"), LogoutTokenError::kNonce);
  EXPECT_EQ(error_with("events", json::object()), LogoutTokenError::kNoEvent);
  EXPECT_EQ(error_with("sid", ""), LogoutTokenError::kNobody);
  EXPECT_EQ(error_with("jti", ""), LogoutTokenError::kNoId);
  EXPECT_EQ(check(good_order(), policy(), "at+jwt").error(), LogoutTokenError::kType);
  EXPECT_EQ(check_logout_token("no.jwt", provider_keys(), policy()).error(), LogoutTokenError::kToken);
}

TEST(LogoutToken, refuses_tenants_that_are_not_listed_and_takes_those_of_a_template) {
  auto several = policy();
  several.issuer = {.issuer = "https://login.example/{tenantid}/v2.0", .tenants = {std::string(kTenant)}};
  auto order = good_order();
  order["iss"] = "https://login.example/" + std::string(kTenant) + "/v2.0";
  EXPECT_FALSE(check(order, several).has_value()) << "it names no tenant";
  order["tid"] = kTenant;
  const auto taken = check(order, several);
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->issuer, string_or(order, "iss", "")) << "what its sessions were begun with";
  order["tid"] = "9188040d-6c67-4c5b-b112-36a304b66dad";
  EXPECT_FALSE(check(order, several).has_value());
  order["iss"] = "https://login.example/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
  EXPECT_FALSE(check(order, several).has_value()) << "another tenant's";
}

}  // namespace
}  // namespace cardea::upstream
